-- Intake: the national queue. Every referral once per site and key, whatever else came under that key beside it, every decision; and the
-- contacts of victims, until notification has taken them over.

-- What was submitted, and why the RJ Unit decided as it did, is sealed under a key of the referral or of the contact. Only a safety
-- concern may stand in clear, for it waits for no key; it is sealed as soon as there is one.

-- Tables: referrals, and what was decided on them. Of a purged referral the row stays, so that the same submission, sent again, is
-- answered as before and opens nothing [LPR4].

create function part_of_the_queue(state text, flags text[], accepted_at timestamptz, purged_at timestamptz) returns text
    language sql immutable as $$
    select case
        when purged_at is not null then null
        when 'corrected-after-decision' = any (flags) then 'corrected'
        when accepted_at is not null and state <> 'screened-deferred' then null
        else state
    end
$$;
comment on function part_of_the_queue is 'The part of the queue in which a referral stands: its state, or that it was corrected after its decision. Null of what is a case or was purged.';

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
    content_sealed bytea,
    purged_at timestamptz,
    key_form text,
    questions text[],
    told_at timestamptz,
    gone bytea[] not null default '{}',
    accepted_at timestamptz,
    likened_at timestamptz,
    duplicate_of uuid constraint duplicate_of_a_referral references referral (referral_id),
    listed text generated always as (part_of_the_queue(state, flags, accepted_at, purged_at)) stored,
    listed_by_origin text generated always as (part_of_the_queue(state, flags, accepted_at, purged_at) || '/' || origin) stored,
    listed_by_site text generated always as
        (part_of_the_queue(state, flags, accepted_at, purged_at) || '/' || origin || '/' || site) stored,
    constraint decided_means_a_decision check ((disposition is null) = (decisions = 0)),
    constraint deferred_means_a_review_date check ((state = 'screened-deferred') = (review_on is not null)),
    constraint state_follows_the_decision check (
        case
            when disposition is null then state in ('received', 'needs-clarification')
            when disposition = 'accepted' then state = 'screened-accepted'
            when disposition = 'indirect-only' then state = 'screened-indirect-only'
            when disposition = 'deferred-for-preparation' then state = 'screened-deferred'
            else state = 'screened-closed'
        end),
    constraint referral_content_is_sealed_or_in_clear check (content_sealed is null or content = ''),
    constraint a_purged_referral_holds_nothing check
    (purged_at is null or (content = '' and content_sealed is null and decisions = 0 and flags = '{}' and origin = 'any-communication'))
);
comment on table referral is 'One referral in the national queue [GL1]. Protected B.';
comment on column referral.referral_id is 'Id used on the wire and in events.';
comment on column referral.receipt_number is 'What the submitter may read out on the phone. Says nothing of what follows [TRAP-4].';
comment on column referral.site is 'Code of the office that submitted.';
comment on column referral.idempotency_key is 'Made by the submitter, or from the body where the submitter gave none.';
comment on column referral.body_hash is 'SHA-256 of content: the same key with another hash is kept as a variant.';
comment on column referral.content is 'Protected B. Empty; in clear while it is not sealed.';
comment on column referral.origin is 'The origin the submitter stated.';
comment on column referral.counted_origin is 'The origin it is counted under after the origin check [D-community].';
comment on column referral.flags is 'What the RJ Unit must ask or know: stable codes, over content and variants, and that one came after the decision. Protected B.';
comment on column referral.submitter is 'Opaque subject of the submitter, or bus:<site>.';
comment on column referral.received_at is 'When it was recorded.';
comment on column referral.state is 'Follows from the latest decision. Protected B.';
comment on column referral.decisions is 'Number of the latest decision; 0 where there is none.';
comment on column referral.disposition is 'Disposition of the latest decision. Protected B.';
comment on column referral.review_on is 'When a deferred referral returns to the queue.';
comment on column referral.content_sealed is 'Protected B. The ro.intake.v1.Referral as received, without its key, sealed under the key of the referral.';
comment on column referral.purged_at is 'When it was purged with its case: only ids, key, hash, submitter and times stay. Open.';
comment on column referral.key_form is 'The key in the form in which keys compare; where it is null, the key compares as it was given.';
comment on column referral.questions is 'What the bodies under this key say to each question: origin/question/open, answered or denied. Null where nothing was kept of it. Protected B.';
comment on column referral.told_at is 'The moment that was last told of it: of a decision, or of a correction after one. Open.';
comment on column referral.gone is 'Of a purged referral: SHA-256 of the other bodies that were received under its key, which are answered as before. Open.';
comment on column referral.accepted_at is 'When it was first accepted; null where no case was ever opened from it. Protected B.';
comment on column referral.likened_at is 'When it was last compared with the others; null where a body came since. Open.';
comment on column referral.duplicate_of is 'The referral that this one repeats, where it was closed as a duplicate: it goes with the case of that one. Protected B.';
comment on column referral.listed is 'The part of the queue in which it stands. Protected B.';
comment on column referral.listed_by_origin is 'The same, with its origin. Protected B.';
comment on column referral.listed_by_site is 'The same, with its origin and its site. Protected B.';
-- The key comes first: it tells rows apart at the first comparison.
create unique index one_referral_per_site_and_key_form on referral (key_form, site) where key_form is not null;
create unique index one_referral_per_site_and_key_without_form on referral (idempotency_key, site) where key_form is null;
-- What stands in clear is looked for often, and there is none: no look at it reads what is sealed.
create index referral_in_clear on referral (referral_id) where content <> '';
create index referral_to_liken on referral (received_at, referral_id) where likened_at is null and purged_at is null;
create index referral_of_a_submitter on referral (submitter, received_at, referral_id);
create index referral_duplicates on referral (duplicate_of) where duplicate_of is not null;
create index referral_closed_without_a_case on referral (received_at, referral_id)
    where state = 'screened-closed' and accepted_at is null and purged_at is null;
