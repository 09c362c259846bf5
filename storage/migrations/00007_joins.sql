-- +goose Up
-- A note may join a card: it is told by an edit of it, once that was shown.

alter table notes add column card bigint not null default 0;
