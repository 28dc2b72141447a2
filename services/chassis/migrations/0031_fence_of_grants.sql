-- Whoever is proven finds their own grants; the copy itself is the service's.

alter table grant_held enable row level security, force row level security;
create policy the_service_keeps_the_copy on grant_held
    using ((select acting_for_service())) with check ((select acting_for_service()));
create policy whoever_acts_finds_their_own on grant_held for select
    using (subject = (select acting_subject()));