create index referral_listed on referral (listed, received_at, referral_id) where listed is not null;
create index referral_listed_by_origin on referral (listed_by_origin, received_at, referral_id) where listed_by_origin is not null;
create index referral_listed_by_site on referral (listed_by_site, received_at, referral_id) where listed_by_site is not null;

create table screening_decision (
    referral_id uuid not null constraint decision_on_a_referral references referral (referral_id),
    number integer not null constraint decisions_start_at_one check (number >= 1),
    disposition text not null constraint disposition_is_known check (disposition in (
        'accepted', 'indirect-only', 'deferred-for-preparation', 'other-party-inaccessible', 'other-party-unwilling',
        'motivation-not-appropriate', 'no-contact-permitted', 'withdrawn', 'out-of-jurisdiction', 'duplicate')),
    reason text not null,
    review_on date,
    decided_by text not null,
    decided_at timestamptz not null,
    reason_sealed bytea,
    decided_as text,
    constraint one_decision_per_number primary key (referral_id, number),
    constraint decision_can_be_pointed_at unique (referral_id, number, disposition),
    constraint deferral_has_a_review_date check ((disposition = 'deferred-for-preparation') = (review_on is not null)),
    constraint decision_has_a_reason_sealed_or_in_clear
        check ((reason_sealed is null) = (length(trim(reason)) > 0))
);
comment on table screening_decision is 'Every screening decision of the RJ Unit; rows are only ever added [R3a]. Protected B.';
comment on column screening_decision.referral_id is 'The referral decided on.';
comment on column screening_decision.number is 'Counts from 1 within the referral.';
comment on column screening_decision.disposition is 'What was decided. Protected B.';
comment on column screening_decision.reason is 'Protected B. Empty; in clear while it is not sealed.';
comment on column screening_decision.review_on is 'For a deferral: when to look again.';
comment on column screening_decision.decided_by is 'Opaque subject of the officer.';
comment on column screening_decision.decided_as is 'Role in which the officer decided; null where it was not kept.';
comment on column screening_decision.decided_at is 'When it was decided.';
comment on column screening_decision.reason_sealed is 'Protected B. Why, in the officer''s words, sealed under the key of the referral.';
create index screening_decision_in_clear on screening_decision (referral_id, number) where reason <> '';

-- The two tables point at each other.
alter table referral add constraint disposition_is_that_of_the_latest_decision
    foreign key (referral_id, decisions, disposition) references screening_decision (referral_id, number, disposition);

create table referral_variant (
    referral_id uuid not null constraint variant_of_a_referral references referral (referral_id),
    body_hash bytea not null constraint variant_hash_is_sha256 check (octet_length(body_hash) = 32),
    content bytea not null,
    submitter text not null,
    received_at timestamptz not null,
    content_sealed bytea,
    constraint one_variant_per_body primary key (referral_id, body_hash),
    constraint variant_content_is_sealed_or_in_clear check (content_sealed is null or content = '')
);
comment on table referral_variant is 'Other bodies received under the key of a referral, kept for the RJ Unit to compare; never dropped. Protected B.';
comment on column referral_variant.referral_id is 'The referral whose key it came under.';
comment on column referral_variant.body_hash is 'SHA-256 of content.';
comment on column referral_variant.content is 'Protected B. Empty; in clear while it is not sealed.';
comment on column referral_variant.submitter is 'Opaque subject of whoever sent this body, or bus:<site>.';
comment on column referral_variant.received_at is 'When it was recorded.';
comment on column referral_variant.content_sealed is 'Protected B. The ro.intake.v1.Referral as received, without its key, sealed under the key of the referral.';
create index referral_variant_of_a_submitter on referral_variant (submitter, received_at, referral_id);
create index referral_variant_in_clear on referral_variant (referral_id, body_hash) where content <> '';

