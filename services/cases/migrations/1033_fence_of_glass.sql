-- Break-glass is the service's own act once it was decided; supervisors read it. An officer gives and takes the mediator of a case in
-- their portfolio, and nothing else of the access list.

alter table break_glass enable row level security, force row level security;
alter table break_glass_use enable row level security, force row level security;
alter table break_glass_notice enable row level security, force row level security;

create policy the_service_breaks on break_glass using ((select acting_for_service())) with check ((select acting_for_service()));
create policy supervisors_review on break_glass for select using ((select unit_acts()));
create policy the_service_enters on break_glass_use using ((select acting_for_service())) with check ((select acting_for_service()));
create policy whoever_acts_is_noted on break_glass_use for insert with check (actor = (select acting_subject()));
create policy supervisors_review on break_glass_use for select using ((select unit_acts()));
create policy the_service_tells on break_glass_notice using ((select acting_for_service())) with check ((select acting_for_service()));

create policy an_officer_gives_a_mediator on case_access for insert
    with check ((select acting_reach()) is not distinct from 'officer' and role = 'mediator' and actor_knows_of(case_id));
create policy an_officer_takes_a_mediator on case_access for update
    using ((select acting_reach()) is not distinct from 'officer' and role = 'mediator' and actor_knows_of(case_id));
