-- +goose Up
-- Times are milliseconds since 1970 UTC, 0 where there is none. Flags are 0 or 1. Bodies are JSON of monitor's types.

create table counters (
    name  text   primary key,
    value bigint not null
);

create table chats (
    chat       bigint not null,
    topic      bigint not null,
    subscribed bigint not null,
    primary key (chat, topic)
);

create table cases (
    subject text primary key,
    body    text not null
);

create table incidents (
    subject   text   not null references cases (subject),
    number    bigint not null,
    opened_at bigint not null,
    closed_at bigint not null,
    version   bigint not null,
    body      text   not null,
    primary key (subject, number)
);

create unique index incidents_one_open on incidents (subject) where closed_at = 0;

create table transitions (
    id      bigint primary key,
    subject text   not null references cases (subject),
    at      bigint not null,
    body    text   not null
);

create index transitions_by_subject on transitions (subject, id);

create table notes (
    id         bigint primary key,
    key        text   not null,
    chat       bigint not null,
    topic      bigint not null,
    subject    text   not null,
    incident   bigint not null,
    body       text   not null,
    at         bigint not null,
    state      text   not null,
    not_before bigint not null,
    tries      bigint not null,
    trying     bigint not null,
    maybe_sent bigint not null,
    settled_at bigint not null,
    message_id bigint not null,
    reason     text   not null,
    unique (key, chat, topic)
);

create index notes_waiting on notes (chat, topic, subject, incident) where state = 'waiting';

create index notes_by_incident on notes (subject, incident);

create table cards (
    id         bigint primary key,
    chat       bigint not null,
    topic      bigint not null,
    message_id bigint not null
);

create table card_entries (
    card     bigint not null references cards (id) on delete cascade,
    place    bigint not null,
    subject  text   not null,
    incident bigint not null,
    shown    bigint not null,
    wanted   bigint not null,
    primary key (card, subject, incident),
    foreign key (subject, incident) references incidents (subject, number)
);

create index card_entries_by_incident on card_entries (subject, incident);

create index card_entries_stale on card_entries (card) where shown < wanted;

create table actions (
    key     text   primary key,
    subject text   not null,
    state   text   not null,
    at      bigint not null,
    body    text   not null
);

create index actions_by_state on actions (state);

create table audit (
    id          bigint primary key,
    at          bigint not null,
    person      bigint not null,
    person_name text   not null,
    what        text   not null,
    subject     text   not null,
    chat        bigint not null,
    topic       bigint not null
);

create table sweeps (
    started_at bigint primary key,
    ended_at   bigint not null,
    asked      bigint not null,
    answered   bigint not null
);
