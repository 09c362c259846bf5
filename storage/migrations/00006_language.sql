-- +goose Up
-- The language that a chat has chosen; one that has not is spoken to in that of the settings.

create table languages (
    chat     bigint primary key,
    language text   not null
);
