-- Row-level security: the RJ Unit reads the queue, a submitter what they sent and what stands under the key they send again, cases
-- and notification what they take over [R3c, R6a, CARD5].

create function unit_acts() returns boolean language sql stable as $$
    select acting_subject() is not null and acting_reach() in ('service', 'unit')
$$;
comment on function unit_acts is 'The service itself, or the RJ Unit.';

create function peer_acts(name text) returns boolean language sql stable as $$
    select acting_reach() is not distinct from 'peer' and acting_subject() is not distinct from name
$$;
comment on function peer_acts is 'Another of our services acts, under its own certificate.';

-- Asked by the policies of the tables they stand beside. While they are asked, and no longer, the service asks; the answer is yes or no.
create function someone_sent_a_body_of(referral uuid, someone text) returns boolean
    language sql stable set ro.reach to 'service' as $$
    select exists (select from referral_variant v where v.referral_id = referral and v.submitter = someone)
$$;
comment on function someone_sent_a_body_of is 'Whether somebody sent one of the bodies kept beside the first of a referral.';

create function someone_sent_a_body_of_contact(first uuid, someone text) returns boolean
    language sql stable set ro.reach to 'service' as $$
    select exists (select from contact v where v.variant_of = first and v.submitter = someone)
$$;
comment on function someone_sent_a_body_of_contact is 'The same for a contact.';

alter table referral enable row level security, force row level security;
alter table referral_variant enable row level security, force row level security;
alter table screening_decision enable row level security, force row level security;
alter table contact enable row level security, force row level security;

-- The sites of a submission are named while it is recorded: a key that is sent again must be found, whoever sent it first.
create policy need_to_know on referral for select
    using ((select unit_acts()) or (select peer_acts('service:cases')) or submitter = (select acting_subject())
           or ((select acting_subject()) is not null and site = any((select acting_names())::text[]))
           or someone_sent_a_body_of(referral_id, (select acting_subject())));
create policy nobody_submits_for_another on referral for insert
    with check ((select acting_for_service())
                or (submitter = (select acting_subject()) and site = any((select acting_names())::text[])));
create policy whoever_submits_adds_what_must_be_asked on referral for update
    using ((select unit_acts()) or ((select acting_subject()) is not null and site = any((select acting_names())::text[])));

create policy need_to_know on referral_variant for select
    using ((select unit_acts()) or (select peer_acts('service:cases')) or submitter = (select acting_subject()));
create policy nobody_submits_for_another on referral_variant for insert
    with check ((select acting_for_service()) or submitter = (select acting_subject()));

create policy the_unit_reads on screening_decision for select using ((select unit_acts()));
create policy the_unit_decides on screening_decision for insert with check ((select unit_acts()));

create policy need_to_know on contact for select
    using ((select unit_acts()) or (select peer_acts('service:notification')) or submitter = (select acting_subject())
           or ((select acting_subject()) is not null and region = any((select acting_names())::text[]))
           or someone_sent_a_body_of_contact(contact_id, (select acting_subject())));
create policy nobody_pushes_for_another on contact for insert
    with check ((select acting_for_service())
                or (submitter = (select acting_subject()) and region = any((select acting_names())::text[])));

call only_added_to('referral_variant', 'screening_decision');