-- Tables: likenesses. Two referrals that have a mark in common may be about the same persons: an officer looks, nothing is merged. A mark
-- is a blind index: the same words, the same mark, and no way back without the key.

create table likeness (
    referral_id uuid not null constraint likeness_of_a_referral references referral (referral_id),
    mark text not null constraint mark_is_not_empty check (mark <> ''),
    kind text not null constraint likeness_is_known check (kind in ('fps', 'names', 'name-at-site')),
    constraint one_likeness_per_mark primary key (referral_id, mark)
);
comment on table likeness is 'By what a referral may be about the same persons as another. Protected B.';
comment on column likeness.referral_id is 'The referral.';
comment on column likeness.mark is 'Blind index of the words that are compared. Protected B.';
comment on column likeness.kind is 'What the words are: an FPS number, both names, or the name of the offender with the site.';
create index likeness_by_mark on likeness (mark, referral_id);

-- Tables: ties. What was accepted is a case, and its referral is no way around it: an officer reads it or decides it anew only while tied
-- to the case [R3c]. Supervisors and the National Manager need no tie [IM1c]. The receipt says nothing of it [TRAP-4].

create table tied_case (
    referral_id uuid constraint ties_of_a_referral primary key references referral (referral_id),
    case_id uuid,
    revision bigint not null,
    told_at timestamptz not null,
    officers text[] not null,
    officers_until timestamptz[] not null,
    readers text[] not null,
    readers_until timestamptz[] not null,
    constraint every_officer_has_an_end_or_none check (cardinality(officers) = cardinality(officers_until)),
    constraint every_reader_has_an_end_or_none check (cardinality(readers) = cardinality(readers_until))
);
comment on table tied_case is 'The case of an accepted referral, and which officers are tied to it, as cases told last. Protected B.';
comment on column tied_case.referral_id is 'The referral.';
comment on column tied_case.case_id is 'The case; null until cases has told of it.';
comment on column tied_case.revision is 'As cases counts: the higher one stands. -1 until it has told. Open.';
comment on column tied_case.told_at is 'When cases told it, or when it was accepted. Open.';
comment on column tied_case.officers is 'Identities of the officers in whose portfolio the case stands. Protected B.';
comment on column tied_case.officers_until is 'When each of these ends by itself; null where it does not. Open.';
comment on column tied_case.readers is 'Identities of the officers who broke the glass: they read and decide nothing. Protected B.';
comment on column tied_case.readers_until is 'When each of these ends by itself. Open.';

-- Tables: contacts of victims [CARD5].

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
    content_sealed bytea,
    key_form text,
    place integer not null default 0,
    constraint contact_content_is_sealed_or_in_clear check (content_sealed is null or content = '')
);
comment on table contact is 'A contact point of a victim as a region pushed it. Protected B.';
comment on column contact.contact_id is 'Id used on the wire and in events.';
comment on column contact.variant_of is 'Set where the key was already known with another body told last: no value is lost, and a return to an earlier one counts.';
comment on column contact.receipt_number is 'What the region may read out on the phone; a variant has the number of the first.';
comment on column contact.region is 'Region code of the office that pushed.';
comment on column contact.idempotency_key is 'Made by the region, or from the body where the region gave none.';
comment on column contact.body_hash is 'SHA-256 of content.';
comment on column contact.content is 'Protected B. Empty; in clear while it is not sealed.';
comment on column contact.submitter is 'Opaque subject of the submitter, or bus:<region>.';
comment on column contact.received_at is 'When it was recorded.';
comment on column contact.content_sealed is 'Protected B. The ro.intake.v1.VictimContact as received, without its key, sealed under the key of the contact.';
comment on column contact.key_form is 'The key in the form in which keys compare; where it is null, the key compares as it was given.';
comment on column contact.place is 'Counts from 0 under its key: the last one is what was told last.';
create index contact_in_clear on contact (contact_id) where content <> '';
create unique index one_contact_per_region_and_key on contact (region, idempotency_key) where variant_of is null;
create unique index contact_receipt_number_is_unique on contact (receipt_number) where variant_of is null;
create index contact_of_a_submitter on contact (submitter, received_at, contact_id) where variant_of is null;
create index contact_variants on contact (variant_of) where variant_of is not null;
create unique index one_contact_per_region_and_key_form on contact (region, coalesce(key_form, idempotency_key)) where variant_of is null;
create index contact_by_region_and_key_form on contact (region, key_form) where key_form is not null and variant_of is null;

