-- Row-level security: an inbox is seen by whom it belongs to, a preference by its person, the ledger by whoever looks after it, and
-- rings and victims' contact points by the service alone [R3c, CCRA 26].

alter table ring enable row level security, force row level security;
alter table inbox_item enable row level security, force row level security;
alter table delivery enable row level security, force row level security;
alter table preference enable row level security, force row level security;
alter table contact_point enable row level security, force row level security;
alter table do_not_contact enable row level security, force row level security;
alter table contact_review enable row level security, force row level security;

-- The names are those of the caller and of the offices they hold.
create policy the_service_posts on inbox_item
    using ((select acting_for_service())) with check ((select acting_for_service()));
create policy whose_inbox_it_is on inbox_item for select
    using ((select acting_subject()) is not null and recipient = any((select acting_names())::text[]));
create policy whoever_reads_marks on inbox_item for update
    using ((select acting_subject()) is not null and recipient = any((select acting_names())::text[]));

create policy the_service_delivers on delivery
    using ((select acting_for_service())) with check ((select acting_for_service()));
create policy the_ledger_is_read on delivery for select
    using ((select acting_subject()) is not null and (select acting_reach()) is not distinct from 'ledger');

create policy ones_own on preference
    using ((select acting_for_service()) or subject = (select acting_subject()))
    with check ((select acting_for_service()) or subject = (select acting_subject()));

create policy the_service_alone on ring using ((select acting_for_service())) with check ((select acting_for_service()));
create policy the_service_alone on contact_point using ((select acting_for_service())) with check ((select acting_for_service()));
create policy the_service_alone on do_not_contact using ((select acting_for_service())) with check ((select acting_for_service()));
create policy the_service_alone on contact_review using ((select acting_for_service())) with check ((select acting_for_service()));
