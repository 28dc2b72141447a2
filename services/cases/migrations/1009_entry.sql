-- Entry to a site: who enters which institution or office, when, with what needs; every step of it, what puts it on hold, and curfews [R2a, R6d, R7d, X-559].

create table entry (
    id uuid not null constraint entry_one_row_per_entry primary key,
    case_id uuid not null constraint entry_is_of_a_case references case_file (id),
    purpose text not null constraint entry_purpose_is_known check (purpose in ('preparation', 'mediation', 'clearance')),
    site text not null constraint entry_names_a_site check (site <> ''),
    starts_at timestamptz not null,
    ends_at timestamptz not null constraint entry_ends_after_it_begins check (ends_at > starts_at),
    place_sealed bytea,
    needs text[] not null,
    words_sealed bytea,
    mediator text constraint entry_mediator_is_somebody check (mediator <> ''),
    mediator_name_sealed bytea,
    state text not null constraint entry_state_is_known check (state in ('asked', 'approved', 'declined', 'used', 'lapsed', 'cancelled')),
    accepted uuid[] not null,
    asked_by text not null constraint entry_names_who_asked check (asked_by <> ''),
    asked_at timestamptz not null,
    entry_key text,
    position bigint generated always as identity,
    constraint entry_stands_in_its_own_case unique (case_id, id),
    constraint a_mediator_enters_under_a_name check ((mediator is null) = (mediator_name_sealed is null)),
    constraint a_clearance_is_of_a_mediator check (purpose <> 'clearance' or mediator is not null)
);
comment on table entry is 'Entry of people to a site, as it was asked for. Only its state and what was accepted change. Protected B.';
comment on column entry.id is 'Entry id. Open.';
comment on column entry.case_id is 'The case, which whoever answers for the site does not learn. Open.';
comment on column entry.purpose is 'What they enter for; whoever answers for the site does not learn it. Protected B.';
comment on column entry.site is 'Code of the site. Protected B.';
comment on column entry.starts_at is 'From when they may enter. Protected B.';
comment on column entry.ends_at is 'Until when: the entry lapses then. Protected B.';
comment on column entry.place_sealed is 'Room or venue, sealed under the key of the file; null where the site chooses. Protected B.';
comment on column entry.needs is 'Codes of what they need. Protected B.';
comment on column entry.words_sealed is 'Needs in words, sealed likewise; null where nothing is said. Protected B.';
comment on column entry.mediator is 'Identity of a mediator who enters; null where none does. Protected B.';
comment on column entry.mediator_name_sealed is 'Their name for the gate, sealed likewise. Protected B.';
comment on column entry.state is 'Where it stands after its last step. Protected B.';
comment on column entry.accepted is 'Conditions and curfews that were known when it was last asked, approved or confirmed. Open.';
comment on column entry.asked_by is 'Identity of who asked. Protected B.';
comment on column entry.asked_at is 'When. Open.';
comment on column entry.entry_key is 'Digest of the key of whoever asked: the same key of the same person twice is one entry. Null where they gave none. Open.';
comment on column entry.position is 'Order of asking. Open.';
create index entry_by_case on entry (case_id, position);
create index entry_by_site on entry (site, ends_at desc);
create index entry_not_over on entry (ends_at) where state in ('asked', 'approved');
create index entry_of_open_cases on entry (case_id) where state in ('asked', 'approved');
create index entry_clearances on entry (site, mediator) where purpose = 'clearance' and state = 'approved';
create unique index entry_is_asked_once_under_a_key on entry (case_id, asked_by, entry_key);

create table entry_person (
    id uuid not null constraint entry_person_one_row_per_person primary key,
    entry_id uuid not null,
    case_id uuid not null,
    participant_id uuid not null,
    name_sealed bytea not null,
    position bigint generated always as identity,
    constraint entry_person_once_per_entry unique (entry_id, participant_id),
    constraint entry_person_is_of_an_entry_of_the_case foreign key (case_id, entry_id) references entry (case_id, id),
    constraint entry_person_takes_part_in_the_case foreign key (case_id, participant_id) references participant (case_id, id)
);
comment on table entry_person is 'Participants who enter, with their names as they were then. Added to, never changed. Protected B.';
comment on column entry_person.id is 'Id: what the sealed name is bound to. Open.';
comment on column entry_person.entry_id is 'The entry. Open.';
comment on column entry_person.case_id is 'The case. Open.';
comment on column entry_person.participant_id is 'The participant. Open.';
comment on column entry_person.name_sealed is 'Their name, sealed under the key of the file. Protected B.';
comment on column entry_person.position is 'Order on the manifest. Open.';
create index entry_person_by_case on entry_person (case_id);