-- Functions: who acts.

create function unit_acts() returns boolean language sql stable as $$
    select acting_subject() is not null and acting_reach() in ('service', 'unit')
$$;
comment on function unit_acts is 'The service itself, or the RJ Unit.';

create function officer_acts() returns boolean language sql stable as $$
    select acting_subject() is not null and acting_reach() is not distinct from 'officer'
$$;
comment on function officer_acts is 'An officer of the RJ Unit, who needs a tie to what is a case.';

create function peer_acts(name text) returns boolean language sql stable as $$
    select acting_reach() is not distinct from 'peer' and acting_subject() is not distinct from name
$$;
comment on function peer_acts is 'Another of our services acts, under its own certificate.';

-- Functions: who may know of what.

-- Asked by the policies and by the statements. While one of these is asked, and no longer, the service asks. They are written in plpgsql,
-- which keeps their plans: a function in sql that sets something is planned at each call.

create function someone_sent_a_body_of(referral uuid, someone text) returns boolean
    language plpgsql stable set actor.reach to 'service' as $$
begin
    return exists (select from referral_variant v where v.referral_id = referral and v.submitter = someone);
end
$$;
comment on function someone_sent_a_body_of is 'Whether somebody sent one of the bodies kept beside the first of a referral.';

create function someone_sent_a_body_of_contact(first uuid, someone text) returns boolean
    language plpgsql stable set actor.reach to 'service' as $$
begin
    return exists (select from contact v where v.variant_of = first and v.submitter = someone);
end
$$;
comment on function someone_sent_a_body_of_contact is 'The same for a contact.';

create function is_tied(referral uuid, someone text, moment timestamptz, decides boolean) returns boolean
    language plpgsql stable set actor.reach to 'service' as $$
begin
    return exists (
        select from tied_case t,
            lateral (select * from unnest(t.officers, t.officers_until)
                     union all select * from unnest(t.readers, t.readers_until) where not decides) as tie (person, until)
        where t.referral_id = referral and person = someone and (until is null or until > moment));
end
$$;
comment on function is_tied is 'Whether somebody is tied to the case of a referral at a moment: to read it, or to decide on it.';

create function officer_knows_of(referral uuid, someone text, moment timestamptz, decides boolean) returns boolean
    language plpgsql stable set actor.reach to 'service' as $$
begin
    return exists (select from referral r where r.referral_id = referral
                   and (r.accepted_at is null or is_tied(referral, someone, moment, decides)));
end
$$;
comment on function officer_knows_of is 'Whether an officer may know of a referral: nobody accepted it, or they are tied to its case.';

create function receipt_of(number text, someone text)
    returns table (receipt_number text, received_at timestamptz, idempotency_key text)
    language plpgsql stable set actor.reach to 'service' as $$
begin
    return query
    select r.receipt_number, r.received_at, r.idempotency_key from referral r
    where r.receipt_number = number
      and (someone is null or r.submitter = someone
           or exists (select from referral_variant v where v.referral_id = r.referral_id and v.submitter = someone));
end
$$;
comment on function receipt_of is 'The receipt behind a number, for whoever sent one of its bodies, or for the RJ Unit: the same whatever became of it.';

create function receipts_of(someone text, before_time timestamptz, before_id uuid, most bigint)
    returns table (id uuid, receipt_number text, received_at timestamptz, idempotency_key text, place text, sent_at timestamptz)
    language plpgsql stable set actor.reach to 'service' set enable_seqscan to off as $$
begin
    return query
    select * from (
        (select r.referral_id, r.receipt_number, r.received_at, r.idempotency_key, r.site, r.received_at as sent
         from referral r
         where r.submitter = someone and (r.received_at, r.referral_id) < (before_time, before_id)
         order by r.received_at desc, r.referral_id desc limit most)
        union all
        -- Who sent another body later: once, at the first that they sent.
        (select r.referral_id, r.receipt_number, r.received_at, r.idempotency_key, r.site, v.received_at
         from referral_variant v join referral r on r.referral_id = v.referral_id
         where v.submitter = someone and (v.received_at, v.referral_id) < (before_time, before_id) and r.submitter <> someone
           and not exists (select from referral_variant f where f.referral_id = v.referral_id and f.submitter = someone
                           and (f.received_at, f.body_hash) < (v.received_at, v.body_hash))
         order by v.received_at desc, v.referral_id desc limit most)
        union all
        (select c.contact_id, c.receipt_number, c.received_at, c.idempotency_key, c.region, c.received_at
         from contact c
         where c.submitter = someone and c.variant_of is null and (c.received_at, c.contact_id) < (before_time, before_id)
         order by c.received_at desc, c.contact_id desc limit most)) as sent (id, number, received, key, place, sent)
    order by sent.sent desc, sent.id desc limit most;
