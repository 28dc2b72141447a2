-- Row-level security: a case and everything on its file exists for the RJ Unit and for whoever may know of it now [R3c, D-mediator].

create function unit_acts() returns boolean language sql stable as $$
    select acting_subject() is not null and acting_reach() in ('service', 'unit')
$$;
comment on function unit_acts is 'The service itself, or the RJ Unit, which has custody of every file [IM1c].';

-- The rule itself reads rows that are fenced by it. While it is asked, and no longer, the service asks; the answer is yes or no.
create function someone_knows_of(file uuid, someone text, moment timestamptz) returns boolean
    language sql stable set ro.reach to 'service' as $$
    select someone is not null and may_know_of(file, false, someone, moment)
$$;
comment on function someone_knows_of is 'The rule of need to know, as the policies ask it: no case without a live line in the access list.';

create function actor_knows_of(file uuid) returns boolean language sql stable as $$
    select someone_knows_of(file, acting_subject(), acting_at())
$$;
comment on function actor_knows_of is 'Whether whoever this transaction is for may know of the case now, by the one rule.';

alter table case_file enable row level security, force row level security;
alter table participant enable row level security, force row level security;
alter table assessment enable row level security, force row level security;
alter table consent_record enable row level security, force row level security;
alter table case_move enable row level security, force row level security;
alter table case_access enable row level security, force row level security;
alter table case_concern enable row level security, force row level security;

-- A case opens by a screening decision, which the service hears; nobody opens one by hand.
create policy need_to_know on case_file for select using ((select unit_acts()) or actor_knows_of(id));
create policy the_service_opens on case_file for insert with check ((select acting_for_service()));
create policy whoever_knows_moves on case_file for update using ((select unit_acts()) or actor_knows_of(id));

create policy need_to_know on participant for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_adds on participant for insert with check ((select unit_acts()) or actor_knows_of(case_id));

create policy need_to_know on assessment for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_adds on assessment for insert with check ((select unit_acts()) or actor_knows_of(case_id));

create policy need_to_know on consent_record for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_adds on consent_record for insert with check ((select unit_acts()) or actor_knows_of(case_id));

create policy need_to_know on case_move for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_adds on case_move for insert with check ((select unit_acts()) or actor_knows_of(case_id));

-- Access is given and taken by the RJ Unit alone; a mediator sees who else may know of the same case.
create policy need_to_know on case_access for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy the_unit_gives on case_access for insert with check ((select unit_acts()));
create policy the_unit_takes on case_access for update using ((select unit_acts()));

-- A concern is raised by whoever knows of the case, and followed by the service.
create policy need_to_know on case_concern for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_raises on case_concern for insert with check ((select unit_acts()) or actor_knows_of(case_id));
create policy the_service_follows on case_concern for update using ((select acting_for_service()));

call only_added_to('assessment', 'consent_record', 'case_move');