create table entry_step (
    id uuid not null constraint entry_step_one_row_per_step primary key,
    case_id uuid not null,
    entry_id uuid not null,
    step text not null constraint entry_step_is_known
        check (step in ('approve', 'decline', 'confirm', 'represent', 'use', 'cancel', 'lapse')),
    grounds text[] not null,
    screening text constraint entry_screening_is_known check (screening in ('done', 'waived')),
    words_sealed bytea,
    taken_by text not null constraint entry_step_names_who_took_it check (taken_by <> ''),
    taken_at timestamptz not null,
    position bigint generated always as identity,
    constraint entry_step_is_of_an_entry_of_the_case foreign key (case_id, entry_id) references entry (case_id, id),
    constraint nobody_is_refused_without_grounds check ((step = 'decline') = (cardinality(grounds) > 0)),
    constraint nobody_is_refused_without_reasons check (step not in ('decline', 'represent') or words_sealed is not null)
);
comment on table entry_step is 'Every step of an entry, with the grounds, reasons and representations of a refusal [CCRR 91]. Added to, never changed. Protected B.';
comment on column entry_step.id is 'Step id. Open.';
comment on column entry_step.case_id is 'The case. Open.';
comment on column entry_step.entry_id is 'The entry. Open.';
comment on column entry_step.step is 'What was done. Protected B.';
comment on column entry_step.grounds is 'Codes of the grounds of a refusal; none for every other step. Protected B.';
comment on column entry_step.screening is 'Outcome of the screening of visitors; null where none is needed. Protected B.';
comment on column entry_step.words_sealed is 'Reasons, representations or a note, sealed under the key of the file; null where nothing was said. Protected B.';
comment on column entry_step.taken_by is 'Identity of who took the step, or the service itself. Protected B.';
comment on column entry_step.taken_at is 'When it was taken. Open.';
comment on column entry_step.position is 'Order of steps. Open.';
create index entry_step_by_entry on entry_step (entry_id, position);
create index entry_step_by_case on entry_step (case_id, position);

create table entry_hold (
    id uuid not null constraint entry_hold_one_row_per_hold primary key,
    case_id uuid not null,
    entry_id uuid not null,
    reasons text[] not null constraint no_entry_is_on_hold_for_no_reason check (cardinality(reasons) > 0),
    since timestamptz not null,
    cleared_at timestamptz,
    constraint entry_hold_is_of_an_entry_of_the_case foreign key (case_id, entry_id) references entry (case_id, id)
);
comment on table entry_hold is 'Entries that are not valid because something changed, with what changed. Protected B.';
comment on column entry_hold.id is 'Id of the hold. Open.';
comment on column entry_hold.case_id is 'The case. Open.';
comment on column entry_hold.entry_id is 'The entry. Open.';
comment on column entry_hold.reasons is 'Codes of what changed. Protected B.';
comment on column entry_hold.since is 'Since when. Open.';
comment on column entry_hold.cleared_at is 'When it was valid again, or over; null while it is on hold. Open.';
create unique index an_entry_is_on_hold_once on entry_hold (entry_id) where cleared_at is null;
create index entry_hold_by_case on entry_hold (case_id);

create table curfew (
    id uuid not null constraint curfew_one_row_per_curfew primary key,
    case_id uuid not null constraint curfew_is_of_a_case references case_file (id),
    participant_id uuid not null,
    kind text not null constraint curfew_kind_is_known check (kind in ('curfew', 'reporting')),
    weekdays int[] not null,
    begins int not null constraint curfew_begins_in_a_day check (begins between 0 and 1439),
    ends int not null constraint curfew_ends_in_a_day check (ends between 0 and 1439 and ends <> begins),
    zone text not null,
    since date not null,
    until date constraint curfew_ends_after_it_began check (until >= since),
    recorded_by text not null constraint curfew_names_who_recorded_it check (recorded_by <> ''),
    recorded_at timestamptz not null,
    ended_by text,
    ended_at timestamptz,
    curfew_key text,
    position bigint generated always as identity,
    constraint curfew_takes_part_in_the_case foreign key (case_id, participant_id) references participant (case_id, id),
    constraint curfew_names_who_ended_it check ((ended_at is null) = (ended_by is null))
);
comment on table curfew is 'Hours in which an offender in the community must be somewhere: a curfew, or a time to report [R7d]. Only its end is written later. Protected B.';
comment on column curfew.id is 'Curfew id. Open.';
comment on column curfew.case_id is 'The case. Open.';
comment on column curfew.participant_id is 'The offender. Open.';
comment on column curfew.kind is 'A curfew, or a time to report. Protected B.';
comment on column curfew.weekdays is 'Days on which it begins, 1 for Monday to 7 for Sunday; none: every day. Protected B.';
comment on column curfew.begins is 'Minute of the day at which it begins, on the clock of the zone. Protected B.';
comment on column curfew.ends is 'Minute of the day at which it ends; before the beginning: on the next day. Protected B.';
comment on column curfew.zone is 'Time zone. Protected B.';
comment on column curfew.since is 'First day. Protected B.';
comment on column curfew.until is 'Last day; null where none is set. Protected B.';
comment on column curfew.recorded_by is 'Identity of who recorded it. Protected B.';
comment on column curfew.recorded_at is 'When. Open.';
comment on column curfew.ended_by is 'Identity of who recorded that it is over. Protected B.';
comment on column curfew.ended_at is 'When. Open.';
comment on column curfew.curfew_key is 'Digest of the key of whoever recorded it: the same key of the same person twice is one curfew. Null where they gave none. Open.';
comment on column curfew.position is 'Order of recording. Open.';
create index curfew_by_case on curfew (case_id, position);
create unique index curfew_is_recorded_once_under_a_key on curfew (case_id, recorded_by, curfew_key);

