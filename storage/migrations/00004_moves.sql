-- +goose Up
-- A chat that cannot be written to is dead until its membership says otherwise. A group that became a supergroup has moved:
-- its old id goes on meaning the new one.

alter table chats add column dead_at bigint not null default 0;

alter table chats add column dead_why text not null default '';

alter table chats add column moved_to bigint not null default 0;
