-- A person is added once under a key of whoever adds them.

alter table participant add column added_key text;
comment on column participant.added_key is 'Digest of the key of whoever added the person, who may have written anything into it: the same key of the same person twice is one participant. Null where they gave none. Open.';
create unique index participant_is_added_once_under_a_key on participant (case_id, added_by, added_key);
