-- What another service has seen of this log, and what this one has seen of its neighbour's: neither can be set back alone.

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
