-- Reporting: what happened, as counts need it, in ids, codes and clocks. No name, number or text of a person has a place here [IM1].

-- Tables: referrals and what was decided on them.

create table referral_fact (
    referral_id  uuid        not null,
    origin       text,
    site         text,
    region       text,
    received_at  timestamptz,
    disposition  text,
    screened_at  timestamptz,
    constraint referral_fact_stands_once primary key (referral_id),
    constraint referral_fact_origin_is_known
        check (origin in ('victim', 'institutional', 'community', 'any_communication')),
    constraint referral_fact_region_is_known
        check (region in ('atlantic', 'quebec', 'ontario', 'prairie', 'pacific', 'national', 'unknown')),
    constraint referral_fact_disposition_is_known
        check (disposition in ('accepted', 'indirect_only', 'deferred_for_preparation', 'other_party_inaccessible',
                               'other_party_unwilling', 'motivation_not_appropriate', 'no_contact_permitted',
                               'withdrawn', 'out_of_jurisdiction', 'duplicate')),
    constraint referral_fact_site_is_a_code check (site ~ '^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$'),
    constraint referral_fact_is_received_whole
        check ((received_at is null) = (origin is null) and (received_at is null) = (site is null)
               and (received_at is null) = (region is null)),
    constraint referral_fact_is_screened_whole
        check ((screened_at is null) = (disposition is null))
);
comment on table referral_fact is 'One referral of the national queue, as far as statistics need it. Received and screened may arrive in either order.';
comment on column referral_fact.referral_id is 'Random id of the referral in intake.';
comment on column referral_fact.origin is 'Code of the origin it is counted under; empty until its receipt is known.';
comment on column referral_fact.site is 'Code of the office that submitted it.';
comment on column referral_fact.region is 'Region of that office when the fact arrived; unknown where the office is not in the table of sites.';
comment on column referral_fact.received_at is 'When intake received it; decides the fiscal year and the month.';
comment on column referral_fact.disposition is 'Not used: every decision stands in decision_fact.';
comment on column referral_fact.screened_at is 'Not used, likewise.';
create index referral_fact_by_time on referral_fact (received_at);

create table decision_fact (
    referral_id  uuid        not null,
    disposition  text        not null,
    screened_at  timestamptz not null,
    constraint decision_fact_stands_once primary key (referral_id, screened_at, disposition),
    constraint decision_fact_disposition_is_known
        check (disposition in ('accepted', 'indirect_only', 'deferred_for_preparation', 'other_party_inaccessible',
                               'other_party_unwilling', 'motivation_not_appropriate', 'no_contact_permitted',
                               'withdrawn', 'out_of_jurisdiction', 'duplicate'))
);
comment on table decision_fact is 'One screening decision on a referral, as far as statistics need it; rows are only ever added.';
comment on column decision_fact.referral_id is 'Random id of the referral in intake; its receipt may arrive later.';
comment on column decision_fact.disposition is 'Code of the decision.';
comment on column decision_fact.screened_at is 'When it was taken.';

-- Tables: cases.

create table case_fact (
    case_id      uuid        not null,
    referral_id  uuid,
    opened_at    timestamptz,
    stage        text,
    moved_at     timestamptz,
    constraint case_fact_stands_once primary key (case_id),
    constraint case_fact_stage_is_known
        check (stage in ('assessment', 'preparation', 'mediation', 'follow_up', 'paused', 'closed')),
    constraint case_fact_is_opened_whole check ((opened_at is null) = (referral_id is null)),
    constraint case_fact_is_moved_whole check ((moved_at is null) = (stage is null))
);
comment on table case_fact is 'One case, as far as statistics need it. Opened and moved may arrive in either order.';
comment on column case_fact.case_id is 'Random id of the case in cases.';
comment on column case_fact.referral_id is 'The referral it was opened from.';
comment on column case_fact.opened_at is 'When it was opened.';
comment on column case_fact.stage is 'Code of the stage it moved to last; empty until it first moves.';
comment on column case_fact.moved_at is 'When it moved to that stage.';

-- Tables: safety concerns.

