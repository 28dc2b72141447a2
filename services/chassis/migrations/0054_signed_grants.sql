-- A role cannot be taken with a SQL prompt alone: each line is signed by the service that keeps the directory, with a key that no database
-- holds [A1, TRAP-8, TRAP-16].

alter table grant_held add column signature bytea;
comment on column grant_held.signature is 'Ed25519 over the line by the audit key of the service that keeps the directory; a line that it does not fit counts for nothing. Lines from before this column count again once they are told again, which is at once.';
