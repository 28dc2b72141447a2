-- Who did what to which object: an append-only log that cannot be rewritten unnoticed. Ids and codes only, never content.

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
comment on column audit_staged.reason is 'Reason code of a refusal, or empty.';

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
comment on column audit_entry.reason is 'Reason code of a refusal, or empty.';
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
