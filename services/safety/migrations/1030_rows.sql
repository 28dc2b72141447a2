-- Row-level security: NHQ reads every concern, a head those of the offices they hold, a raiser their own. Only the service writes:
-- a raise is never refused by a policy, and an acceptance is written once it was decided [R3e, RM1c].

create function sees_every_concern() returns boolean language sql stable as $$
    select acting_subject() is not null and acting_reach() in ('service', 'nhq', 'dashboard')
$$;
comment on function sees_every_concern is 'The service, NHQ, and dashboards, which are shown no content: that the service cuts, not the database.';

-- Asked by the policies of the very tables it reads. While it is asked, and no longer, the service asks; the answer is yes or no.
create function someone_heads(concern uuid, someone text, offices text[]) returns boolean
    language sql stable set ro.reach to 'service' as $$
    select exists (
        select from audience a
        where a.concern_id = concern and a.kind = 'responsible-head'
          and (a.office = any(offices) or a.former_office = any(offices)
               or exists (select from office_holder h where h.holder = someone and h.office in (a.office, a.former_office)
                          and h.office not in ('rj-unit', 'nmc'))))
$$;
comment on function someone_heads is 'Whether somebody is, or was until accepted, the responsible head of a concern: by their offices, or by the directory [R3e].';

create function actor_heads(concern uuid) returns boolean language sql stable as $$
    select acting_subject() is not null and someone_heads(concern, acting_subject(), acting_names())
$$;
comment on function actor_heads is 'The same for whoever this transaction is for.';

alter table site enable row level security, force row level security;
alter table office_holder enable row level security, force row level security;
alter table concern enable row level security, force row level security;
alter table concern_variant enable row level security, force row level security;
alter table audience enable row level security, force row level security;
alter table ring enable row level security, force row level security;
alter table timeline enable row level security, force row level security;

create policy whoever_acts_finds_a_site on site for select using ((select acting_subject()) is not null);
create policy the_service_loads on site for insert with check ((select acting_for_service()));
create policy the_service_corrects on site for update using ((select acting_for_service()));

create policy who_holds_what on office_holder for select
    using ((select sees_every_concern()) or (select acting_reach()) = 'directory' or holder = (select acting_subject()));
create policy the_directory_assigns on office_holder for insert
    with check ((select acting_for_service()) or (select acting_reach()) = 'directory');
create policy the_directory_reassigns on office_holder for update
    using ((select acting_for_service()) or (select acting_reach()) = 'directory');

create policy need_to_know on concern for select
    using ((select sees_every_concern()) or raised_by = (select acting_subject()) or actor_heads(id));
create policy the_service_records on concern for insert with check ((select acting_for_service()));
-- Whoever may accept holds the row against others; what is written then, the service writes.
create policy whoever_knows_holds on concern for update
    using ((select sees_every_concern()) or actor_heads(id)) with check ((select acting_for_service()));

create policy need_to_know on audience for select using ((select sees_every_concern()) or actor_heads(concern_id));
create policy the_service_rings on audience for insert with check ((select acting_for_service()));
create policy the_service_notes on audience for update using ((select acting_for_service()));

create policy the_service_alone on concern_variant using ((select acting_for_service())) with check ((select acting_for_service()));
create policy the_service_alone on ring using ((select acting_for_service())) with check ((select acting_for_service()));
create policy the_service_alone on timeline using ((select acting_for_service())) with check ((select acting_for_service()));

call only_added_to('timeline');
