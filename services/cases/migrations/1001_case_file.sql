-- The RO case file, in the custody of the RJ Unit [R3c, IM1c]: cases, people, assessments, consents, moves, access, concerns.

create table case_file (
    id uuid not null constraint case_file_one_row_per_case primary key,
    number text not null constraint a_case_number_names_one_case unique,
    referral_id uuid not null constraint a_referral_opens_one_case unique,
    stage text not null constraint case_stage_is_known
        check (stage in ('assessment', 'preparation', 'mediation', 'follow_up', 'paused', 'closed')),
    left_stage text constraint case_left_stage_is_at_work
        check (left_stage in ('assessment', 'preparation', 'mediation', 'follow_up')),
    mode text constraint case_mode_is_known
        check (mode in ('letter', 'video', 'shuttle', 'face_to_face', 'group', 'other')),
    indirect_only boolean not null,
    site text,
    screened_at timestamptz not null,
    opened_at timestamptz not null,
    constraint a_paused_case_remembers_the_stage_it_left check ((stage = 'paused') = (left_stage is not null)),
    constraint mediation_is_in_a_mode check (stage <> 'mediation' or mode is not null),
    constraint indirect_only_never_meets
        check (not (indirect_only and stage = 'mediation' and mode in ('face_to_face', 'group')))
);
comment on table case_file is 'RO cases. Protected B: that a case exists says that people take part [IM1a, IM1b].';
comment on column case_file.id is 'Case id. Open.';
comment on column case_file.number is 'Case number, safe to read out on the telephone. Protected B.';
comment on column case_file.referral_id is 'The referral that opened the case. Open.';
comment on column case_file.stage is 'Where the case stands. Protected B.';
comment on column case_file.left_stage is 'The stage a paused case left. Protected B.';
comment on column case_file.mode is 'The mode prepared for or under way. Protected B.';
comment on column case_file.indirect_only is 'The RJ Unit accepted indirect communication only. Protected B.';
comment on column case_file.site is 'Site code where the offender is, as far as the referral says; null where it does not. Protected B.';
comment on column case_file.screened_at is 'Time of the newest screening decision applied: an older one changes nothing. Open.';
comment on column case_file.opened_at is 'When the case opened. Open.';
create index case_file_by_age on case_file (opened_at, id);

create table participant (
    id uuid not null constraint participant_one_row_per_person_and_case primary key,
    case_id uuid not null constraint participant_is_of_a_case references case_file (id),
    kind text not null constraint participant_kind_is_known
        check (kind in ('victim', 'offender', 'community_member', 'support_person', 'representative', 'interpreter', 'elder')),
    name text not null constraint participant_has_a_name check (name <> ''),
    fps text not null,
    language text constraint participant_language_is_official check (language in ('en', 'fr')),
    added_by text not null,
    added_at timestamptz not null,
    position bigint generated always as identity,
    constraint participant_stands_in_its_own_case unique (case_id, id)
);
comment on table participant is 'Who takes part: the only place with names and FPS numbers. Protected B.';
comment on column participant.id is 'Participant id. Open.';
comment on column participant.case_id is 'The case. Open.';
comment on column participant.kind is 'The part the person takes. Protected B.';
comment on column participant.name is 'Name of the person. Protected B.';
comment on column participant.fps is 'Finger Print Section number, empty where there is none. Protected B.';
comment on column participant.language is 'Official language asked for; null where it is not known. Protected B.';
comment on column participant.added_by is 'Identity of who added the person; "referral" where the referral named them. Protected B.';
comment on column participant.added_at is 'When the person was added. Protected B.';
comment on column participant.position is 'Order of adding. Open.';

