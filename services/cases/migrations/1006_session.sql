-- Sessions of participants, and every step of each [R4b]. Added to, never changed.

create table case_session (
    id uuid not null constraint case_session_one_row_per_session primary key,
    case_id uuid not null constraint case_session_is_of_a_case references case_file (id),
    mode text not null constraint case_session_mode_is_known check (mode in ('video', 'shuttle', 'face_to_face', 'group', 'other')),
    described_mode uuid,
    starts_at timestamptz not null,
    place_sealed bytea not null,
    needs_sealed bytea,
    co_mediator text constraint case_session_co_mediator_is_somebody check (co_mediator <> ''),
    planned_by text not null constraint case_session_names_who_planned_it check (planned_by <> ''),
    planned_at timestamptz not null constraint a_session_is_planned_ahead check (planned_at < starts_at),
    session_key text,
    position bigint generated always as identity,
    constraint case_session_stands_in_its_own_case unique (case_id, id),
    constraint case_session_mode_is_described_in_the_case
        foreign key (case_id, described_mode) references described_mode (case_id, id),
    constraint only_another_session_mode_is_described check ((mode = 'other') = (described_mode is not null))
);
comment on table case_session is 'Meetings of participants with a mediator, as they were planned. What is said in them is nowhere in the system. Protected B.';
comment on column case_session.id is 'Session id. Open.';
comment on column case_session.case_id is 'The case. Open.';
comment on column case_session.mode is 'The mode in which they meet. Protected B.';
comment on column case_session.described_mode is 'For mode other: the described mode. Open.';
comment on column case_session.starts_at is 'When it begins. Protected B.';
comment on column case_session.place_sealed is 'Where they meet, or by which link, sealed under the key of the file. Protected B.';
comment on column case_session.needs_sealed is 'Accommodations and interpreters, sealed likewise; null where nothing is said. Protected B.';
comment on column case_session.co_mediator is 'Identity of a second mediator; null where there is none. Protected B.';
comment on column case_session.planned_by is 'Identity of who planned it. Protected B.';
comment on column case_session.planned_at is 'When it was planned. Open.';
comment on column case_session.session_key is 'Digest of the key of whoever planned it: the same key of the same person twice is one session. Null where they gave none. Open.';
comment on column case_session.position is 'Order of planning. Open.';
create index case_session_by_case on case_session (case_id, position);
create unique index case_session_is_planned_once_under_a_key on case_session (case_id, planned_by, session_key);

create table case_session_person (
    session_id uuid not null,
    case_id uuid not null,
    participant_id uuid not null,
    constraint case_session_person_once_per_session primary key (session_id, participant_id),
    constraint case_session_person_is_of_a_session_of_the_case foreign key (case_id, session_id) references case_session (case_id, id),
    constraint case_session_person_takes_part_in_the_case foreign key (case_id, participant_id) references participant (case_id, id)
);
comment on table case_session_person is 'Who meets in a session. Added to, never changed. Protected B.';
comment on column case_session_person.session_id is 'The session. Open.';
comment on column case_session_person.case_id is 'The case. Open.';
comment on column case_session_person.participant_id is 'The participant. Open.';
create index case_session_person_by_case on case_session_person (case_id);

