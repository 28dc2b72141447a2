-- What was told of a purged case [LPR4] is deleted, and nothing is told of it any more.

create table purged_thing (
    about uuid not null constraint purged_thing_once primary key,
    case_id uuid not null,
    purged_at timestamptz not null
);
comment on table purged_thing is 'Cases that were purged, with their referrals and break-glasses: nobody is told anything of them again. Ids only. Open class.';
comment on column purged_thing.about is 'Case, referral or break-glass, as in inbox_item.';
comment on column purged_thing.case_id is 'The case it is of.';
comment on column purged_thing.purged_at is 'When this service deleted what it held of it.';

alter table purged_thing enable row level security, force row level security;
create policy the_service_alone on purged_thing using ((select acting_for_service())) with check ((select acting_for_service()));
call only_added_to('purged_thing');

-- The policies of these tables stand for every command: what may be deleted of them is narrowed.
do $$
declare
    application text := regexp_replace(current_user, '_owner$', '');
begin
    execute format('grant delete on inbox_item, delivery to %I', application);
end $$;
create policy only_of_a_purged_thing on inbox_item as restrictive for delete
    using (exists (select from purged_thing where purged_thing.about = inbox_item.about));
create policy only_of_a_purged_thing on delivery as restrictive for delete
    using (exists (select from inbox_item join purged_thing using (about)
                   where inbox_item.item_id = delivery.item_id
                      or (delivery.item_id is null and inbox_item.reference = delivery.reference)));