create table assessment (
    id uuid not null constraint assessment_one_row_per_assessment primary key,
    case_id uuid not null,
    participant_id uuid not null,
    risk text not null constraint assessment_risk_is_known check (risk in ('low', 'moderate', 'high', 'imminent')),
    notes text not null,
    for_the_head text not null,
    next_review_on date,
    idempotency_key text constraint assessment_key_is_not_empty check (idempotency_key <> ''),
    variant integer not null,
    concern_id uuid,
    recorded_by text not null,
    recorded_at timestamptz not null,
    position bigint generated always as identity,
    constraint assessment_is_of_a_participant_of_the_case
        foreign key (case_id, participant_id) references participant (case_id, id),
    constraint an_assessment_key_records_once unique (case_id, idempotency_key, variant),
    constraint imminent_risk_raises_a_concern check (risk <> 'imminent' or concern_id is not null)
);
comment on table assessment is 'Assessments of participants, never changed once recorded [R4a]. Protected B.';
comment on column assessment.id is 'Assessment id. Open.';
comment on column assessment.case_id is 'The case. Open.';
comment on column assessment.participant_id is 'Who was assessed. Open.';
comment on column assessment.risk is 'Risk seen. Protected B.';
comment on column assessment.notes is 'Narrative of the assessor. Protected B.';
comment on column assessment.for_the_head is 'What the responsible head must know to act on imminent risk. Protected B, need to know.';
comment on column assessment.next_review_on is 'Date of the next review; null counts as overdue while the case is open. Protected B.';
comment on column assessment.idempotency_key is 'Made by the caller. Open.';
comment on column assessment.variant is 'Counts imminent risk told in other words under a used key: it is never dropped. Open.';
comment on column assessment.concern_id is 'The concern that imminent risk raised in the same transaction [RM1b]. Open.';
comment on column assessment.recorded_by is 'Identity of the assessor. Protected B.';
comment on column assessment.recorded_at is 'When it was recorded. Protected B.';
comment on column assessment.position is 'Order of recording: the highest is the latest. Open.';
create index assessment_latest on assessment (case_id, participant_id, position desc);

create table consent_record (
    position bigint generated always as identity constraint consent_record_one_row_per_statement primary key,
    case_id uuid not null,
    participant_id uuid not null,
    mode text not null constraint consent_mode_is_known
        check (mode in ('letter', 'video', 'shuttle', 'face_to_face', 'group', 'other')),
    status text not null constraint consent_status_is_known check (status in ('offered', 'given', 'withdrawn', 'expired')),
    form_version text not null,
    language text constraint consent_language_is_official check (language in ('en', 'fr')),
    informed_and_voluntary boolean not null,
    recorded_by text not null,
    recorded_at timestamptz not null,
    constraint consent_is_of_a_participant_of_the_case
        foreign key (case_id, participant_id) references participant (case_id, id),
    constraint consent_given_is_informed_and_voluntary
        check (status <> 'given' or (informed_and_voluntary and form_version <> '' and language is not null))
);
comment on table consent_record is 'Consents, for each participant and mode: the newest line stands, none is changed [L26.1-2, IM1c]. Protected B.';
comment on column consent_record.position is 'Order of recording: the highest for a participant and mode stands. Open.';
comment on column consent_record.case_id is 'The case. Open.';
comment on column consent_record.participant_id is 'Whose consent. Open.';
comment on column consent_record.mode is 'The mode consented to. Protected B.';
comment on column consent_record.status is 'Offered, given, withdrawn or expired. Protected B.';
comment on column consent_record.form_version is 'Version of the consent form. Protected B.';
comment on column consent_record.language is 'Language in which the participant consented. Protected B.';
comment on column consent_record.informed_and_voluntary is 'The participant understood, and nobody pressed them. Protected B.';
comment on column consent_record.recorded_by is 'Identity of who recorded it. Protected B.';
comment on column consent_record.recorded_at is 'When it was recorded. Protected B.';
create index consent_that_stands on consent_record (case_id, participant_id, mode, position desc);

create table case_move (
    position bigint generated always as identity constraint case_move_one_row_per_move primary key,
    case_id uuid not null constraint case_move_is_of_a_case references case_file (id),
    from_stage text,
    to_stage text not null,
    mode text,
    reason text not null,
    moved_by text not null,
    moved_at timestamptz not null
);
comment on table case_move is 'Every step of a case, never changed once recorded [R3a]. Protected B.';
comment on column case_move.position is 'Order of moves. Open.';
comment on column case_move.case_id is 'The case. Open.';
comment on column case_move.from_stage is 'Stage before; null when the case opened. Protected B.';
comment on column case_move.to_stage is 'Stage after. Protected B.';
comment on column case_move.mode is 'Mode after. Protected B.';
comment on column case_move.reason is 'Why, in the mover''s words; empty where a consent ended: nothing is said of who or why. Protected B.';
comment on column case_move.moved_by is 'Identity of who moved it, or the service itself. Protected B.';
comment on column case_move.moved_at is 'When it moved. Protected B.';
create index case_move_by_case on case_move (case_id, position);

