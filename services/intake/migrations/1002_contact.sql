-- Victim contacts pushed by the regions, kept until notification has taken them over [CARD5].

create table contact (
    contact_id uuid constraint contact_has_an_id primary key,
    variant_of uuid constraint variant_of_a_contact references contact (contact_id),
    receipt_number text not null,
    region text not null constraint region_is_known check (region in ('atlantic', 'quebec', 'ontario', 'prairie', 'pacific')),
    idempotency_key text not null constraint contact_key_is_not_empty check (length(idempotency_key) between 1 and 200),
    body_hash bytea not null constraint contact_hash_is_sha256 check (octet_length(body_hash) = 32),
    content bytea not null,
    submitter text not null,
    received_at timestamptz not null,
    constraint one_contact_per_body unique (region, idempotency_key, body_hash)
);

create unique index one_contact_per_region_and_key on contact (region, idempotency_key) where variant_of is null;
create unique index contact_receipt_number_is_unique on contact (receipt_number) where variant_of is null;
create index contact_variants on contact (variant_of) where variant_of is not null;

comment on table contact is 'A contact point of a victim as a region pushed it. Protected B.';
comment on column contact.contact_id is 'Id used on the wire and in events.';
comment on column contact.variant_of is 'Set where the key was already known with another body: no value is lost.';
comment on column contact.receipt_number is 'What the region may read out on the phone; a variant has the number of the first.';
comment on column contact.region is 'Region code of the office that pushed.';
comment on column contact.idempotency_key is 'Made by the region, or from the body where the region gave none.';
comment on column contact.body_hash is 'SHA-256 of content.';
comment on column contact.content is 'Protected B. The ro.intake.v1.VictimContact as received, without its key.';
comment on column contact.submitter is 'Opaque subject of the submitter, or bus:<region>.';
comment on column contact.received_at is 'When it was recorded.';
