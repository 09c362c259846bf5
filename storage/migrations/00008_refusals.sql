-- +goose Up
-- A refusal has an age. A chat that cannot be written to is tried again at probe_at; refused_at is since when no message
-- could be sent there, and probes is how often it was refused since. A note that is refused in words that nobody knows is
-- tried again by itself.

alter table chats add column refused_at bigint not null default 0;

alter table chats add column probes bigint not null default 0;

alter table chats add column probe_at bigint not null default 0;

update chats set refused_at = dead_at;

alter table notes add column refused_at bigint not null default 0;

alter table notes add column refusals bigint not null default 0;

create index notes_refused on notes (id) where refusals > 0;
