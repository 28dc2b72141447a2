-- The plumbing every service's own database carries: what waits to be told, what was heard, what could not be understood.

create table outbox (
    id uuid not null constraint outbox_one_row_per_event primary key,
    position bigint generated always as identity,
    aggregate uuid not null,
    urgent boolean not null,
    subject text not null,
    traceparent text,
    body bytea not null,
    must_be_confirmed boolean not null,
    attempt integer not null default 0,
    created_at timestamptz not null,
    next_attempt_at timestamptz not null,
    carried_at timestamptz,
    confirmed_at timestamptz,
    constraint outbox_confirms_only_what_was_asked check (confirmed_at is null or must_be_confirmed)
);
comment on table outbox is 'Messages written in the same transaction as the state they tell of. Open class; bodies may be Protected B.';
comment on column outbox.id is 'Event id, ce-id on the bus. The same for every attempt.';
comment on column outbox.position is 'Order of writing. Order is kept within one aggregate only; nobody reads by "position >".';
comment on column outbox.aggregate is 'Messages of one aggregate leave in the order of their position.';
comment on column outbox.urgent is 'Carried before anything that is not: nobody''s alarm or answer waits behind a bulk.';
comment on column outbox.subject is 'Subject on the bus. Carries no personal data.';
comment on column outbox.traceparent is 'W3C trace context of the request that wrote the row.';
comment on column outbox.body is 'Protobuf body.';
comment on column outbox.must_be_confirmed is 'Final only when the receiver''s own database has confirmed it; a publish acknowledgement is a hint.';
comment on column outbox.attempt is 'How often it was published; part of Nats-Msg-Id so that a re-send is stored anew.';
comment on column outbox.created_at is 'When the fact happened, by the service''s clock.';
comment on column outbox.next_attempt_at is 'Not published before this.';
comment on column outbox.carried_at is 'When JetStream acknowledged it.';
comment on column outbox.confirmed_at is 'When the receiver confirmed that its database holds it.';
create index outbox_to_carry on outbox ((not urgent), position) where carried_at is null;
create index outbox_to_carry_by_aggregate on outbox (aggregate, position) where carried_at is null;
create index outbox_to_confirm on outbox (carried_at) where must_be_confirmed and confirmed_at is null;

create table inbox (
    consumer text not null,
    event_id text not null,
    received_at timestamptz not null,
    constraint inbox_hears_an_event_once primary key (consumer, event_id)
);
comment on table inbox is 'Events already applied, so that a second delivery changes nothing. Kept as long as the database: there are few.';
comment on column inbox.consumer is 'Durable consumer that heard it.';
comment on column inbox.event_id is 'ce-id, or a fingerprint of the message where the sender gave none.';
comment on column inbox.received_at is 'When it was applied.';

create table quarantine (
    id uuid not null constraint quarantine_one_row_per_message primary key,
    consumer text not null,
    event_id text not null,
    subject text not null,
    headers jsonb not null,
    body bytea not null,
    reason text not null,
    detail text not null,
    received_at timestamptz not null,
    replay_asked_at timestamptz,
    released_at timestamptz,
    constraint quarantine_holds_a_message_once unique (consumer, event_id)
);
comment on table quarantine is 'Messages that can never succeed as they are, with their bytes, until somebody looks. May hold Protected B.';
comment on column quarantine.id is 'Id for the operator.';
comment on column quarantine.consumer is 'Durable consumer that could not apply it.';
comment on column quarantine.event_id is 'As in inbox.';
comment on column quarantine.subject is 'Subject it came on.';
comment on column quarantine.headers is 'Headers as received.';
comment on column quarantine.body is 'Bytes as received, never re-encoded.';
comment on column quarantine.reason is 'Stable code.';
comment on column quarantine.detail is 'What was wrong, without content.';
comment on column quarantine.received_at is 'When it was set aside.';
comment on column quarantine.replay_asked_at is 'An operator wants it tried again; cleared when it failed again.';
comment on column quarantine.released_at is 'When it was replayed and applied.';
create index quarantine_waiting on quarantine (received_at) where released_at is null;
create index quarantine_to_replay on quarantine (consumer, replay_asked_at) where replay_asked_at is not null and released_at is null;
