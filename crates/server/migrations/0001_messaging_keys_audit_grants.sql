-- What the database of every service holds beside its own tables: messages out and in, data keys, the audit log and its witnesses, the
-- copy of the grants, and orders to destroy. Each service's own file, from 1001 on, stands on this one.
--
-- The owner of the database, <service>_owner, runs it. The application works as <service> and owns nothing; <service>_auditor reads the
-- log.

-- Tables: messages out and in.

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
    sealed boolean not null default false,
    stream text,
    stream_sequence bigint,
    copies integer not null default 0,
    constraint outbox_confirms_only_what_was_asked check (confirmed_at is null or must_be_confirmed),
    constraint outbox_knows_where_it_carried check ((stream is null) = (stream_sequence is null))
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
comment on column outbox.next_attempt_at is 'Not published before this by anybody but whoever set it: the lease of the process that publishes, or the pause after a try.';
comment on column outbox.carried_at is 'When JetStream acknowledged it.';
comment on column outbox.confirmed_at is 'When the receiver confirmed that its database holds it.';
comment on column outbox.sealed is 'The body is sealed under a data key; it is opened when it is carried.';
comment on column outbox.stream is 'Stream that took it; null before it was carried.';
comment on column outbox.stream_sequence is 'Its place in that stream. No identity: a store that was set back hands it out twice.';
comment on column outbox.copies is 'How often that stream acknowledged it: each copy makes the next one come later.';
-- No look at the outbox reads what has come to its end, however much of it there is.
create index outbox_to_carry on outbox ((not urgent), position) where carried_at is null;
create index outbox_to_carry_by_aggregate on outbox (aggregate, position) where carried_at is null;
create index outbox_to_confirm on outbox (carried_at) where must_be_confirmed and confirmed_at is null;
create index outbox_carried_where on outbox (stream, stream_sequence) where stream is not null and confirmed_at is null;
create index outbox_in_clear on outbox (subject) where not sealed;
-- What is confirmed by the thing it tells of: little of it waits at any time.
create index outbox_to_confirm_by_aggregate on outbox (aggregate) where must_be_confirmed and confirmed_at is null;

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
    sealed bytea,
    tries integer not null default 0 constraint quarantine_tries_count_from_none check (tries >= 0),
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
comment on column quarantine.tries is 'How often it was tried again in vain.';
comment on column quarantine.sealed is 'Headers and body as received, sealed; headers and body are empty then. Null only where no key could be had.';
create index quarantine_waiting on quarantine (received_at) where released_at is null;
create index quarantine_to_replay on quarantine (consumer, replay_asked_at) where replay_asked_at is not null and released_at is null;
create index quarantine_in_clear on quarantine (id) where sealed is null;

-- Tables: the keys that seal values. The key that wraps them stands in no database.

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
-- All keys but those that are being moved have one version: a new one is the last entry of it.
create index data_key_by_kek on data_key (kek_version) where destroyed_at is null;

-- Tables: the audit log. Who did what to which object, as ids and codes and never as content; it cannot be rewritten unnoticed.

create table audit_staged (
    staged bigint generated always as identity constraint audit_staged_in_order_of_writing primary key,
    at timestamptz not null,
    actor text not null,
    action text not null,
    kind text not null,
    object text not null,
    outcome text not null,
    reason text not null
);
comment on table audit_staged is 'Entries written in the transaction of what they tell of, until they are sealed into the log a few seconds later. Open class.';
comment on column audit_staged.staged is 'Order of writing; gaps are usual.';
comment on column audit_staged.at is 'When it happened, by the service''s clock.';
comment on column audit_staged.actor is 'Opaque id of the caller.';
comment on column audit_staged.action is 'Permission code.';
comment on column audit_staged.kind is 'Kind of the object.';
comment on column audit_staged.object is 'Opaque id or number of the object, or a count.';
comment on column audit_staged.outcome is 'granted, hidden, refused, or denied at the door.';
comment on column audit_staged.reason is 'Reason code of a refusal, and device:<id> where a device signed for the actor; or empty.';

