-- +goose Up
-- A card of many incidents is followed by a file that names them all.

alter table cards add column size bigint not null default 0;

alter table cards add column listed bigint not null default 0;

alter table cards add column list_message bigint not null default 0;

update cards set size = (select count(*) from card_entries e where e.card = cards.id);
