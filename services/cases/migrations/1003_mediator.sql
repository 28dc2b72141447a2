-- Mediators: the registry of who is engaged and until when, in what they are trained, and where they have a conflict of interest
-- [D-mediator, R3d].

create table mediator (
    subject text not null constraint mediator_one_entry_per_person primary key constraint mediator_names_somebody check (subject <> ''),
    kind text not null constraint engagement_kind_is_known check (kind in ('casual', 'contract')),
    first_day date not null,
    last_day date not null constraint an_engagement_ends_after_it_began check (last_day >= first_day),
    contract text not null,
    region text not null constraint mediator_region_is_known check (region in ('atlantic', 'quebec', 'ontario', 'prairie', 'pacific')),
    languages text[] not null constraint a_mediator_speaks_a_language check (cardinality(languages) > 0),
    specialties text[] not null,
    capacity integer not null constraint a_mediator_has_room_for_a_case check (capacity between 1 and 100),
    renewed boolean not null default false,
    ended_at timestamptz,
    why_ended text constraint why_an_engagement_ended_is_known
        check (why_ended in ('own-wish', 'not-renewed', 'contract-ended', 'by-the-programme')),
    constraint an_end_says_why check ((ended_at is null) = (why_ended is null)),
    constraint mediators_are_on_contract_in_the_pacific_region_alone check ((kind = 'contract') = (region = 'pacific'))
);
comment on table mediator is 'Registry of mediators: the engagement as it stands. Access to every case and assignability end with it [D-mediator]. Protected B.';
comment on column mediator.subject is 'Identity of the mediator. Protected B.';
comment on column mediator.kind is 'Casual, renewed annually; or on the service contract of the Pacific region. Open.';
comment on column mediator.first_day is 'First day of the engagement, in UTC. Protected B.';
comment on column mediator.last_day is 'Last day of the engagement, in UTC: the renewal is due, or the contract ends. Protected B.';
comment on column mediator.contract is 'Number of the service contract; empty for a casual engagement. Protected B.';
comment on column mediator.region is 'Region in which the mediator works. Protected B.';
comment on column mediator.languages is 'Codes of the languages in which they mediate. Protected B.';
comment on column mediator.specialties is 'Codes of the modes of communication in which they are practised. Protected B.';
comment on column mediator.capacity is 'Open cases they take at once. Protected B.';
comment on column mediator.renewed is 'Whether the engagement was renewed since they were engaged. Protected B.';
comment on column mediator.ended_at is 'When the National Manager ended it before its last day; null otherwise. Protected B.';
comment on column mediator.why_ended is 'Why, as a code. Protected B.';
create index mediator_by_last_day on mediator (last_day, subject);

create table mediator_step (
    position bigint generated always as identity constraint mediator_step_one_row_per_step primary key,
    subject text not null constraint mediator_step_is_of_an_entry references mediator (subject),
    command text not null constraint mediator_step_is_known check (command in ('engage', 'engage-again', 'renew', 'end', 'amend')),
    last_day date not null,
    taken_by text not null constraint mediator_step_names_somebody check (taken_by <> ''),
    taken_at timestamptz not null
);
comment on table mediator_step is 'Every step of an entry of the registry. Added to, never changed. Protected B.';
comment on column mediator_step.position is 'Order of steps. Open.';
comment on column mediator_step.subject is 'Whose entry. Protected B.';
comment on column mediator_step.command is 'What was done. Protected B.';
comment on column mediator_step.last_day is 'Last day of the engagement after it. Protected B.';
comment on column mediator_step.taken_by is 'Identity of who did it. Protected B.';
comment on column mediator_step.taken_at is 'When. Open.';
create index mediator_step_by_entry on mediator_step (subject, position);

create table mediator_training (
    position bigint generated always as identity constraint mediator_training_one_row_per_completion primary key,
    subject text not null constraint mediator_training_is_of_an_entry references mediator (subject),
    module text not null,
    completed_on date not null,
    expires_on date constraint training_expires_after_it_was_completed check (expires_on >= completed_on),
    evidence text not null,
    recorded_by text not null,
    recorded_at timestamptz not null
);
comment on table mediator_training is 'Training that mediators completed: the line that was completed last stands for a module, none is changed [R3d]. Protected B.';
comment on column mediator_training.position is 'Order of recording. Open.';
comment on column mediator_training.subject is 'Who completed it. Protected B.';
comment on column mediator_training.module is 'Code of the module. Open.';
comment on column mediator_training.completed_on is 'When. Protected B.';
comment on column mediator_training.expires_on is 'Last day, in UTC, on which it counts; null means without end. Protected B.';
comment on column mediator_training.evidence is 'Number of the certificate; empty where there is none. Protected B.';
comment on column mediator_training.recorded_by is 'Identity of who recorded it. Protected B.';
comment on column mediator_training.recorded_at is 'When it was recorded. Open.';
create index mediator_training_that_stands on mediator_training (subject, module, completed_on desc, position desc);

