-- What was accepted is a case, and its referral is no way around it: an officer reads or decides it anew only while tied to the case
-- [R3c]. Supervisors and the National Manager need no tie [IM1c]. The receipt says nothing of it and is read as before [TRAP-4].

alter table referral add column accepted_at timestamptz;
comment on column referral.accepted_at is 'When it was first accepted; null where no case was ever opened from it. Protected B.';

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

alter table tied_case enable row level security, force row level security;
create policy the_service_hears on tied_case using ((select acting_for_service())) with check ((select acting_for_service()));

-- Whoever accepted what is a case already stays tied to it until cases tells otherwise.
alter table referral no force row level security;
alter table screening_decision no force row level security;
alter table tied_case no force row level security;
update referral r set accepted_at = d.first
from (select referral_id, min(decided_at) as first from screening_decision where disposition in ('accepted', 'indirect-only') group by 1) d
where d.referral_id = r.referral_id and r.purged_at is null;
insert into tied_case (referral_id, revision, told_at, officers, officers_until, readers, readers_until)
select distinct on (r.referral_id) r.referral_id, -1, d.decided_at, array[d.decided_by], array[null::timestamptz], '{}', '{}'
from referral r join screening_decision d on d.referral_id = r.referral_id and d.disposition in ('accepted', 'indirect-only')
where r.accepted_at is not null order by r.referral_id, d.number desc;
alter table referral force row level security;
alter table screening_decision force row level security;
alter table tied_case force row level security;

-- Asked by the policies and by the statements. While it is asked, and no longer, the service asks; the answer is yes or no.
create function is_tied(referral uuid, someone text, moment timestamptz, decides boolean) returns boolean
    language sql stable set ro.reach to 'service' as $$
    select exists (
        select from tied_case t,
            lateral (select * from unnest(t.officers, t.officers_until)
                     union all select * from unnest(t.readers, t.readers_until) where not decides) as tie (person, until)
        where t.referral_id = referral and person = someone and (until is null or until > moment))
$$;
comment on function is_tied is 'Whether somebody is tied to the case of a referral at a moment: to read it, or to decide on it.';

create function officer_knows_of(referral uuid, someone text, moment timestamptz, decides boolean) returns boolean
    language sql stable set ro.reach to 'service' as $$
    select exists (select from referral r where r.referral_id = referral
                   and (r.accepted_at is null or is_tied(referral, someone, moment, decides)))
$$;
comment on function officer_knows_of is 'Whether an officer may know of a referral: nobody accepted it, or they are tied to its case.';

create function officer_acts() returns boolean language sql stable as $$
    select acting_subject() is not null and acting_reach() is not distinct from 'officer'
$$;
comment on function officer_acts is 'An officer of the RJ Unit, who needs a tie to what is a case.';

create function receipt_of(number text, someone text)
    returns table (receipt_number text, received_at timestamptz, idempotency_key text)
    language sql stable set ro.reach to 'service' as $$
    select r.receipt_number, r.received_at, r.idempotency_key from referral r
    where r.receipt_number = number
      and (someone is null or r.submitter = someone
           or exists (select from referral_variant v where v.referral_id = r.referral_id and v.submitter = someone))
$$;
comment on function receipt_of is 'The receipt behind a number, for whoever sent one of its bodies, or for the RJ Unit: the same whatever became of it.';

alter policy need_to_know on referral
    using ((select unit_acts()) or (select peer_acts('service:cases')) or submitter = (select acting_subject())
           or ((select acting_subject()) is not null and site = any((select acting_names())::text[]))
           or someone_sent_a_body_of(referral_id, (select acting_subject()))
           or ((select officer_acts())
               and (accepted_at is null or is_tied(referral_id, (select acting_subject()), (select acting_at()), false))));
alter policy whoever_submits_adds_what_must_be_asked on referral
    using ((select unit_acts()) or ((select acting_subject()) is not null and site = any((select acting_names())::text[]))
           or ((select officer_acts())
               and (accepted_at is null or is_tied(referral_id, (select acting_subject()), (select acting_at()), true))));
alter policy need_to_know on referral_variant
    using ((select unit_acts()) or (select peer_acts('service:cases')) or submitter = (select acting_subject())
           or ((select officer_acts()) and officer_knows_of(referral_id, (select acting_subject()), (select acting_at()), false)));
alter policy need_to_know on screening_decision
    using ((select unit_acts()) or (select peer_acts('service:cases'))
           or ((select officer_acts()) and officer_knows_of(referral_id, (select acting_subject()), (select acting_at()), false)));
alter policy the_unit_decides on screening_decision
    with check ((select unit_acts())
                or ((select officer_acts()) and officer_knows_of(referral_id, (select acting_subject()), (select acting_at()), true)));
alter policy need_to_know on contact
    using ((select unit_acts()) or (select officer_acts()) or (select peer_acts('service:notification'))
           or submitter = (select acting_subject())
           or ((select acting_subject()) is not null and region = any((select acting_names())::text[]))
           or someone_sent_a_body_of_contact(contact_id, (select acting_subject())));