end
$$;
comment on function receipts_of is 'A page of the receipts of what somebody sent, newest first: the same whatever became of it.';

create function referrals_alike(of uuid, officer text, most bigint)
    returns table (referral_id uuid, receipt_number text, site text, state text, received_at timestamptz, kinds text[])
    language plpgsql stable set actor.reach to 'service' set enable_seqscan to off as $$
#variable_conflict use_column
begin
    return query
    select r.referral_id, r.receipt_number, r.site, r.state, r.received_at, found.kinds
    from (select alike.referral_id, array_agg(distinct alike.kind order by alike.kind) as kinds
          from likeness own
               cross join lateral (select o.referral_id, o.kind from likeness o
                                   where o.mark = own.mark and o.referral_id <> of limit 10 * most) as alike
          where own.referral_id = of group by alike.referral_id) as found
         join referral r on r.referral_id = found.referral_id
    where r.purged_at is null and r.disposition is distinct from 'duplicate'
      and (r.accepted_at is null or officer is null or is_tied(r.referral_id, officer, acting_at(), false))
    order by cardinality(found.kinds) desc, r.received_at, r.referral_id limit most;
end
$$;
comment on function referrals_alike is 'Referrals that may be about the same persons as one: those that were not closed as duplicates and are not purged. Of what was accepted, what the officer is tied to, or all where nobody asks for a tie.';

-- Functions: retention and purge [LPR4].

create function is_purged(referral uuid) returns boolean language sql stable as $$
    select exists (select from referral r where r.referral_id = referral and r.purged_at is not null)
$$;
comment on function is_purged is 'Whether the referral was purged.';

create function last_use_of(referral uuid) returns timestamptz language sql stable as $$
    select greatest(r.received_at, r.accepted_at, r.told_at,
                    (select max(v.received_at) from referral_variant v where v.referral_id = r.referral_id),
                    (select max(d.decided_at) from screening_decision d where d.referral_id = r.referral_id))
    from referral r where r.referral_id = referral
$$;
comment on function last_use_of is 'When a referral was last received, corrected or decided on.';

create function refuse_to_add_to_a_purged_referral() returns trigger language plpgsql as $$
declare
    purged timestamptz;
begin
    select purged_at into purged from referral where referral_id = new.referral_id for key share;
    if purged is not null then
        raise exception 'the referral was purged' using errcode = 'restrict_violation', constraint = 'nothing_is_added_to_a_purged_referral';
    end if;
    return new;
end
$$;
comment on function refuse_to_add_to_a_purged_referral is 'Nothing comes back to a referral that was purged [LPR4].';

-- Functions: the record.

-- A text that stands in clear may be sealed, and what is of a purged referral is deleted; nothing else of the record changes.
create function refuse_to_rewrite_but_seal() returns trigger language plpgsql as $$
declare
    clear text := tg_argv[0];
    sealed text := clear || '_sealed';
    before jsonb := to_jsonb(old);
    after jsonb;
begin
    if tg_op = 'DELETE' and exists (select from referral where referral_id = old.referral_id and purged_at is not null) then
        return old;
    end if;
    if tg_op = 'UPDATE' then
        after := to_jsonb(new);
        if before - clear - sealed = after - clear - sealed
            and before ->> clear not in ('', '\x') and before ->> sealed is null
            and after ->> clear in ('', '\x') and after ->> sealed is not null then
            return new;
        end if;
    end if;
    raise exception 'rows of % are only ever added', tg_table_name using errcode = 'restrict_violation';
end
$$;
comment on function refuse_to_rewrite_but_seal is 'Decisions and variants are only ever added; a text that stands in clear may be sealed.';

-- Functions: the queue. A page reads its own rows, however many there are and whatever the planner believes of them. Each part of the
-- queue, of one origin and of one site where these are asked for, has a key in a column of its own, which stands in one index and no
-- other, in the order of the list: a page is the first rows under each key, put in order. `by` is the column of the keys.