create table audit_entry (
    position bigint not null constraint audit_entry_has_one_place primary key,
    at timestamptz not null,
    actor text not null,
    action text not null,
    kind text not null,
    object text not null,
    outcome text not null,
    reason text not null
);
comment on table audit_entry is 'The log: the leaves of a Merkle tree (RFC 9162), in order. Nothing ever changes or removes a row. Open class.';
comment on column audit_entry.position is 'Place in the log: dense, from 0.';
comment on column audit_entry.at is 'When it happened, by the service''s clock.';
comment on column audit_entry.actor is 'Opaque id of the caller.';
comment on column audit_entry.action is 'Permission code.';
comment on column audit_entry.kind is 'Kind of the object.';
comment on column audit_entry.object is 'Opaque id or number of the object, or a count.';
comment on column audit_entry.outcome is 'granted, hidden, refused, or denied at the door.';
comment on column audit_entry.reason is 'Reason code of a refusal, and device:<id> where a device signed for the actor; or empty.';
create index audit_entry_by_object on audit_entry (object, position);

create table audit_checkpoint (
    size bigint not null constraint audit_checkpoint_once_per_size primary key,
    root bytea not null,
    at timestamptz not null,
    peaks bytea not null,
    signature bytea
);
comment on table audit_checkpoint is 'What the log was: written in the same transaction as the entries it seals. Open class.';
comment on column audit_checkpoint.size is 'How many entries it covers.';
comment on column audit_checkpoint.root is 'Root of the Merkle tree over them.';
comment on column audit_checkpoint.at is 'When they were sealed.';
comment on column audit_checkpoint.peaks is 'Roots of the full subtrees, 32 bytes each, so that the next seal reads no former entry.';
comment on column audit_checkpoint.signature is 'Ed25519 by the service''s audit key, which the database does not hold; null where the service has none.';

create table audit_stated (
    log_of text not null,
    at timestamptz not null,
    constraint audit_stated_once_per_log primary key (log_of)
);
comment on table audit_stated is 'When this log was last sealed or stated: whoever does so next holds this row alone and takes a later time. Open class.';
comment on column audit_stated.log_of is 'The service whose log it is.';
comment on column audit_stated.at is 'Time of the last seal or statement; never goes back.';

-- Tables: witnesses. What another service has seen of this log, and what this one has seen of another's: neither can be set back alone.

create table audit_witnessed (
    log text not null,
    epoch bigint not null,
    size bigint not null,
    root bytea not null,
    stated_at bigint not null,
    signature bytea not null,
    witnessed_at timestamptz not null,
    constraint audit_witnessed_once_per_size primary key (log, epoch, size)
);
comment on table audit_witnessed is 'Checkpoints of another service''s log that this service has co-signed. Nothing ever changes or removes a row. Open class.';
comment on column audit_witnessed.log is 'The service whose log it is.';
comment on column audit_witnessed.epoch is 'How many restores had been accepted there.';
comment on column audit_witnessed.size is 'How many entries it covers.';
comment on column audit_witnessed.root is 'Root of the Merkle tree over them.';
comment on column audit_witnessed.stated_at is 'When it was first stated, in microseconds since 1970 by the other service''s clock.';
comment on column audit_witnessed.signature is 'The other service''s signature of the statement.';
comment on column audit_witnessed.witnessed_at is 'When this service co-signed it.';

create table audit_conflict (
    log text not null,
    epoch bigint not null,
    size bigint not null,
    root bytea not null,
    kind text not null,
    known_epoch bigint not null,
    known_size bigint not null,
    statement bytea not null,
    found_at timestamptz not null,
    constraint audit_conflict_once_per_statement primary key (log, epoch, size, root, kind),
    constraint audit_conflict_kind_is_known check (kind in ('rewritten', 'set-back'))
);
comment on table audit_conflict is 'Statements of another service that contradict what it stated before: evidence that its log was rewritten or its database set back. Open class.';
comment on column audit_conflict.log is 'The service whose log it is.';
comment on column audit_conflict.epoch is 'Epoch it stated.';
comment on column audit_conflict.size is 'Size it stated.';
comment on column audit_conflict.root is 'Root it stated.';
comment on column audit_conflict.kind is 'rewritten (another root) or set-back (fewer entries than known).';
comment on column audit_conflict.known_epoch is 'Newest epoch this service knew.';
comment on column audit_conflict.known_size is 'Largest size this service knew.';
comment on column audit_conflict.statement is 'The statement as it came, with its signature.';
comment on column audit_conflict.found_at is 'When it was noticed.';

