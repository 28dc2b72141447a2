-- Who is rung cannot be changed with a SQL prompt alone: each assignment is signed by a key that the database does not hold.

alter table office_holder add column signature bytea;
comment on column office_holder.signature is 'Ed25519 over the row by the service''s audit key; a row that it does not fit is not believed, and its office counts as held by nobody.';
