-- +goose Up
-- What is looked for by its age is found by it: for the day's report, and to be forgotten when it is old.

create index notes_by_end on notes (settled_at);

create index incidents_by_end on incidents (closed_at);

create index transitions_by_time on transitions (at);

create index actions_by_time on actions (at);

create index audit_by_time on audit (at);

create index sweeps_by_end on sweeps (ended_at);
