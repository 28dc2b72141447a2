-- Whoever acts finds and makes the keys of what they may read; only the service destroys one or wraps it anew.

alter table data_key enable row level security, force row level security;
create policy whoever_acts_finds_a_key on data_key for select using ((select acting_subject()) is not null);
create policy whoever_acts_makes_a_key on data_key for insert with check ((select acting_subject()) is not null);
create policy the_service_wraps_and_destroys on data_key for update using ((select acting_for_service()));