create table case_access (
    position bigint generated always as identity constraint case_access_one_row_per_grant primary key,
    case_id uuid not null constraint case_access_is_to_a_case references case_file (id),
    subject text not null constraint case_access_names_somebody check (subject <> ''),
    role text not null constraint case_access_role_is_known check (role in ('mediator')),
    since timestamptz not null,
    until timestamptz,
    ended_at timestamptz,
    granted_by text not null,
    ended_by text,
    constraint case_access_ends_after_it_began check (until is null or until > since),
    constraint case_access_end_has_an_author check ((ended_at is null) = (ended_by is null))
);
comment on table case_access is 'Who may know of a case, from when, until when. Read at every query; no line, no case [R3c, D-mediator]. Protected B.';
comment on column case_access.position is 'Order of grants. Open.';
comment on column case_access.case_id is 'The case. Open.';
comment on column case_access.subject is 'Identity that may know of the case. Protected B.';
comment on column case_access.role is 'As what: mediator. Open.';
comment on column case_access.since is 'First moment of access. Open.';
comment on column case_access.until is 'Access ends here by itself; null means until it is ended. Open.';
comment on column case_access.ended_at is 'Access was ended here. Open.';
comment on column case_access.granted_by is 'Identity of who granted it. Protected B.';
comment on column case_access.ended_by is 'Identity of who ended it. Protected B.';
create unique index a_case_has_one_mediator on case_access (case_id) where role = 'mediator' and ended_at is null;
create index case_access_by_subject on case_access (subject, case_id) where ended_at is null;

create function may_know_of(file uuid, whole_unit boolean, caller text, at timestamptz) returns boolean
    language sql stable as $$
    select whole_unit or exists (
        select from case_access
        where case_id = file and subject = caller and ended_at is null and since <= at and (until is null or until > at)
    )
$$;
comment on function may_know_of is 'The one rule of need to know: the RJ Unit, or a live line in the access list at this moment [R3c, D-mediator].';

create function mediator_of(file uuid, at timestamptz) returns text
    language sql stable as $$
    select subject from case_access
    where case_id = file and role = 'mediator' and ended_at is null and since <= at and (until is null or until > at)
$$;
comment on function mediator_of is 'The mediator whose assignment is live at this moment, if any [D-mediator].';

create table case_concern (
    concern_id uuid not null constraint case_concern_one_row_per_concern primary key,
    case_id uuid not null constraint case_concern_is_of_a_case references case_file (id),
    raise_event_id uuid not null,
    raised_at timestamptz not null,
    revision bigint not null,
    closed_at timestamptz
);
comment on table case_concern is 'Concerns that a case raised. While one is open, contact between the parties is frozen, whether safety answers or not [RM1]. Protected B.';
comment on column case_concern.concern_id is 'Concern id. Open.';
comment on column case_concern.case_id is 'The case that raised it. Protected B beside the concern id.';
comment on column case_concern.raise_event_id is 'Outbox event that carries it to safety, sent again until safety has it. Open.';
comment on column case_concern.raised_at is 'When it was raised here. Open.';
comment on column case_concern.revision is 'Newest revision heard from safety; 0 before the first. Open.';
comment on column case_concern.closed_at is 'When safety said that it is closed. Open.';
create index case_concern_open on case_concern (case_id) where closed_at is null;

create function refuse_to_rewrite_the_record() returns trigger language plpgsql as $$
begin
    raise exception 'the record is never rewritten' using errcode = 'restrict_violation', constraint = tg_argv[0];
end
$$;
comment on function refuse_to_rewrite_the_record is 'Assessments, consents and moves are added to, never changed [R3a, R4a, IM1c].';
create trigger assessment_is_append_only before update or delete on assessment
    for each row execute function refuse_to_rewrite_the_record('assessment_is_append_only');
create trigger consent_record_is_append_only before update or delete on consent_record
    for each row execute function refuse_to_rewrite_the_record('consent_record_is_append_only');
create trigger case_move_is_append_only before update or delete on case_move
    for each row execute function refuse_to_rewrite_the_record('case_move_is_append_only');
