-- The national queue: every referral once per site and key, whatever else came under that key beside it, and every decision.

create table referral (
    referral_id uuid constraint referral_has_an_id primary key,
    receipt_number text not null constraint receipt_number_is_unique unique,
    site text not null constraint site_is_a_code check (site ~ '^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$'),
    idempotency_key text not null constraint key_is_not_empty check (length(idempotency_key) between 1 and 200),
    body_hash bytea not null constraint body_hash_is_sha256 check (octet_length(body_hash) = 32),
    content bytea not null,
    origin text not null constraint origin_is_known
        check (origin in ('victim', 'institutional', 'community', 'any-communication')),
    counted_origin text not null constraint counted_origin_is_known
        check (counted_origin in ('victim', 'institutional', 'community', 'any-communication')),
    flags text[] not null,
    submitter text not null,
    received_at timestamptz not null,
    state text not null,
    decisions integer not null default 0 constraint decisions_are_counted check (decisions >= 0),
    disposition text,
    review_on date,
    constraint one_referral_per_site_and_key unique (site, idempotency_key),
    constraint decided_means_a_decision check ((disposition is null) = (decisions = 0)),
    constraint deferred_means_a_review_date check ((state = 'screened-deferred') = (review_on is not null)),
    constraint state_follows_the_decision check (
        case
            when disposition is null then state in ('received', 'needs-clarification')
            when disposition = 'accepted' then state = 'screened-accepted'
            when disposition = 'indirect-only' then state = 'screened-indirect-only'
            when disposition = 'deferred-for-preparation' then state = 'screened-deferred'
            else state = 'screened-closed'
        end)
);

create index referral_waits_oldest_first on referral (received_at, referral_id)
    where state in ('received', 'needs-clarification', 'screened-deferred');
create index referral_oldest_first on referral (received_at, referral_id);

comment on table referral is 'One referral in the national queue [GL1]. Protected B.';
comment on column referral.referral_id is 'Id used on the wire and in events.';
comment on column referral.receipt_number is 'What the submitter may read out on the phone. Says nothing of what follows [TRAP-4].';
comment on column referral.site is 'Code of the office that submitted.';
comment on column referral.idempotency_key is 'Made by the submitter, or from the body where the submitter gave none.';
comment on column referral.body_hash is 'SHA-256 of content: the same key with another hash is kept as a variant.';
comment on column referral.content is 'Protected B. The ro.intake.v1.Referral as received, without its key.';
comment on column referral.origin is 'The origin the submitter stated.';
comment on column referral.counted_origin is 'The origin it is counted under after the origin check [D-community].';
comment on column referral.flags is 'What the RJ Unit must ask or know: stable codes, merged over content and variants. Protected B.';
comment on column referral.submitter is 'Opaque subject of the submitter, or bus:<site>.';
comment on column referral.received_at is 'When it was recorded.';
comment on column referral.state is 'Follows from the latest decision. Protected B.';
comment on column referral.decisions is 'Number of the latest decision; 0 where there is none.';
comment on column referral.disposition is 'Disposition of the latest decision. Protected B.';
comment on column referral.review_on is 'When a deferred referral returns to the queue.';

create table referral_variant (
    referral_id uuid not null constraint variant_of_a_referral references referral (referral_id),
    body_hash bytea not null constraint variant_hash_is_sha256 check (octet_length(body_hash) = 32),
    content bytea not null,
    submitter text not null,
    received_at timestamptz not null,
    constraint one_variant_per_body primary key (referral_id, body_hash)
);

comment on table referral_variant is 'Other bodies received under the key of a referral, kept for the RJ Unit to compare; never dropped. Protected B.';
comment on column referral_variant.referral_id is 'The referral whose key it came under.';
comment on column referral_variant.body_hash is 'SHA-256 of content.';
comment on column referral_variant.content is 'Protected B. The ro.intake.v1.Referral as received, without its key.';
comment on column referral_variant.submitter is 'Opaque subject of whoever sent this body, or bus:<site>.';
comment on column referral_variant.received_at is 'When it was recorded.';

create table screening_decision (
    referral_id uuid not null constraint decision_on_a_referral references referral (referral_id),
    number integer not null constraint decisions_start_at_one check (number >= 1),
    disposition text not null constraint disposition_is_known check (disposition in (
        'accepted', 'indirect-only', 'deferred-for-preparation', 'other-party-inaccessible', 'other-party-unwilling',
        'motivation-not-appropriate', 'no-contact-permitted', 'withdrawn', 'out-of-jurisdiction', 'duplicate')),
    reason text not null constraint decision_has_a_reason check (length(trim(reason)) > 0),
    review_on date,
    decided_by text not null,
    decided_at timestamptz not null,
    constraint one_decision_per_number primary key (referral_id, number),
    constraint decision_can_be_pointed_at unique (referral_id, number, disposition),
    constraint deferral_has_a_review_date check ((disposition = 'deferred-for-preparation') = (review_on is not null))
);

comment on table screening_decision is 'Every screening decision of the RJ Unit; rows are only ever added [R3a]. Protected B.';
comment on column screening_decision.referral_id is 'The referral decided on.';
comment on column screening_decision.number is 'Counts from 1 within the referral.';
comment on column screening_decision.disposition is 'What was decided. Protected B.';
comment on column screening_decision.reason is 'Protected B. Why, in the officer''s words.';
comment on column screening_decision.review_on is 'For a deferral: when to look again.';
comment on column screening_decision.decided_by is 'Opaque subject of the officer.';
comment on column screening_decision.decided_at is 'When it was decided.';

alter table referral add constraint disposition_is_that_of_the_latest_decision
    foreign key (referral_id, decisions, disposition) references screening_decision (referral_id, number, disposition);

create function refuse_to_rewrite_history() returns trigger language plpgsql as $$
begin
    raise exception 'rows of % are only ever added', tg_table_name using errcode = 'restrict_violation';
end $$;

create trigger decisions_are_only_added before update or delete on screening_decision
    for each statement execute function refuse_to_rewrite_history();
create trigger variants_are_only_added before update or delete on referral_variant
    for each statement execute function refuse_to_rewrite_history();
