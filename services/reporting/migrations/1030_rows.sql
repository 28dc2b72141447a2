-- Row-level security: the service records facts, whoever makes a report counts them, and nobody else sees one [L13, IM1].

create function a_report_is_made() returns boolean language sql stable as $$
    select acting_subject() is not null and acting_reach() in ('service', 'report')
$$;
comment on function a_report_is_made is 'The service itself, or a report on behalf of somebody who may ask for one.';

alter table referral_fact enable row level security, force row level security;
alter table case_fact enable row level security, force row level security;
alter table concern_fact enable row level security, force row level security;

create policy the_service_records on referral_fact using ((select acting_for_service())) with check ((select acting_for_service()));
create policy the_service_records on case_fact using ((select acting_for_service())) with check ((select acting_for_service()));
create policy the_service_records on concern_fact using ((select acting_for_service())) with check ((select acting_for_service()));
create policy a_report_counts on referral_fact for select using ((select a_report_is_made()));
create policy a_report_counts on case_fact for select using ((select a_report_is_made()));
create policy a_report_counts on concern_fact for select using ((select a_report_is_made()));