create table case_session_step (
    id uuid not null constraint case_session_step_one_row_per_step primary key,
    case_id uuid not null,
    session_id uuid not null,
    step text not null constraint case_session_step_is_known
        check (step in ('confirm', 'cancel', 'begin', 'end', 'debrief', 'follow-up', 'finish')),
    words_sealed bytea,
    outcome text constraint case_session_outcome_is_known
        check (outcome in ('completed', 'stopped-by-participant', 'stopped-by-mediator', 'stopped-for-safety', 'someone-did-not-come')),
    side text constraint case_session_step_side_is_known check (side in ('victim', 'offender')),
    next_on date,
    taken_by text not null constraint case_session_step_names_who_took_it check (taken_by <> ''),
    taken_at timestamptz not null,
    position bigint generated always as identity,
    constraint case_session_step_is_of_a_session_of_the_case foreign key (case_id, session_id) references case_session (case_id, id),
    constraint an_end_has_its_outcome check ((step = 'end') = (outcome is not null)),
    constraint a_debrief_has_its_side check ((step = 'debrief') = (side is not null)),
    constraint only_a_follow_up_has_a_next_one check (next_on is null or step = 'follow-up'),
    constraint no_session_is_cancelled_silently check (step <> 'cancel' or words_sealed is not null)
);
comment on table case_session_step is 'Every step of a session: the last one says where it stands. Added to, never changed. Protected B.';
comment on column case_session_step.id is 'Step id. Open.';
comment on column case_session_step.case_id is 'The case. Open.';
comment on column case_session_step.session_id is 'The session. Open.';
comment on column case_session_step.step is 'What was done. Protected B.';
comment on column case_session_step.words_sealed is 'A reason or a note, sealed under the key of the side of a debrief, or of the file; null where nothing was said. Protected B.';
comment on column case_session_step.outcome is 'How it ended, as a category. Protected B.';
comment on column case_session_step.side is 'With which side a debrief was. Protected B.';
comment on column case_session_step.next_on is 'When the next follow-up is due. Protected B.';
comment on column case_session_step.taken_by is 'Identity of who took the step. Protected B.';
comment on column case_session_step.taken_at is 'When it was taken. Open.';
comment on column case_session_step.position is 'Order of steps: the highest of a session says where it stands. Open.';
create index case_session_step_by_session on case_session_step (session_id, position desc);
create index case_session_step_by_case on case_session_step (case_id, position);
create unique index a_session_is_held_once on case_session_step (session_id) where step = 'end';
create index case_session_step_of_what_is_ahead on case_session_step (case_id, session_id, position) where step in ('confirm', 'begin');

create trigger case_session_is_append_only before update or delete on case_session
    for each row execute function refuse_to_rewrite_the_record('case_session_is_append_only');
create trigger case_session_person_is_append_only before update or delete on case_session_person
    for each row execute function refuse_to_rewrite_the_record('case_session_person_is_append_only');
create trigger case_session_step_is_append_only before update or delete on case_session_step
    for each row execute function refuse_to_rewrite_the_record('case_session_step_is_append_only');
create trigger nothing_is_added_to_a_purged_case before insert on case_session
    for each row execute function refuse_to_add_to_a_purged_case();
create trigger nothing_is_added_to_a_purged_case before insert on case_session_person
    for each row execute function refuse_to_add_to_a_purged_case();
create trigger nothing_is_added_to_a_purged_case before insert on case_session_step
    for each row execute function refuse_to_add_to_a_purged_case();

alter table case_session enable row level security, force row level security;
alter table case_session_person enable row level security, force row level security;
alter table case_session_step enable row level security, force row level security;

create policy need_to_know on case_session for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_plans on case_session for insert with check ((select unit_acts()) or actor_knows_of(case_id));
create policy the_service_purges on case_session for delete using ((select acting_for_service()) and is_purged(case_id));
create policy need_to_know on case_session_person for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_plans on case_session_person for insert with check ((select unit_acts()) or actor_knows_of(case_id));
create policy the_service_purges on case_session_person for delete using ((select acting_for_service()) and is_purged(case_id));
create policy need_to_know on case_session_step for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_adds on case_session_step for insert with check ((select unit_acts()) or actor_knows_of(case_id));
create policy the_service_purges on case_session_step for delete using ((select acting_for_service()) and is_purged(case_id));

call only_added_to('case_session', 'case_session_person', 'case_session_step');

do $$
begin
    execute format('grant delete on case_session, case_session_person, case_session_step to %I', regexp_replace(current_user, '_owner$', ''));
end $$;
