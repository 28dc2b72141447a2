-- The site of a case follows the person: what the unit corrected, and where the person moved [R3e, TRAP-2]. `case_file.site` stays what every
-- reader reads: the site now. What stands here says since when, and why.

create table case_site (
    id uuid not null constraint case_site_one_row_per_change primary key,
    case_id uuid not null constraint case_site_is_of_a_case references case_file (id),
    how text not null constraint case_site_how_is_known check (how in ('correction', 'transfer', 'release')),
    site_before text,
    site text not null constraint case_site_changes_the_site check (site is distinct from site_before),
    moved_on date,
    reason_sealed bytea not null,
    recorded_by text not null constraint case_site_names_who_recorded_it check (recorded_by <> ''),
    recorded_at timestamptz not null,
    change_key text,
    position bigint generated always as identity,
    constraint a_move_has_a_date_and_a_correction_has_none check ((how = 'correction') = (moved_on is null))
);
comment on table case_site is 'Every change of the site of a case after it opened: the last one is where the person is now. Added to, never changed [R3e, TRAP-2]. Protected B.';
comment on column case_site.id is 'Id of the change, told to safety with the site. Open.';
comment on column case_site.case_id is 'The case. Open.';
comment on column case_site.how is 'The unit corrected the site, or the person was transferred or released to community supervision. Protected B.';
comment on column case_site.site_before is 'Site code before; null where none was known. Protected B.';
comment on column case_site.site is 'Site code from then on. Protected B.';
comment on column case_site.moved_on is 'The day on which the person moved; null for a correction. Protected B.';
comment on column case_site.reason_sealed is 'Why, in the words of who recorded it, sealed under the key of the file. Protected B.';
comment on column case_site.recorded_by is 'Identity of who recorded it. Protected B.';
comment on column case_site.recorded_at is 'When it was recorded: the head is another from here on. Open.';
comment on column case_site.change_key is 'Digest of the key of whoever recorded it, who may have written anything into it: the same key of the same person twice is one change. Null where they gave none. Open.';
comment on column case_site.position is 'Order of recording: the highest is the site now. Open.';
create index case_site_latest on case_site (case_id, position desc);
create unique index case_site_is_changed_once_under_a_key on case_site (case_id, recorded_by, change_key);

alter table case_site enable row level security, force row level security;
create policy need_to_know on case_site for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_adds on case_site for insert with check ((select unit_acts()) or actor_knows_of(case_id));
call only_added_to('case_site');
create trigger case_site_is_append_only before update or delete on case_site
    for each row execute function refuse_to_rewrite_the_record('case_site_is_append_only');

-- A change goes with its case, and recording one is a use of it [LPR4].
create trigger nothing_is_added_to_a_purged_case before insert on case_site
    for each row execute function refuse_to_add_to_a_purged_case();
create policy the_service_purges on case_site for delete using ((select acting_for_service()) and is_purged(case_id));
do $$
begin
    execute format('grant delete on case_site to %I', regexp_replace(current_user, '_owner$', ''));
end $$;

alter function last_use_of(uuid) rename to last_use_beside_sites_of;
create function last_use_of(file uuid) returns timestamptz language sql stable as $$
    select greatest(last_use_beside_sites_of(file), (select max(recorded_at) from case_site where case_id = file))
$$;
comment on function last_use_beside_sites_of is 'When the last thing was done to a case, but for a change of its site.';
comment on function last_use_of is 'When the last thing was done to a case: the retention counts from here [LPR4]. A hold keeps a case and is no use of it.';

-- Whether a concern that names the case goes where its offender goes. One that a case raised for somebody else, without a word for the
-- head, was kept from that head on purpose, and stays so wherever the offender is.
alter table case_concern add column follows_site boolean not null default true;
comment on column case_concern.follows_site is 'The head of the site of the case is told of the concern, wherever that site is. False where the assessor told of somebody else than the offender and wrote nothing for the head [RM1b, TRAP-1]. Protected B.';

-- The owner of the tables sees no row while it is held to the policies.
alter table case_concern no force row level security;
alter table assessment no force row level security;
alter table participant no force row level security;
update case_concern c set follows_site = false
    from assessment a join participant p on p.id = a.participant_id
    where a.concern_id = c.concern_id and p.kind <> 'offender' and c.closed_at is null;
alter table case_concern force row level security;
alter table assessment force row level security;
alter table participant force row level security;