create function referrals_under_keys(by text, columns text, ending text) returns text language sql immutable as $$
    select format(
        'select %s from referral r
         where r.%I = part.key and (part.due_by is null or r.review_on <= part.due_by)
           and (r.received_at, r.referral_id) > ($3, $4) and (r.received_at, r.referral_id) < ($5, $6)
           and (r.accepted_at is null or $7 is null or is_tied(r.referral_id, $7, acting_at(), false))
         %s limit $8', columns, by, ending)
$$;
comment on function referrals_under_keys is 'The first referrals under one key of the queue, as text of a statement.';

create function referrals_listed(by text, keys text[], due_by date[], from_time timestamptz, from_id uuid, until_time timestamptz,
                                 until_id uuid, officer text, most bigint, newest_first boolean)
    returns table (referral_id uuid, receipt_number text, origin text, site text, state text, received_at timestamptz, flags text[],
                   variants bigint, has_alike boolean)
    language plpgsql stable set enable_sort to off set enable_incremental_sort to off set enable_seqscan to off as $$
declare
    way text := case when newest_first then 'desc' else 'asc' end;
    ordered text := format('order by received_at %1$s, referral_id %1$s', way);
begin
    return query execute format(
        'select one.*, (select count(*) from referral_variant v where v.referral_id = one.referral_id),
                exists (select from referrals_alike(one.referral_id, $7, 1))
         from unnest($1, $2) as part (key, due_by) cross join lateral (%s) as one %s limit $8',
        referrals_under_keys(by, 'r.referral_id, r.receipt_number, r.origin, r.site, r.state, r.received_at, r.flags', ordered), ordered)
    using keys, due_by, from_time, from_id, until_time, until_id, officer, most;
end
$$;
comment on function referrals_listed is 'A page of the queue under these keys, in the order of arrival. Of what was accepted, what the officer is tied to, or all where nobody asks for a tie.';

create function referrals_counted(by text, keys text[], due_by date[], places int[], from_time timestamptz, from_id uuid,
                                  until_time timestamptz, until_id uuid, officer text, most bigint)
    returns table (place int, found bigint)
    language plpgsql stable set enable_sort to off set enable_seqscan to off as $$
begin
    return query execute format(
        'select asked.place, (select count(*) from (select from unnest($1, $2, $9) as part (key, due_by, place) cross join lateral (%s) as one
                                                    where part.place = asked.place limit $8) as few)
         from (select distinct place from unnest($9) as one (place)) as asked',
        referrals_under_keys(by, '', ''))
    using keys, due_by, from_time, from_id, until_time, until_id, officer, most, places;
end
$$;
comment on function referrals_counted is 'How many stand under the keys of each place; nobody counts further than to a limit.';

-- Functions: recording. Whether a key is known is answered by an index, however many referrals a site has: row security keeps a condition
-- out of an index where it could tell what it was asked of, and `coalesce` counts as such. New referrals are recorded by one statement:
-- for whom it is, what stands already, the referrals, their keys and their facts. What it cannot decide by itself it leaves alone, and
-- the service goes the long way.

create function referrals_under(sites text[], forms text[], keys text[])
    returns table (place bigint, referral_id uuid, receipt_number text, received_at timestamptz, body_hash bytea, purged_at timestamptz,
                   gone bytea[], as_given boolean)
    language plpgsql stable set enable_seqscan to off set enable_hashjoin to off set enable_mergejoin to off as $$
#variable_conflict use_column
begin
    return query
    select n.place, r.referral_id, r.receipt_number, r.received_at, r.body_hash, r.purged_at, r.gone, r.idempotency_key = n.given
    from unnest(sites, forms, keys) with ordinality as n (site, form, given, place)
    join referral r on r.key_form = n.form and r.site = n.site
    union all
    -- A key that has no form compares as it was given.
    select n.place, r.referral_id, r.receipt_number, r.received_at, r.body_hash, r.purged_at, r.gone, r.idempotency_key = n.given
    from unnest(sites, forms, keys) with ordinality as n (site, form, given, place)
    join referral r on r.idempotency_key = any (array[n.form, n.given]) and r.site = n.site and r.key_form is null;
end
$$;
comment on function referrals_under is 'What stands under these sites and keys, each key in its form and as it was given, with the place of what was asked.';

create function keep_new_keys(ids uuid[], referrals uuid[], wraps bytea[], versions int[], moment timestamptz)
    returns void language plpgsql volatile set actor.reach to 'service' as $$
begin
    insert into data_key (id, kind, object, side, wrapped, kek_version, made_at)
    select fresh.id, 'referral', fresh.referral, '', fresh.wrapped, fresh.version, moment
    from unnest(ids, referrals, wraps, versions) as fresh (id, referral, wrapped, version);
end
$$;
comment on function keep_new_keys is 'Keeps the keys of new referrals, none of which has one: `keep_keys` asks that of each index, this one only inserts.';