create table mediator_conflict (
    id uuid not null constraint mediator_conflict_one_row_per_conflict primary key,
    subject text not null constraint mediator_conflict_is_of_an_entry references mediator (subject),
    site text,
    case_id uuid constraint mediator_conflict_is_of_a_case references case_file (id),
    participant_id uuid,
    recorded_by text not null,
    recorded_at timestamptz not null,
    lifted_by text,
    lifted_at timestamptz,
    constraint a_conflict_is_with_a_site_or_with_a_person check ((site is null) = (participant_id is not null)),
    constraint a_person_is_of_a_case check ((case_id is null) = (participant_id is null)),
    constraint mediator_conflict_is_with_a_participant_of_the_case
        foreign key (case_id, participant_id) references participant (case_id, id),
    constraint a_lifted_conflict_says_by_whom check ((lifted_at is null) = (lifted_by is null))
);
comment on table mediator_conflict is 'Conflicts of interest of a mediator, with a site or with a person of a case. One with a person ends with the case, by its purge [LPR4]. Protected B.';
comment on column mediator_conflict.id is 'Id of the conflict. Open.';
comment on column mediator_conflict.subject is 'Whose conflict. Protected B.';
comment on column mediator_conflict.site is 'Site code; null where it is with a person. Protected B.';
comment on column mediator_conflict.case_id is 'The case on whose file the person stands; null for a site. Protected B.';
comment on column mediator_conflict.participant_id is 'The person; null for a site. Protected B.';
comment on column mediator_conflict.recorded_by is 'Identity of who recorded it. Protected B.';
comment on column mediator_conflict.recorded_at is 'When it was recorded. Open.';
comment on column mediator_conflict.lifted_by is 'Identity of who lifted it; null while it stands. Protected B.';
comment on column mediator_conflict.lifted_at is 'When it was lifted; null while it stands. Open.';
create index mediator_conflict_that_stands on mediator_conflict (subject) where lifted_at is null;
create index mediator_conflict_by_case on mediator_conflict (case_id);
create unique index a_conflict_with_a_site_stands_once on mediator_conflict (subject, site) where lifted_at is null;
create unique index a_conflict_with_a_person_stands_once on mediator_conflict (subject, participant_id) where lifted_at is null;

create function is_engaged(person text, at timestamptz) returns boolean language plpgsql stable as $$
begin
    return exists (
        select from mediator
        where subject = person and ended_at is null
          and first_day <= (at at time zone 'UTC')::date and last_day >= (at at time zone 'UTC')::date);
end $$;
comment on function is_engaged is 'Whether somebody is engaged as a mediator at this moment, by the registry [D-mediator].';

-- The count is of every case, and whoever asks learns nothing else of those that they may not know of.
create function open_cases_of(people text[], at timestamptz) returns table (person text, cases bigint)
    language plpgsql stable set actor.reach to 'service' as $$
begin
    return query
    select subject, count(*) from case_access join case_file on case_file.id = case_id
    where subject = any(people) and role = 'mediator' and case_access.ended_at is null and since <= at and (until is null or until > at)
      and stage <> 'closed' and purged_at is null
    group by subject;
end $$;
comment on function open_cases_of is 'How many open cases each of these mediators has at this moment.';

create trigger nothing_is_added_to_a_purged_case before insert on mediator_conflict
    for each row when (new.case_id is not null) execute function refuse_to_add_to_a_purged_case();

-- The RJ Unit reads the registry, the National Manager writes it; a mediator reads their own entry.
alter table mediator enable row level security, force row level security;
alter table mediator_step enable row level security, force row level security;
alter table mediator_training enable row level security, force row level security;
alter table mediator_conflict enable row level security, force row level security;

create policy the_unit_reads on mediator for select
    using ((select unit_acts()) or (select acting_reach()) is not distinct from 'officer' or subject = (select acting_subject()));
create policy the_unit_engages on mediator for insert with check ((select unit_acts()));
create policy the_unit_changes on mediator for update using ((select unit_acts()));

create policy the_unit_reads on mediator_step for select using ((select unit_acts()));
create policy the_unit_adds on mediator_step for insert with check ((select unit_acts()));

create policy the_unit_reads on mediator_training for select
    using ((select unit_acts()) or (select acting_reach()) is not distinct from 'officer' or subject = (select acting_subject()));
create policy the_unit_adds on mediator_training for insert with check ((select unit_acts()));

create policy the_unit_reads on mediator_conflict for select
    using ((select unit_acts()) or (select acting_reach()) is not distinct from 'officer' or subject = (select acting_subject()));
create policy the_unit_adds on mediator_conflict for insert with check ((select unit_acts()));
create policy the_unit_lifts on mediator_conflict for update using ((select unit_acts()));
create policy the_service_purges on mediator_conflict for delete using ((select acting_for_service()) and is_purged(case_id));

call only_added_to('mediator_step', 'mediator_training');
do $$
begin
    execute format('grant delete on mediator_conflict to %I', regexp_replace(current_user, '_owner$', ''));
end $$;
