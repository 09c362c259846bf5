-- +goose Up
-- What is looked for every second is found without reading what was settled long ago.

create index cards_by_message on cards (chat, topic, message_id);

create index cards_unlisted on cards (chat, topic) where size > 60 and listed < size;