create function record_referrals(
        actor text, reach text, names text, acts_at timestamptz, fact_subject text, leased_until timestamptz, of_a_fact int,
        calls int[], ids uuid[], numbers text[], sites text[], keys text[], forms text[], hashes bytea[], contents bytea[],
        origins text[], counted_origins text[], flag_lists text[], question_lists text[], states text[], moments timestamptz[],
        submitters text[], key_ids uuid[], wraps bytea[], versions int[], events uuid[], facts bytea[], traces text[])
    returns table (place int, body_hash bytea, receipt_number text, received_at timestamptz, purged boolean)
    language plpgsql volatile set enable_seqscan to off as $$
#variable_conflict use_column
declare
    all_new boolean;
    known int[];
    unfit int[];
begin
    perform set_config('actor.subject', actor, true), set_config('actor.reach', reach, true), set_config('actor.names', names, true),
            set_config('actor.at', acts_at::text, true);

    -- Nearly always all of them are new. That is found out by inserting them, which asks each index once; where one is not new, nothing
    -- of this stays, and what stands already is looked up. A key without a form is not found by inserting.
    all_new := not exists (
        select from referral r where r.idempotency_key = any (keys || forms) and r.site = any (sites) and r.key_form is null);
    loop
        -- 1. What stands under these sites and keys. A call with another body, or with a key whose referral is gone, is left alone whole.
        if not all_new then
            select array_agg(n.place::int), array_agg(n.call) filter (where r.body_hash <> n.hash or r.purged_at is not null)
            into known, unfit
            from unnest(calls, hashes) with ordinality as n (call, hash, place)
            join referrals_under(sites, forms, keys) r on r.place = n.place;
            if known is not null then
                return query
                select r.place::int, r.body_hash, r.receipt_number, r.received_at, r.purged_at is not null
                from referrals_under(sites, forms, keys) r;
            end if;
        end if;
        if not exists (select from unnest(calls) with ordinality as n (call, place)
                       where (known is null or n.place <> all (known)) and (unfit is null or n.call <> all (unfit))) then
            return;
        end if;

        begin
            -- 2. The others, in the order in which they were given: two calls never wait for each other in a circle.
            insert into referral (referral_id, receipt_number, site, idempotency_key, body_hash, content, content_sealed, origin,
                                  counted_origin, flags, state, submitter, received_at, key_form, questions)
            select n.id, n.number, n.site, n.given, n.hash, '', n.content, n.origin, n.counted, string_to_array(n.flags, ' '), n.state,
                   n.submitter, n.moment, n.form, string_to_array(n.questions, ' ')
            from unnest(calls, ids, numbers, sites, keys, forms, hashes, contents, origins, counted_origins, flag_lists, question_lists,
                        states, moments, submitters)
                 with ordinality as n (call, id, number, site, given, form, hash, content, origin, counted, flags, questions, state,
                                       moment, submitter, place)
            where (known is null or n.place <> all (known)) and (unfit is null or n.call <> all (unfit))
            order by n.place;

            -- 3. Their keys: none is kept for what was not recorded, and none of them has one.
            perform keep_new_keys(array_agg(n.key order by n.place), array_agg(n.id order by n.place), array_agg(n.wrap order by n.place),
                                  array_agg(n.version order by n.place), acts_at)
            from unnest(calls, ids, key_ids, wraps, versions) with ordinality as n (call, id, key, wrap, version, place)
            where (known is null or n.place <> all (known)) and (unfit is null or n.call <> all (unfit));

            -- 4. Their facts: the bytes of several, one behind the other, are the fact of all of them, which bears the id and the trace of
            -- the first. Nothing else is of its aggregate.
            insert into outbox (id, aggregate, subject, body, must_be_confirmed, urgent, sealed, traceparent, created_at, next_attempt_at)
            select first.event, first.event, fact_subject, together.body, false, false, false, first.trace, acts_at, leased_until
            from (select min(n.place) as place, string_agg(n.fact, ''::bytea order by n.place) as body
                  from (select n.fact, n.place, (row_number() over (order by n.place) - 1) / of_a_fact as number
                        from unnest(calls, facts) with ordinality as n (call, fact, place)
                        where (known is null or n.place <> all (known)) and (unfit is null or n.call <> all (unfit))) n
                  group by n.number) together,
                 lateral (select events[together.place] as event, traces[together.place] as trace) first
            order by together.place;
            return;
        exception when unique_violation then
            if not all_new then
                raise exception 'somebody recorded one of them at this moment' using errcode = 'serialization_failure';
            end if;
            all_new := false;
        end;
    end loop;
end
$$;
comment on function record_referrals is 'Records the referrals of several calls that one actor makes or hears, with their keys and the facts that they share, and answers what stood already: whole calls, or nothing of them. Fails, and writes nothing, where somebody else records one of them at the same moment.';

-- Triggers: decisions and variants are only ever added.

