-- What the bus acknowledged is known by stream and sequence, so that a bus whose store was lost is told again; and no look at the
-- outbox reads what has come to its end, however much of it there is.

alter table outbox add column stream text;
alter table outbox add column stream_sequence bigint;
alter table outbox add column copies integer not null default 0;
alter table outbox add constraint outbox_knows_where_it_carried check ((stream is null) = (stream_sequence is null));
comment on column outbox.stream is 'Stream that took it; null before it was carried, and for rows of a version that did not note it.';
comment on column outbox.stream_sequence is 'Its place in that stream. No identity: a store that was set back hands it out twice.';
comment on column outbox.copies is 'How often that stream acknowledged it: each copy makes the next one come later.';

create table bus_stream (
    name text not null constraint bus_stream_is_known_once primary key,
    created_at timestamptz not null,
    server text not null,
    looked_at timestamptz not null
);
comment on table bus_stream is 'Streams this service has carried to, as they were when it last looked. Open class.';
comment on column bus_stream.name is 'Stream on the bus.';
comment on column bus_stream.created_at is 'When the bus says the stream was made: another moment is another stream, and the former one is lost.';
comment on column bus_stream.server is 'Id of the server process that answered; another one has started since.';
comment on column bus_stream.looked_at is 'When this service looked, by its own clock.';
alter table bus_stream enable row level security, force row level security;
create policy the_service_carries on bus_stream
    using ((select acting_for_service())) with check ((select acting_for_service()));

create index outbox_carried_where on outbox (stream, stream_sequence) where stream is not null and confirmed_at is null;
create index outbox_in_clear on outbox (subject) where not sealed;
create index quarantine_in_clear on quarantine (id) where sealed is null;
