-- Data keys: one for each thing whose values are sealed. The key that wraps them stands in no database.

create table data_key (
    id uuid not null constraint data_key_one_row_per_key primary key,
    kind text not null constraint data_key_is_of_a_kind check (kind <> ''),
    object uuid not null,
    side text not null,
    wrapped bytea,
    kek_version integer not null constraint data_key_kek_counts_from_one check (kek_version >= 1),
    made_at timestamptz not null,
    destroyed_at timestamptz,
    constraint data_key_one_per_side_of_an_object unique (kind, object, side),
    constraint data_key_destroyed_means_that_no_copy_is_kept check ((destroyed_at is null) = (wrapped is not null))
);
comment on table data_key is 'Keys that seal values, each wrapped under a key of the service that no database holds. A row is never removed: a key that was destroyed is not made again. Open class.';
comment on column data_key.id is 'Id of the key; every value it sealed begins with it. Random.';
comment on column data_key.kind is 'What kind of thing its values belong to.';
comment on column data_key.object is 'Opaque id of that thing.';
comment on column data_key.side is 'Which part of it; empty where it has one. The key of one part opens nothing of another.';
comment on column data_key.wrapped is 'The key, wrapped; null once it is destroyed, and then nothing it sealed can be opened.';
comment on column data_key.kek_version is 'Version of the wrapping key.';
comment on column data_key.made_at is 'When it was made.';
comment on column data_key.destroyed_at is 'When it was destroyed.';
create index data_key_by_kek on data_key (kek_version, id) where destroyed_at is null;

alter table outbox add column sealed boolean not null default false;
comment on column outbox.sealed is 'The body is sealed under a data key; it is opened when it is carried.';
alter table quarantine add column sealed bytea;
comment on column quarantine.sealed is 'Headers and body as received, sealed; headers and body are empty then. Null only where no key could be had.';