create trigger decisions_are_only_added before update or delete on screening_decision
    for each row execute function refuse_to_rewrite_but_seal('reason');
create trigger variants_are_only_added before update or delete on referral_variant
    for each row execute function refuse_to_rewrite_but_seal('content');
create trigger nothing_is_added_to_a_purged_referral before insert on referral_variant
    for each row execute function refuse_to_add_to_a_purged_referral();
create trigger nothing_is_added_to_a_purged_referral before insert on screening_decision
    for each row execute function refuse_to_add_to_a_purged_referral();

-- Row security: the RJ Unit reads the queue, an officer what they are tied to, a submitter what they sent and what stands under the key
-- they send again; cases and notification read what they take over [R3c, R6a, CARD5].

alter table referral enable row level security, force row level security;
alter table screening_decision enable row level security, force row level security;
alter table referral_variant enable row level security, force row level security;
alter table likeness enable row level security, force row level security;
alter table tied_case enable row level security, force row level security;
alter table contact enable row level security, force row level security;

-- The sites of a submission are named while it is recorded: a key that is sent again must be found, whoever sent it first.
create policy need_to_know on referral for select
    using ((select unit_acts()) or (select peer_acts('service:cases')) or submitter = (select acting_subject())
           or ((select acting_subject()) is not null and site = any((select acting_names())::text[]))
           or ((select officer_acts())
               and (accepted_at is null or is_tied(referral_id, (select acting_subject()), (select acting_at()), false)))
           or someone_sent_a_body_of(referral_id, (select acting_subject())));
create policy nobody_submits_for_another on referral for insert
    with check ((select acting_for_service())
                or (submitter = (select acting_subject()) and site = any((select acting_names())::text[])));
create policy whoever_submits_adds_what_must_be_asked on referral for update
    using ((select unit_acts()) or ((select acting_subject()) is not null and site = any((select acting_names())::text[]))
           or ((select officer_acts())
               and (accepted_at is null or is_tied(referral_id, (select acting_subject()), (select acting_at()), true))));
create policy the_service_seals on referral for update using ((select acting_for_service()));

create policy need_to_know on screening_decision for select
    using ((select unit_acts()) or (select peer_acts('service:cases'))
           or ((select officer_acts()) and officer_knows_of(referral_id, (select acting_subject()), (select acting_at()), false)));
create policy the_unit_decides on screening_decision for insert
    with check ((select unit_acts())
                or ((select officer_acts()) and officer_knows_of(referral_id, (select acting_subject()), (select acting_at()), true)));
create policy the_service_seals on screening_decision for update using ((select acting_for_service()));
create policy the_service_purges on screening_decision for delete
    using ((select acting_for_service()) and is_purged(referral_id));

create policy need_to_know on referral_variant for select
    using ((select unit_acts()) or (select peer_acts('service:cases')) or submitter = (select acting_subject())
           or ((select officer_acts()) and officer_knows_of(referral_id, (select acting_subject()), (select acting_at()), false)));
create policy nobody_submits_for_another on referral_variant for insert
    with check ((select acting_for_service()) or submitter = (select acting_subject()));
create policy the_service_seals on referral_variant for update using ((select acting_for_service()));
create policy the_service_purges on referral_variant for delete
    using ((select acting_for_service()) and is_purged(referral_id));

create policy the_service_compares on likeness using ((select acting_for_service())) with check ((select acting_for_service()));

create policy the_service_hears on tied_case using ((select acting_for_service())) with check ((select acting_for_service()));

create policy need_to_know on contact for select
    using ((select unit_acts()) or (select officer_acts()) or (select peer_acts('service:notification'))
           or submitter = (select acting_subject())
           or ((select acting_subject()) is not null and region = any((select acting_names())::text[]))
           or someone_sent_a_body_of_contact(contact_id, (select acting_subject())));
create policy nobody_pushes_for_another on contact for insert
    with check ((select acting_for_service())
                or (submitter = (select acting_subject()) and region = any((select acting_names())::text[])));
create policy the_service_seals on contact for update using ((select acting_for_service()));

-- Rights: as the shared tables have them, but for these.

call only_added_to('referral_variant', 'screening_decision');

-- What stands in clear may be sealed, in these columns and no others; and what is of a purged referral is deleted. The triggers and the
-- policies keep these rights from reaching anything else.
do $$
declare
    application text := regexp_replace(current_user, '_owner$', '');
begin
    execute format('grant update (content, content_sealed) on referral_variant to %I', application);
    execute format('grant update (reason, reason_sealed) on screening_decision to %I', application);
    execute format('grant delete on referral_variant, screening_decision, likeness to %I', application);
end $$;
