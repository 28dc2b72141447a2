-- A mode that is not on the list is described, and consented to as described [D-VOM, L26.1-2].

create table described_mode (
    id uuid not null constraint described_mode_one_row_per_description primary key,
    case_id uuid not null constraint described_mode_is_of_a_case references case_file (id),
    description_sealed bytea not null,
    direct boolean not null default true,
    described_by text not null,
    described_at timestamptz not null,
    said_by text,
    said_at timestamptz,
    constraint described_mode_stands_in_its_own_case unique (case_id, id),
    constraint whoever_says_whether_it_is_direct_is_named check ((said_by is null) = (said_at is null)),
    constraint a_described_mode_is_direct_until_said_otherwise check (direct or said_by is not null)
);
comment on table described_mode is 'Ways to communicate that are not on the list, as they were described to everybody on the file. Protected B.';
comment on column described_mode.id is 'Id of the described mode: what was consented to is this one and no other. Open.';
comment on column described_mode.case_id is 'The case. Open.';
comment on column described_mode.description_sealed is 'The description, never changed, sealed under the key of the file. Protected B.';
comment on column described_mode.direct is 'Whether participants are in one room, or may be: yes until the RJ Unit says otherwise. Protected B.';
comment on column described_mode.described_by is 'Identity of who described it. Protected B.';
comment on column described_mode.described_at is 'When it was described. Protected B.';
comment on column described_mode.said_by is 'Identity of who said last whether it is direct; null while nobody has. Protected B.';
comment on column described_mode.said_at is 'When they said so. Protected B.';
create index described_mode_by_case on described_mode (case_id, described_at);

alter table consent_record add column described_mode uuid;
alter table consent_record add constraint consent_is_to_a_mode_described_in_the_case
    foreign key (case_id, described_mode) references described_mode (case_id, id);
alter table consent_record add constraint only_another_mode_is_described check (described_mode is null or mode = 'other');
-- Not of the lines of a former version: those open no gate, and the record is never rewritten.
alter table consent_record add constraint another_mode_is_offered_and_given_as_described
    check (mode <> 'other' or described_mode is not null or status in ('withdrawn', 'expired')) not valid;
comment on column consent_record.described_mode is 'For mode other: the described mode; null in lines of a former version, and where somebody withdrew. Open.';

alter table case_file add column described_mode uuid;
alter table case_file add constraint case_mode_is_described_in_the_case
    foreign key (id, described_mode) references described_mode (case_id, id);
alter table case_file add constraint only_another_case_mode_is_described check (described_mode is null or mode = 'other');
comment on column case_file.described_mode is 'For mode other: the described mode that is prepared for or under way. Open.';

alter table case_move add column described_mode uuid;
alter table case_move add constraint case_move_mode_is_described_in_the_case
    foreign key (case_id, described_mode) references described_mode (case_id, id);
comment on column case_move.described_mode is 'For mode other: the described mode after. Open.';

create function is_direct(described uuid) returns boolean language sql stable as $$
    select direct from described_mode where id = described
$$;
comment on function is_direct is 'Whether a described mode counts as direct; null where there is none.';

alter table described_mode enable row level security, force row level security;
create policy need_to_know on described_mode for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_describes on described_mode for insert with check ((select unit_acts()) or actor_knows_of(case_id));
create policy the_unit_says on described_mode for update
    using ((select unit_acts()) or (select acting_reach()) is not distinct from 'officer' and actor_knows_of(case_id));
call only_added_to('described_mode');

-- A described mode goes with its case, and describing one is a use of it [LPR4].
create trigger nothing_is_added_to_a_purged_case before insert on described_mode
    for each row execute function refuse_to_add_to_a_purged_case();
create policy the_service_purges on described_mode for delete using ((select acting_for_service()) and is_purged(case_id));
do $$
declare
    application text := regexp_replace(current_user, '_owner$', '');
begin
    execute format('grant delete on described_mode to %I', application);
    execute format('grant update (direct, said_by, said_at) on described_mode to %I', application);
end $$;

create or replace function last_use_of(file uuid) returns timestamptz language sql stable as $$
    select greatest(
        (select greatest(opened_at, screened_at) from case_file where id = file),
        (select max(moved_at) from case_move where case_id = file),
        (select max(added_at) from participant where case_id = file),
        (select max(left_at) from leaving where case_id = file),
        (select max(recorded_at) from assessment where case_id = file),
        (select max(recorded_at) from consent_record where case_id = file),
        (select greatest(max(described_at), max(said_at)) from described_mode where case_id = file),
        (select max(kept_at) from document where case_id = file),
        (select greatest(max(since), max(ended_at)) from case_access where case_id = file),
        (select greatest(max(broken_at), max(reviewed_at)) from break_glass where case_id = file),
        (select greatest(max(raised_at), max(closed_at)) from case_concern where case_id = file))
$$;