create table concern_fact (
    concern_id        uuid        not null,
    grade             text,
    site              text,
    region            text,
    raised_at         timestamptz,
    nhq_accepted_at   timestamptz,
    head_accepted_at  timestamptz,
    closed_at         timestamptz,
    constraint concern_fact_stands_once primary key (concern_id),
    constraint concern_fact_grade_is_known check (grade in ('imminent', 'concern', 'question')),
    constraint concern_fact_region_is_known
        check (region in ('atlantic', 'quebec', 'ontario', 'prairie', 'pacific', 'national', 'unknown')),
    constraint concern_fact_site_is_a_code check (site ~ '^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$'),
    constraint concern_fact_is_raised_whole
        check ((raised_at is null) = (grade is null) and (raised_at is null) = (site is null)
               and (raised_at is null) = (region is null))
);
comment on table concern_fact is 'One safety concern, as far as statistics need it. Raised, accepted and closed may arrive in any order.';
comment on column concern_fact.concern_id is 'Random id of the concern in safety.';
comment on column concern_fact.grade is 'Code of the grade it was raised with; one that was not stated counts as a concern.';
comment on column concern_fact.site is 'Code of the site it was raised for; unknown where none was known.';
comment on column concern_fact.region is 'Region of that site when the fact arrived.';
comment on column concern_fact.raised_at is 'When safety recorded it; decides the fiscal year and begins the time to accept.';
comment on column concern_fact.nhq_accepted_at is 'When NHQ first accepted it.';
comment on column concern_fact.head_accepted_at is 'When the responsible head first accepted it.';
comment on column concern_fact.closed_at is 'When it was closed.';
create index concern_fact_by_time on concern_fact (raised_at);

create table concern_grade_fact (
    concern_id  uuid        not null,
    grade       text        not null,
    said_at     timestamptz not null,
    constraint concern_grade_fact_stands_once primary key (concern_id, said_at, grade),
    constraint concern_grade_fact_grade_is_known check (grade in ('imminent', 'concern', 'question'))
);
comment on table concern_grade_fact is 'One graver word on a concern, as far as statistics need it; rows are only ever added. It may arrive before the concern.';
comment on column concern_grade_fact.concern_id is 'Random id of the concern in safety.';
comment on column concern_grade_fact.grade is 'Code of the grade it rose to.';
comment on column concern_grade_fact.said_at is 'When it was said; a report counts it from then on, and no report of what ended before.';

-- Functions: who counts, and what is counted.

create function a_report_is_made() returns boolean language sql stable as $$
    select acting_subject() is not null and acting_reach() in ('service', 'report')
$$;
comment on function a_report_is_made is 'The service itself, or a report on behalf of somebody who may ask for one.';

create function gravest_grade(concern uuid, first text, until timestamptz) returns text language sql stable as $$
    select case when first = 'imminent' or bool_or(s.grade = 'imminent') then 'imminent'
                when first = 'concern' or bool_or(s.grade = 'concern') then 'concern'
                else first end
    from concern_grade_fact s where s.concern_id = concern and s.said_at < until
$$;
comment on function gravest_grade is 'The gravest grade that was said of a concern before a moment: the one it was raised with, or a later one.';

-- Row security: the service records facts, whoever makes a report counts them, and nobody else sees one [L13, IM1].

alter table referral_fact enable row level security, force row level security;
alter table decision_fact enable row level security, force row level security;
alter table case_fact enable row level security, force row level security;
alter table concern_fact enable row level security, force row level security;
alter table concern_grade_fact enable row level security, force row level security;

create policy the_service_records on referral_fact using ((select acting_for_service())) with check ((select acting_for_service()));
create policy a_report_counts on referral_fact for select using ((select a_report_is_made()));

create policy the_service_records on decision_fact using ((select acting_for_service())) with check ((select acting_for_service()));
create policy a_report_counts on decision_fact for select using ((select a_report_is_made()));

create policy the_service_records on case_fact using ((select acting_for_service())) with check ((select acting_for_service()));
create policy a_report_counts on case_fact for select using ((select a_report_is_made()));

create policy the_service_records on concern_fact using ((select acting_for_service())) with check ((select acting_for_service()));
create policy a_report_counts on concern_fact for select using ((select a_report_is_made()));

create policy the_service_records on concern_grade_fact using ((select acting_for_service())) with check ((select acting_for_service()));
create policy a_report_counts on concern_grade_fact for select using ((select a_report_is_made()));

-- Rights: as the shared tables have them.