create table audit_cosigned (
    epoch bigint not null,
    size bigint not null,
    root bytea not null,
    witness text not null,
    signature bytea not null,
    cosigned_at timestamptz not null,
    constraint audit_cosigned_once_per_size primary key (epoch, size)
);
comment on table audit_cosigned is 'Co-signatures of another service under the checkpoints of this log. Open class.';
comment on column audit_cosigned.epoch is 'How many restores had been accepted.';
comment on column audit_cosigned.size is 'How many entries it covers.';
comment on column audit_cosigned.root is 'Root that was co-signed.';
comment on column audit_cosigned.witness is 'The service that co-signed.';
comment on column audit_cosigned.signature is 'Its Ed25519 signature over log, epoch, size and root.';
comment on column audit_cosigned.cosigned_at is 'When it arrived here.';

create table audit_refused (
    epoch bigint not null,
    size bigint not null,
    known_epoch bigint not null,
    known_size bigint not null,
    witness text not null,
    reason text not null,
    refused_at timestamptz not null,
    constraint audit_refused_once_per_epoch primary key (epoch)
);
comment on table audit_refused is 'The witness knows more of this log than this database holds: until an operator accepts the restore, the service says so. Open class.';
comment on column audit_refused.epoch is 'Epoch that was stated.';
comment on column audit_refused.size is 'Size that was stated.';
comment on column audit_refused.known_epoch is 'Newest epoch the witness knows.';
comment on column audit_refused.known_size is 'Largest size the witness knows.';
comment on column audit_refused.witness is 'The service that refused.';
comment on column audit_refused.reason is 'rewritten or set-back.';
comment on column audit_refused.refused_at is 'When the refusal arrived.';

create table audit_epoch (
    epoch bigint not null constraint audit_epoch_once primary key,
    size bigint not null,
    root bytea not null,
    reason text not null,
    accepted_at timestamptz not null,
    signature bytea not null
);
comment on table audit_epoch is 'Restores that an operator has accepted: from here on the log goes on from an older state. Open class.';
comment on column audit_epoch.epoch is 'Number of the epoch, greater than every one known before.';
comment on column audit_epoch.size is 'Entries in the log when it began.';
comment on column audit_epoch.root is 'Root over them.';
comment on column audit_epoch.reason is 'Why, in the operator''s words; no personal data.';
comment on column audit_epoch.accepted_at is 'When it was accepted.';
comment on column audit_epoch.signature is 'Ed25519 by the service''s audit key over all of it: a row that the database invents is not believed.';

-- Tables: what people may do. Looked at on every call; a line counts only with the signature of the service that keeps the directory,
-- whose key stands in no database, so that no SQL prompt alone makes a role.

create table grant_held (
    id uuid not null constraint grant_held_once primary key,
    subject text not null,
    role text not null,
    site text,
    region text,
    since timestamptz not null,
    until timestamptz,
    ended_at timestamptz,
    revision bigint not null,
    signature bytea,
    epoch bigint not null default 0,
    constraint grant_held_is_for_one_place check (site is null or region is null)
);
comment on table grant_held is 'Copy of the grants that the directory keeps; the newest revision of each line. Ids and codes only. Open class.';
comment on column grant_held.id is 'Id of the line in the directory.';
comment on column grant_held.subject is 'Opaque id of the person or system, as its identity is proven.';
comment on column grant_held.role is 'Role code.';
comment on column grant_held.site is 'Site the role is held for, where it is held for one.';
comment on column grant_held.region is 'Region the role is held for, where it is held for one.';
comment on column grant_held.since is 'In force from here.';
comment on column grant_held.until is 'In force before this; null where no end is set.';
comment on column grant_held.ended_at is 'When it was taken back; null while it was not.';
comment on column grant_held.revision is 'Rises with every change of the line; an older one that comes late is not taken.';
comment on column grant_held.signature is 'Ed25519 over the line by the audit key of the service that keeps the directory; a line that it does not fit counts for nothing.';
comment on column grant_held.epoch is 'Epoch of the directory in which the line was told; a line of a later epoch is newer whatever its revision. Signed where it is not 0.';
create index grant_held_by_subject on grant_held (subject);

-- Tables: orders to destroy. Believed, waiting, stopped, carried out or refused; nothing is destroyed at a message's word.

