-- +goose Up
-- Chat 0 is who is told outside of Telegram: later than the chats, and only of what one of them was not told.

alter table chats add column later bigint not null default 0;

alter table notes add column kind text not null default '';

create index notes_failed on notes (at) where state = 'failed';
