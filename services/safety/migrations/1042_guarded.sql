-- Nothing that was accepted vanishes, and nothing silences it, with a SQL prompt alone: acceptances and closings are signed, and every
-- raise stands in the audit log, against which the concerns are held [R3e, TRAP-1, TRAP-3].

alter table audience add column accepted_signature bytea;
comment on column audience.accepted_signature is 'Ed25519 over who accepted and when, by the service''s audit key, which the database does not hold. An acceptance that it does not fit counts for nothing: the audience rings again. Acceptances of open concerns from before this column ring once more.';

alter table concern add column closed_signature bytea;
alter table concern add column entered_at timestamptz;
comment on column concern.closed_signature is 'Ed25519 over who closed it and when, likewise; a concern that was closed without it is open again as soon as somebody still waits for it.';
comment on column concern.entered_at is 'When the raise was entered into the audit log; null until then, for a raise does not wait for the log.';
create index concern_not_entered on concern (raised_at) where entered_at is null;
create index audit_entry_of_raises on audit_entry (object) where action = 'concern.raise';

comment on column timeline.what is 'raised, rung, delivered, accepted, routed, restated, closed; voided, reopened or restored where this database had been changed behind the service''s back.';