create table destruction (
    kind text not null,
    about uuid not null,
    body bytea not null,
    heard_at timestamptz not null,
    due_at timestamptz not null,
    stopped_at timestamptz,
    stopped_because text,
    stop_noted boolean not null default false,
    ended_at timestamptz,
    refused_for text,
    kept_for text,
    constraint destruction_ordered_once primary key (kind, about),
    constraint destruction_is_stopped_for_a_reason check ((stopped_at is null) = (stopped_because is null) and stopped_because <> ''),
    constraint destruction_is_refused_at_its_end check (refused_for is null or ended_at is not null)
);
comment on table destruction is 'Orders of other services to destroy something, each signed by its maker. They wait for a set time, in which an operator can stop them. Ids only. Open class.';
comment on column destruction.kind is 'Sort of order, as it is signed.';
comment on column destruction.about is 'What it is about.';
comment on column destruction.body is 'The order as it came, with its signature, which is checked once more before anything is destroyed. Ids and clocks only.';
comment on column destruction.heard_at is 'When it was heard.';
comment on column destruction.due_at is 'When it is carried out, unless it is stopped.';
comment on column destruction.stopped_at is 'When an operator stopped it; null: nobody did. Set back to null, it goes on.';
comment on column destruction.stopped_because is 'Why, for the record; no personal data.';
comment on column destruction.stop_noted is 'The audit log knows that it was stopped.';
comment on column destruction.ended_at is 'When it was carried out or refused; null while it waits. Set back to null, it is tried again.';
comment on column destruction.refused_for is 'Code of what this service found against it when it was due; null where it was carried out.';
comment on column destruction.kept_for is 'Code of what another service says that keeps it for now, when it was last looked at; null where nothing does. It is looked at again.';
create index destruction_waiting on destruction (due_at) where ended_at is null and stopped_at is null;
create index destruction_stop_to_note on destruction (stopped_at) where stopped_at is not null and not stop_noted;

-- Functions: for whom a transaction is. The service sets it at the start of each one; the policies below ask it.

create function acting_subject() returns text language sql stable as $$
    select nullif(current_setting('actor.subject', true), '')
$$;
comment on function acting_subject is 'For whom this transaction is; null where nobody was named, and then no row is seen.';

create function acting_reach() returns text language sql stable as $$
    select nullif(current_setting('actor.reach', true), '')
$$;
comment on function acting_reach is 'How far the rights of the actor reach, in a word of the service; null where nobody was named.';

create function acting_names() returns text[] language sql stable as $$
    select coalesce(string_to_array(nullif(current_setting('actor.names', true), ''), E'\n'), '{}')
$$;
comment on function acting_names is 'What else the policies of the service compare: offices, sites, inboxes.';

create function acting_at() returns timestamptz language sql stable as $$
    select coalesce(nullif(current_setting('actor.at', true), '')::timestamptz, now())
$$;
comment on function acting_at is 'The moment that counts: the service''s clock, or the database''s where it named none.';

create function acting_for_service() returns boolean language sql stable as $$
    select acting_subject() is not null and acting_reach() is not distinct from 'service'
$$;
comment on function acting_for_service is 'The service itself acts, and no caller.';

-- Those of the following functions that act for the service are written in plpgsql: a session keeps the plans of their statements, while
-- those of a function in sql that sets something are planned at each call.

-- Functions: the outbox.

-- A message is published from memory only where nothing before it waits; whoever acts may ask that, and sees no row by it.
create function outbox_waiting(aggregates uuid[], but_for uuid[]) returns setof uuid
    language plpgsql stable set actor.reach to 'service' as $$
begin
    return query
    select distinct asked.aggregate from unnest(aggregates) as asked (aggregate)
    where exists (
        select from outbox where outbox.aggregate = asked.aggregate and carried_at is null and id <> all (but_for));
end $$;
comment on function outbox_waiting is 'Those of these aggregates of which something waits to be carried, without these messages.';

-- Each step of the function sees what was committed before it: what another relay has carried while this one asked for the lock is not
-- carried again.
create function outbox_claim(moment timestamptz, longest_pause interval, aggregates bigint, of_one bigint) returns setof outbox
    language plpgsql volatile as $$
declare
    candidates uuid[];
    held uuid[];
