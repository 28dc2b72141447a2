-- The directory signs each line that it gives or ends; it tells the signature and never makes one for what it finds [A1, TRAP-16].

alter table role_grant add column signature bytea;
comment on column role_grant.signature is 'Ed25519 over the line by the service''s audit key, made when it was given or ended. Lines from before this column are signed once, at the first start with a key, which stands in the audit log.';