-- Functions: what the gate asks. A clearance counts in every case of the mediator, also in those that the actor knows nothing of.

create function clearances_at(place text) returns table (mediator text, starts_at timestamptz, ends_at timestamptz)
    language plpgsql stable set actor.reach to 'service' as $$
begin
    return query
    select e.mediator, e.starts_at, e.ends_at from entry e
    where e.site = place and e.purpose = 'clearance' and e.state = 'approved'
      and not exists (select from entry_hold h where h.entry_id = e.id and h.cleared_at is null);
end $$;
comment on function clearances_at is 'Standing clearances of mediators for a site, whatever the case in which they were asked for: who, and between which moments.';

-- Whoever answers for a site acts for it and knows of no case, whatever else they may know of.
create or replace function actor_knows_of(file uuid) returns boolean language sql stable as $$
    select coalesce(acting_reach(), '') not in ('addressee', 'site') and someone_knows_of(file, acting_subject(), acting_at())
$$;
comment on function actor_knows_of is 'Whether whoever this transaction is for may know of the case now, by the one rule; who reads what is addressed to them or to their site knows of none.';

create trigger entry_person_is_append_only before update or delete on entry_person
    for each row execute function refuse_to_rewrite_the_record('entry_person_is_append_only');
create trigger entry_step_is_append_only before update or delete on entry_step
    for each row execute function refuse_to_rewrite_the_record('entry_step_is_append_only');
create trigger nothing_is_added_to_a_purged_case before insert on entry
    for each row execute function refuse_to_add_to_a_purged_case();
create trigger nothing_is_added_to_a_purged_case before insert on entry_person
    for each row execute function refuse_to_add_to_a_purged_case();
create trigger nothing_is_added_to_a_purged_case before insert on entry_step
    for each row execute function refuse_to_add_to_a_purged_case();
create trigger nothing_is_added_to_a_purged_case before insert on entry_hold
    for each row execute function refuse_to_add_to_a_purged_case();
create trigger nothing_is_added_to_a_purged_case before insert on curfew
    for each row execute function refuse_to_add_to_a_purged_case();

-- Row security: as for everything else on the file; and whoever answers for a site sees the entries to it. Their decisions the service writes.

alter table entry enable row level security, force row level security;
alter table entry_person enable row level security, force row level security;
alter table entry_step enable row level security, force row level security;
alter table entry_hold enable row level security, force row level security;
alter table curfew enable row level security, force row level security;

create policy need_to_know on entry for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy the_site_reads on entry for select
    using ((select acting_reach()) is not distinct from 'site' and site = any((select acting_names())::text[]));
create policy whoever_knows_asks on entry for insert with check ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_changes_the_state on entry for update using ((select unit_acts()) or actor_knows_of(case_id));
create policy the_service_purges on entry for delete using ((select acting_for_service()) and is_purged(case_id));

create policy need_to_know on entry_person for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy the_site_reads on entry_person for select
    using ((select acting_reach()) is not distinct from 'site' and exists (select from entry e where e.id = entry_id));
create policy whoever_knows_asks on entry_person for insert with check ((select unit_acts()) or actor_knows_of(case_id));
create policy the_service_purges on entry_person for delete using ((select acting_for_service()) and is_purged(case_id));

create policy need_to_know on entry_step for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy the_site_reads on entry_step for select
    using ((select acting_reach()) is not distinct from 'site' and exists (select from entry e where e.id = entry_id));
create policy whoever_knows_adds on entry_step for insert with check ((select unit_acts()) or actor_knows_of(case_id));
create policy the_service_purges on entry_step for delete using ((select acting_for_service()) and is_purged(case_id));

create policy need_to_know on entry_hold for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy the_site_reads on entry_hold for select
    using ((select acting_reach()) is not distinct from 'site' and exists (select from entry e where e.id = entry_id));
create policy whoever_knows_holds on entry_hold for insert with check ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_clears on entry_hold for update using ((select unit_acts()) or actor_knows_of(case_id));
create policy the_service_purges on entry_hold for delete using ((select acting_for_service()) and is_purged(case_id));

create policy need_to_know on curfew for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_records on curfew for insert with check ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_ends on curfew for update using ((select unit_acts()) or actor_knows_of(case_id));
create policy the_service_purges on curfew for delete using ((select acting_for_service()) and is_purged(case_id));

call only_added_to('entry', 'entry_person', 'entry_step', 'curfew');

do $$
declare
    application text := regexp_replace(current_user, '_owner$', '');
begin
    execute format('grant update (state, accepted) on entry to %I', application);
    execute format('grant update (ended_by, ended_at) on curfew to %I', application);
    execute format('grant delete on entry, entry_person, entry_step, entry_hold, curfew to %I', application);
end $$;