begin
    -- Of an aggregate the first message stands for all, and its first urgent one; whose first is not due, or leased, stands in nobody's
    -- way. What is due further ahead than the longest pause was put there by a clock that has been set back since.
    select array_agg(distinct aggregate) into candidates from (
        select aggregate from outbox
        where carried_at is null and (next_attempt_at <= moment or next_attempt_at > moment + longest_pause)
            and not exists (
                select from outbox as before where before.aggregate = outbox.aggregate and before.carried_at is null
                    and before.position < outbox.position
                    and (before.urgent = outbox.urgent
                        or (before.next_attempt_at > moment and before.next_attempt_at <= moment + longest_pause)))
        order by not urgent, position limit aggregates) as first;
    -- A relay holds an aggregate until its transaction ends.
    select array_agg(aggregate) into held from unnest(candidates) as candidate (aggregate)
    where pg_try_advisory_xact_lock(hashtextextended(aggregate::text, 0));
    return query
        select first.* from unnest(held) as holding (aggregate)
        cross join lateral (
            select * from outbox where carried_at is null and outbox.aggregate = holding.aggregate order by position limit of_one) as first
        order by first.position;
end $$;
comment on function outbox_claim is 'The first messages of as many aggregates as a relay carries in one pass, which it holds for its transaction.';

-- Functions: data keys. Their table would tell what there is to know of, so only the service sees it; whoever acts is handed keys one by
-- one, for a value or an owner that they name.

create function keys_named(ids uuid[]) returns setof data_key
    language plpgsql stable set actor.reach to 'service' as $$
begin
    return query select * from data_key where id = any(ids);
end $$;
comment on function keys_named is 'The keys that these sealed values begin with. While it is asked, and no longer, the service asks.';

create function keys_owned(kinds text[], objects uuid[], sides text[]) returns setof data_key
    language plpgsql stable set actor.reach to 'service' as $$
begin
    return query
    select k.* from unnest(kinds, objects, sides) as asked (kind, object, side) join data_key k using (kind, object, side);
end $$;
comment on function keys_owned is 'The keys of these owners, as far as they were made.';

create function keep_keys(ids uuid[], kinds text[], objects uuid[], sides text[], wraps bytea[], versions int[], moment timestamptz)
    returns setof uuid language plpgsql volatile set actor.reach to 'service' as $$
begin
    return query
    insert into data_key (id, kind, object, side, wrapped, kek_version, made_at)
    select fresh.*, moment from unnest(ids, kinds, objects, sides, wraps, versions) as fresh
    on conflict do nothing returning id;
end $$;
comment on function keep_keys is 'Keeps new keys; answers those that are kept. An owner has one key: who comes second is given that of the first.';

-- Functions: grants.

-- Whoever gives somebody something to do asks whether that person holds the role for it: yes or no, and no row is shown.
create function someone_holds(someone text, roles text[], moment timestamptz) returns boolean
    language plpgsql stable set actor.reach to 'service' as $$
begin
    return exists (
        select from grant_held
        where subject = someone and role = any(roles) and since <= moment and (until is null or until > moment)
          and (ended_at is null or ended_at > moment));
end $$;
comment on function someone_holds is 'Whether somebody holds one of these roles at a moment, whatever the place. While it is asked, and no longer, the service asks.';

-- Asked before every call: one statement says for whom it is and reads their lines, for all whose calls wait together.
create function grants_of(people text[], moment timestamptz, most bigint) returns setof grant_held language plpgsql volatile as $$
declare
    someone text;
begin
    foreach someone in array people loop
        perform set_config('actor.subject', someone, true);
        return query
        select * from grant_held
        where subject = someone and since <= moment and (until is null or until > moment) and (ended_at is null or ended_at > moment)
        order by role, site, region limit most;
    end loop;
end
$$;
comment on function grants_of is 'The lines of these people that are in force at a moment, each read as that person: row security shows nobody the lines of another.';

-- Functions: rights.

create procedure only_added_to(variadic tables text[]) language plpgsql as $$
declare
    name text;
begin
    foreach name in array tables loop
        execute format('revoke update on %I from %I', name, regexp_replace(current_user, '_owner$', ''));
    end loop;
end $$;
comment on procedure only_added_to is 'Takes from the application''s login the right to change rows of these tables. For migrations.';

-- Row security: the application sees the rows of whoever its transaction is for, and no row where nobody is named.

alter table outbox enable row level security, force row level security;
alter table bus_stream enable row level security, force row level security;
alter table inbox enable row level security, force row level security;
alter table quarantine enable row level security, force row level security;
alter table data_key enable row level security, force row level security;
alter table audit_staged enable row level security, force row level security;
alter table audit_entry enable row level security, force row level security;
alter table audit_checkpoint enable row level security, force row level security;
alter table audit_stated enable row level security, force row level security;
alter table audit_witnessed enable row level security, force row level security;
alter table audit_conflict enable row level security, force row level security;
alter table audit_cosigned enable row level security, force row level security;
alter table audit_refused enable row level security, force row level security;
alter table audit_epoch enable row level security, force row level security;
alter table grant_held enable row level security, force row level security;
alter table destruction enable row level security, force row level security;

create policy the_service_carries on outbox
    using ((select acting_for_service())) with check ((select acting_for_service()));
-- Whoever acts adds a message, or an entry of the log, and reads none.
create policy whoever_acts_may_tell on outbox for insert
    with check ((select acting_subject()) is not null);

create policy the_service_carries on bus_stream
    using ((select acting_for_service())) with check ((select acting_for_service()));

create policy the_service_hears on inbox
    using ((select acting_for_service())) with check ((select acting_for_service()));

create policy the_service_sets_aside on quarantine
    using ((select acting_for_service())) with check ((select acting_for_service()));

create policy the_service_alone on data_key using ((select acting_for_service())) with check ((select acting_for_service()));

create policy the_service_seals on audit_staged
    using ((select acting_for_service())) with check ((select acting_for_service()));
create policy whoever_acts_is_noted on audit_staged for insert
    with check ((select acting_subject()) is not null);

create policy the_service_keeps_the_log on audit_entry
    using ((select acting_for_service())) with check ((select acting_for_service()));

create policy the_service_keeps_the_checkpoints on audit_checkpoint
    using ((select acting_for_service())) with check ((select acting_for_service()));

create policy the_service_states on audit_stated using ((select acting_for_service())) with check ((select acting_for_service()));

create policy the_service_witnesses on audit_witnessed using ((select acting_for_service())) with check ((select acting_for_service()));

create policy the_service_witnesses on audit_conflict using ((select acting_for_service())) with check ((select acting_for_service()));

create policy the_service_is_witnessed on audit_cosigned using ((select acting_for_service())) with check ((select acting_for_service()));

create policy the_service_is_refused on audit_refused using ((select acting_for_service())) with check ((select acting_for_service()));

create policy the_service_begins_anew on audit_epoch using ((select acting_for_service())) with check ((select acting_for_service()));

-- Whoever is proven finds their own grants; the copy itself is the service's.
create policy the_service_keeps_the_copy on grant_held
    using ((select acting_for_service())) with check ((select acting_for_service()));
create policy whoever_acts_finds_their_own on grant_held for select
    using (subject = (select acting_subject()));

create policy the_service_alone on destruction using ((select acting_for_service())) with check ((select acting_for_service()));

-- Rights, by logins named after the owner: what the application and the auditor may do, here and in the tables that the service adds.

do $$
declare
    application text := regexp_replace(current_user, '_owner$', '');
    auditor text := application || '_auditor';
    name text;
begin
    if application = current_user then
        raise exception 'migrations are run by the owner of the database, <service>_owner, and not by %', current_user;
    end if;
    execute format('grant usage on schema public to %I, %I', application, auditor);

    -- The application reads, adds and changes rows, and deletes none.
    execute format('alter default privileges grant select, insert, update on tables to %I', application);
    for name in select tablename from pg_tables where schemaname = 'public' and tablename not like '\_sqlx%' loop
        execute format('grant select, insert, update on %I to %I', name, application);
    end loop;
    -- It asks whether the schema is up to date, and changes nothing there.
    if to_regclass('_sqlx_migrations') is not null then
        execute format('grant select on _sqlx_migrations to %I', application);
    end if;
    -- An entry leaves the stage when it is sealed into the log.
    execute format('grant delete on audit_staged to %I', application);
    call only_added_to('inbox', 'audit_staged', 'audit_entry', 'audit_checkpoint');

    -- The auditor reads the log and what witnesses know of it, and nothing else.
    foreach name in array array['audit_entry', 'audit_checkpoint', 'audit_stated', 'audit_witnessed', 'audit_conflict', 'audit_cosigned',
                                'audit_refused', 'audit_epoch'] loop
        execute format('grant select on %I to %I', name, auditor);
        execute format('create policy the_auditor_reads on %I for select to %I using (true)', name, auditor);
    end loop;
end $$;
