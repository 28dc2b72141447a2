-- Cases: the RO case file, in the custody of the RJ Unit [R3c, IM1c]: people, assessments, consents, moves, access, concerns, documents,
-- and the end of it all.
--
-- Names, numbers and narratives are sealed under a key of the case and of the side they belong to.

-- Tables: the case, its people, their modes of communication, and its site.

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
    moved_at timestamptz not null,
    accepted boolean not null default true,
    purged_at timestamptz,
    referral_number text constraint referral_number_is_not_empty check (referral_number <> ''),
    duplicates jsonb not null default '{}',
    described_mode uuid,
    constraint a_paused_case_remembers_the_stage_it_left check ((stage = 'paused') = (left_stage is not null)),
    constraint mediation_is_in_a_mode check (stage <> 'mediation' or mode is not null),
    constraint indirect_only_never_meets
        check (not (indirect_only and stage = 'mediation' and mode in ('face_to_face', 'group'))),
    constraint only_a_closed_case_is_purged check (purged_at is null or stage = 'closed'),
    constraint only_another_case_mode_is_described check (described_mode is null or mode = 'other')
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
comment on column case_file.moved_at is 'When it last moved to another stage or mode, or opened: the last use is this or later. Open.';
comment on column case_file.accepted is 'The newest decision of the RJ Unit accepts the referral; while it does not, the case does not go on. Protected B.';
comment on column case_file.purged_at is 'When the case was purged [LPR4]: its keys are destroyed and its rows deleted, and only its ids and its number stay. Open.';
comment on column case_file.referral_number is 'Receipt number of the referral, by which a concern may name it; null where intake has not said it. Open.';
comment on column case_file.duplicates is 'Ids of other referrals about this case, each with the moment at which it was closed as a duplicate. Open.';
comment on column case_file.described_mode is 'For mode other: the described mode that is prepared for or under way. Open.';
create index case_file_by_age on case_file (opened_at, id) where purged_at is null;
create index case_file_by_site on case_file (site, opened_at, id) where purged_at is null;
create index case_file_by_stage on case_file (stage, opened_at, id) where purged_at is null;
create index case_file_by_closing on case_file (moved_at, id) where stage = 'closed' and purged_at is null;
create index case_file_by_referral_number on case_file (referral_number);
create index case_file_in_mediation on case_file (id) where stage = 'mediation';
create index case_file_duplicates on case_file using gin (duplicates);

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

-- The two tables point at each other.
alter table case_file add constraint case_mode_is_described_in_the_case
    foreign key (id, described_mode) references described_mode (case_id, id);

create table participant (
    id uuid not null constraint participant_one_row_per_person_and_case primary key,
    case_id uuid not null constraint participant_is_of_a_case references case_file (id),
    kind text not null constraint participant_kind_is_known
        check (kind in ('victim', 'offender', 'community_member', 'support_person', 'representative', 'interpreter', 'elder')),
    name text not null,
    fps text not null,
    language text constraint participant_language_is_official check (language in ('en', 'fr')),
    added_by text not null,
    added_at timestamptz not null,
    position bigint generated always as identity,
    name_sealed bytea,
    fps_sealed bytea,
    added_key text,
    formerly uuid,
    constraint participant_stands_in_its_own_case unique (case_id, id),
    constraint participant_name_is_sealed_or_in_clear check (name_sealed is null or name = ''),
    constraint participant_fps_is_sealed_or_in_clear check (fps_sealed is null or fps = ''),
    constraint participant_was_formerly_one_of_the_case
        foreign key (case_id, formerly) references participant (case_id, id),
    constraint participant_was_formerly_another_row check (formerly <> id)
);
comment on table participant is 'Who takes part: the only place with names and FPS numbers. Protected B.';
comment on column participant.id is 'Participant id. Open.';
comment on column participant.case_id is 'The case. Open.';
comment on column participant.kind is 'The part the person takes. Protected B.';
comment on column participant.name is 'Empty; the name in clear while it is not sealed. Protected B.';
comment on column participant.fps is 'Empty; the number in clear while it is not sealed. Protected B.';
comment on column participant.language is 'Official language asked for; null where it is not known. Protected B.';
comment on column participant.added_by is 'Identity of who added the person; "referral" where the referral named them. Protected B.';
comment on column participant.added_at is 'When the person was added. Protected B.';
comment on column participant.position is 'Order of adding. Open.';
comment on column participant.name_sealed is 'Name of the person, sealed under the key of their side; null in a purged case. Protected B.';
comment on column participant.fps_sealed is 'Finger Print Section number, empty where there is none, sealed under the key of their side. Protected B.';
comment on column participant.added_key is 'Digest of the key of whoever added the person, who may have written anything into it: the same key of the same person twice is one participant. Null where they gave none. Open.';
comment on column participant.formerly is 'The participant who left that this person was: nothing goes on with them before they have said so on their own initiative [IM1c]. Null for anybody else. Open.';
create unique index participant_is_added_once_under_a_key on participant (case_id, added_by, added_key);

create table leaving (
    participant_id uuid not null constraint leaving_once_per_participant primary key,
    case_id uuid not null,
    wish text not null constraint leaving_wish_is_known check (wish in ('own', 'unit', 'mediator', 'unable', 'mistake')),
    reason_sealed bytea,
    recorded_by text not null,
    left_at timestamptz not null,
    stays_as uuid[] not null default '{}',
    constraint leaving_is_of_a_participant_of_the_case foreign key (case_id, participant_id) references participant (case_id, id),
    constraint nobody_is_sent_away_silently check (wish = 'own' or reason_sealed is not null)
);
comment on table leaving is 'Participants who left a case: who, when, at whose wish. They stay on the file, and are no participants for the gate [IM1c, D-RO]. Added to, never changed. Protected B.';
comment on column leaving.participant_id is 'Who left. Open.';
comment on column leaving.case_id is 'The case. Open.';
comment on column leaving.wish is 'At whose wish: their own, the RJ Unit''s, the mediator''s; or they can take part no longer, or were put on the file by mistake. Protected B.';
comment on column leaving.reason_sealed is 'Why, sealed under the key of the person''s side; null where they left at their own wish and nothing was said. Protected B.';
comment on column leaving.recorded_by is 'Identity of who recorded it. Protected B.';
comment on column leaving.left_at is 'When it was recorded: from here on they are no participant. Protected B.';
comment on column leaving.stays_as is 'Participants who stay and may be the same person, entered twice: nothing goes on with them either before they have said so on their own initiative [IM1c]. Open.';
create index leaving_by_case on leaving (case_id);

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

-- Tables: the record. Added to, never changed [R3a, R4a, IM1c].

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
    notes_sealed bytea,
    for_the_head_sealed bytea,
    constraint assessment_is_of_a_participant_of_the_case
        foreign key (case_id, participant_id) references participant (case_id, id),
    constraint an_assessment_key_records_once unique (case_id, idempotency_key, variant),
    constraint imminent_risk_raises_a_concern check (risk <> 'imminent' or concern_id is not null),
    constraint assessment_notes_are_sealed_or_in_clear check (notes_sealed is null or notes = ''),
    constraint assessment_for_the_head_is_sealed_or_in_clear check (for_the_head_sealed is null or for_the_head = '')
);
comment on table assessment is 'Assessments of participants, never changed once recorded [R4a]. Protected B.';
comment on column assessment.id is 'Assessment id. Open.';
comment on column assessment.case_id is 'The case. Open.';
comment on column assessment.participant_id is 'Who was assessed. Open.';
comment on column assessment.risk is 'Risk seen. Protected B.';
comment on column assessment.notes is 'Empty; in clear while it is not sealed: imminent risk is recorded though no key can be had. Protected B.';
comment on column assessment.for_the_head is 'As notes. Protected B, need to know.';
comment on column assessment.next_review_on is 'Date of the next review; null counts as overdue while the case is open. Protected B.';
comment on column assessment.idempotency_key is 'Made by the caller. Open.';
comment on column assessment.variant is 'Counts imminent risk told in other words under a used key: it is never dropped. Open.';
comment on column assessment.concern_id is 'The concern that imminent risk raised in the same transaction [RM1b]. Open.';
comment on column assessment.recorded_by is 'Identity of the assessor. Protected B.';
comment on column assessment.recorded_at is 'When it was recorded. Protected B.';
comment on column assessment.position is 'Order of recording: the highest is the latest. Open.';
comment on column assessment.notes_sealed is 'Narrative of the assessor, sealed under the key of the participant''s side. Protected B.';
comment on column assessment.for_the_head_sealed is 'What the responsible head must know to act on imminent risk, sealed likewise. Protected B, need to know.';
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
    ends_on date,
    initiative text constraint consent_initiative_is_known
        check (initiative in ('in_person', 'by_telephone', 'in_writing', 'by_video', 'through_representative')),
    initiative_at timestamptz,
    described_mode uuid,
    id uuid not null default gen_random_uuid(),
    how text constraint consent_how_is_known
        check (how in ('in_person', 'by_telephone', 'in_writing', 'by_video', 'through_representative')),
    understanding text[] not null default '{}' constraint consent_understanding_is_known
        check (understanding <@ array['own_words', 'free_to_refuse', 'may_withdraw', 'who_reads', 'questions_answered']),
    note_sealed bytea,
    witness_sealed bytea,
    scan uuid,
    constraint only_a_consent_given_says_how_it_was_given
        check (status = 'given' or (how is null and understanding = '{}' and note_sealed is null and witness_sealed is null and scan is null)),
    constraint consent_is_of_a_participant_of_the_case
        foreign key (case_id, participant_id) references participant (case_id, id),
    constraint consent_given_is_informed_and_voluntary
        check (status <> 'given' or (informed_and_voluntary and form_version <> '' and language is not null)),
    constraint an_initiative_says_how_and_when check ((initiative is null) = (initiative_at is null)),
    constraint an_initiative_comes_with_an_offer check (initiative is null or status = 'offered'),
    constraint consent_is_to_a_mode_described_in_the_case
        foreign key (case_id, described_mode) references described_mode (case_id, id),
    constraint only_another_mode_is_described check (described_mode is null or mode = 'other'),
    constraint another_mode_is_offered_and_given_as_described
        check (mode <> 'other' or described_mode is not null or status in ('withdrawn', 'expired'))
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
comment on column consent_record.ends_on is 'Last day, in UTC, on which a consent given counts; where it is null, as long after its recording as the programme allows. Protected B.';
comment on column consent_record.initiative is 'How the participant said, on their own initiative and after a withdrawal, that they want to go on; null otherwise [IM1c]. Protected B.';
comment on column consent_record.initiative_at is 'When they said so. Protected B.';
comment on column consent_record.id is 'Id of the line: what its sealed texts are bound to. Open.';
comment on column consent_record.how is 'How a consent was given; null in lines of a former version. Protected B.';
comment on column consent_record.understanding is 'What was checked of the participant''s understanding [L26.1-2]. Protected B.';
comment on column consent_record.note_sealed is 'What else is to be known of that check, sealed under the key of the participant''s side. Protected B.';
comment on column consent_record.witness_sealed is 'Name of who witnessed it, sealed likewise. Protected B.';
comment on column consent_record.scan is 'Document of this case that is the scan of the form; null while it is missing. Open.';
comment on column consent_record.described_mode is 'For mode other: the described mode; it may be null where the consent was withdrawn or has expired. Open.';
create index consent_that_stands on consent_record (case_id, participant_id, mode, position desc);

create table case_move (
    position bigint generated always as identity constraint case_move_one_row_per_move primary key,
    case_id uuid not null constraint case_move_is_of_a_case references case_file (id),
    from_stage text,
    to_stage text not null,
    mode text,
    reason text not null,
    moved_by text not null,
    moved_at timestamptz not null,
    id uuid not null default gen_random_uuid(),
    reason_sealed bytea,
    described_mode uuid,
    constraint case_move_reason_is_sealed_or_in_clear check (reason_sealed is null or reason = ''),
    constraint case_move_mode_is_described_in_the_case
        foreign key (case_id, described_mode) references described_mode (case_id, id)
);
comment on table case_move is 'Every step of a case, never changed once recorded [R3a]. Protected B.';
comment on column case_move.position is 'Order of moves. Open.';
comment on column case_move.case_id is 'The case. Open.';
comment on column case_move.from_stage is 'Stage before; null when the case opened. Protected B.';
comment on column case_move.to_stage is 'Stage after. Protected B.';
comment on column case_move.mode is 'Mode after. Protected B.';
comment on column case_move.reason is 'Empty; in clear while it is not sealed. Protected B.';
comment on column case_move.moved_by is 'Identity of who moved it, or the service itself. Protected B.';
comment on column case_move.moved_at is 'When it moved. Protected B.';
comment on column case_move.id is 'Id of the move: what its sealed reason is bound to. Open.';
comment on column case_move.reason_sealed is 'Why, in the mover''s words, sealed under the key of the file; empty where a consent ended. Protected B.';
comment on column case_move.described_mode is 'For mode other: the described mode after. Open.';
create index case_move_by_case on case_move (case_id, position);

-- Tables: need to know. Who may know of a case, by the portfolio of an officer, as its mediator, or by break-glass: one case, with a
-- reason, to read only, for some hours; told at once and reviewed [R3c, IM1a].

create table break_glass (
    id uuid not null constraint break_glass_one_row_per_breaking primary key,
    case_id uuid not null constraint break_glass_is_of_a_case references case_file (id),
    subject text not null constraint break_glass_names_somebody check (subject <> ''),
    reason_sealed bytea not null,
    broken_at timestamptz not null,
    review_due date not null,
    finding text constraint break_glass_finding_is_known check (finding in ('justified', 'not-justified')),
    note_sealed bytea,
    reviewed_by text,
    reviewed_at timestamptz,
    constraint a_review_is_whole check
        ((finding is null) = (reviewed_by is null) and (finding is null) = (reviewed_at is null)),
    constraint nobody_reviews_their_own_break_glass check (reviewed_by is null or reviewed_by <> subject),
    constraint what_was_not_justified_is_explained check (finding is distinct from 'not-justified' or note_sealed is not null)
);
comment on table break_glass is 'Every break-glass: who opened which case, why, and what the review found. Protected B.';
comment on column break_glass.id is 'Break-glass id. Open.';
comment on column break_glass.case_id is 'The case that was opened. Protected B beside the subject.';
comment on column break_glass.subject is 'Identity of who broke it. Protected B.';
comment on column break_glass.reason_sealed is 'Why, in their own words, sealed under the key of the file. Protected B.';
comment on column break_glass.broken_at is 'When. Open.';
comment on column break_glass.review_due is 'Last day, in UTC, on which a review is in time: the calendar day after. Open.';
comment on column break_glass.finding is 'What the review found; null until then. Protected B.';
comment on column break_glass.note_sealed is 'The reviewer''s words, sealed under the key of the file; null where nothing was noted. Protected B.';
comment on column break_glass.reviewed_by is 'Identity of the reviewer, never who broke it. Protected B.';
comment on column break_glass.reviewed_at is 'When it was reviewed. Open.';
create index break_glass_by_case on break_glass (case_id);
create index break_glass_by_subject on break_glass (subject, broken_at);
create index break_glass_to_review on break_glass (review_due, id) where finding is null;

create table case_access (
    position bigint generated always as identity constraint case_access_one_row_per_grant primary key,
    case_id uuid not null constraint case_access_is_to_a_case references case_file (id),
    subject text not null constraint case_access_names_somebody check (subject <> ''),
    role text not null,
    since timestamptz not null,
    until timestamptz,
    ended_at timestamptz,
    granted_by text not null,
    ended_by text,
    break_glass_id uuid constraint case_access_is_of_a_break_glass references break_glass (id),
    opened_at timestamptz not null,
    constraint case_access_ends_after_it_began check (until is null or until > since),
    constraint case_access_end_has_an_author check ((ended_at is null) = (ended_by is null)),
    constraint case_access_role_is_known check (role in ('mediator', 'officer', 'break-glass')),
    constraint a_break_glass_line_is_of_a_break_glass check ((role = 'break-glass') = (break_glass_id is not null)),
    constraint a_break_glass_line_ends_by_itself check (role <> 'break-glass' or until is not null)
);
comment on table case_access is 'Who may know of a case, from when, until when. Read at every query; no line, no case, but for supervisors and the National Manager [R3c, D-mediator]. Protected B.';
comment on column case_access.position is 'Order of grants. Open.';
comment on column case_access.case_id is 'The case. Open.';
comment on column case_access.subject is 'Identity that may know of the case. Protected B.';
comment on column case_access.role is 'As what: mediator, officer (the case is in their portfolio), or break-glass (to read only, for some hours). Open.';
comment on column case_access.since is 'First moment of access. Open.';
comment on column case_access.until is 'Access ends here by itself; null means until it is ended. Open.';
comment on column case_access.ended_at is 'Access was ended here. Open.';
comment on column case_access.granted_by is 'Identity of who granted it. Protected B.';
comment on column case_access.ended_by is 'Identity of who ended it. Protected B.';
comment on column case_access.break_glass_id is 'The break-glass that opened this line; null for any other line. Open.';
comment on column case_access.opened_at is 'When the case opened, a copy: the cases of a person are listed in this order. Open.';
create unique index a_case_has_one_mediator on case_access (case_id) where role = 'mediator' and ended_at is null;
create index case_access_by_case on case_access (case_id);
create index case_access_by_subject on case_access (subject, case_id) where ended_at is null;
create index case_access_by_age on case_access (subject, opened_at, case_id) where ended_at is null;
create unique index an_officer_has_a_case_once on case_access (case_id, subject) where role = 'officer' and ended_at is null;
create unique index a_break_glass_opens_one_line on case_access (break_glass_id) where break_glass_id is not null;

create table break_glass_use (
    position bigint generated always as identity constraint break_glass_use_in_order_of_writing primary key,
    break_glass_id uuid constraint break_glass_use_is_of_a_break_glass references break_glass (id),
    at timestamptz not null,
    actor text not null,
    action text not null,
    object text not null,
    outcome text not null,
    reason text not null,
    entered_at timestamptz
);
comment on table break_glass_use is 'What was done by break-glass, and refused tries: kept here in the same transaction, and entered into the audit log when that takes it, so that break-glass works while it does not. Open class.';
comment on column break_glass_use.position is 'Order of writing; gaps are usual.';
comment on column break_glass_use.break_glass_id is 'The break-glass; null where it was refused.';
comment on column break_glass_use.at is 'When it happened, by the service''s clock.';
comment on column break_glass_use.actor is 'Opaque id of the caller.';
comment on column break_glass_use.action is 'Permission code.';
comment on column break_glass_use.object is 'Opaque id or number of the case.';
comment on column break_glass_use.outcome is 'granted, hidden or refused.';
comment on column break_glass_use.reason is 'break-glass, or the reason code of a refusal.';
comment on column break_glass_use.entered_at is 'When it was entered into the audit log; null until then.';
create index break_glass_use_to_enter on break_glass_use (position) where entered_at is null;
create index break_glass_use_by_break_glass on break_glass_use (break_glass_id);

create table break_glass_notice (
    id uuid not null constraint break_glass_notice_one_row_per_notice primary key,
    kind text not null constraint break_glass_notice_kind_is_known check (kind in ('quota-reached', 'review-due')),
    subject text not null,
    day date not null,
    constraint a_break_glass_notice_is_sent_once_a_day unique (kind, subject, day)
);
comment on table break_glass_notice is 'What supervisors were told of break-glass beside each breaking: at most once a day. Protected B.';
comment on column break_glass_notice.id is 'Id of the notice. Open.';
comment on column break_glass_notice.kind is 'A person reached the quota, or reviews are overdue. Open.';
comment on column break_glass_notice.subject is 'Identity of who reached the quota; empty for overdue reviews. Protected B.';
comment on column break_glass_notice.day is 'The day, in UTC. Open.';

-- Tables: concerns that name a case [RM1].

create table case_concern (
    concern_id uuid not null,
    case_id uuid not null constraint case_concern_is_of_a_case references case_file (id),
    raise_event_id uuid,
    raised_at timestamptz not null,
    revision bigint not null,
    closed_at timestamptz,
    follows_site boolean not null default true,
    constraint case_concern_one_row_per_concern_and_case primary key (concern_id, case_id)
);
comment on table case_concern is 'Concerns that name a case or its referral, whoever raised them. While one is open, contact between the parties is frozen, whether safety answers or not; it ends when safety, asked, says that it is closed [RM1]. Protected B.';
comment on column case_concern.concern_id is 'Concern id. Open.';
comment on column case_concern.case_id is 'The case it names. Protected B beside the concern id.';
comment on column case_concern.raise_event_id is 'Outbox event that carries it to safety, sent again until safety has it; null where somebody else raised it. Open.';
comment on column case_concern.raised_at is 'When it was raised here, or heard of. Open.';
comment on column case_concern.revision is 'Always 0. Safety is asked how a concern stands, and no revision is trusted. Open.';
comment on column case_concern.closed_at is 'When safety, asked, said that it is closed. Open.';
comment on column case_concern.follows_site is 'The head of the site of the case is told of the concern, wherever that site is. False where the assessor told of somebody else than the offender and wrote nothing for the head [RM1b, TRAP-1]. Protected B.';
create index case_concern_by_case on case_concern (case_id);
create index case_concern_open on case_concern (case_id) where closed_at is null;
create index case_concern_still_open on case_concern (concern_id) where closed_at is null;

-- Tables: documents. What is known of each; their bytes stand in the store of documents, sealed under the key of their side [TS1c].

create table document (
    id uuid not null constraint document_once primary key,
    case_id uuid not null constraint document_is_of_a_case references case_file (id),
    side text not null constraint document_side_is_known check (side in ('victim', 'offender', 'file')),
    kind text not null constraint document_kind_is_known check (kind in ('consent_form', 'letter', 'agreement', 'report', 'other')),
    media_type text not null,
    name_sealed bytea not null,
    size bigint not null constraint document_is_not_empty check (size > 0),
    hash_sealed bytea not null,
    submission_key text not null,
    kept_by text not null,
    kept_at timestamptz not null,
    constraint document_kept_once_per_key unique (case_id, submission_key)
);
alter table consent_record add constraint consent_scan_is_kept foreign key (scan) references document (id);
comment on table document is 'Documents on a file. Their bytes are in the store of documents under this id, sealed. Protected B.';
comment on column document.id is 'Drawn at random; also the name of the bytes in the store.';
comment on column document.case_id is 'On whose file it stands.';
comment on column document.side is 'Whose key seals it: the victim''s, the offender''s, or that of the file.';
comment on column document.kind is 'What it is.';
comment on column document.media_type is 'One of the types that are kept; the bytes are of it.';
comment on column document.name_sealed is 'What its readers see, sealed. Protected B.';
comment on column document.size is 'Bytes of the document itself.';
comment on column document.hash_sealed is 'SHA-256 of the document itself, sealed: in clear it would confirm a guess. Protected B.';
comment on column document.submission_key is 'Made by who kept it: the same key twice is the same document.';
comment on column document.kept_by is 'Identity of who kept it.';
comment on column document.kept_at is 'When.';
create index document_by_case on document (case_id, kept_at);

-- Tables: retention and purge [LPR4]. What keeps a case from being purged, who ordered the purge, what was destroyed, and what the others
-- say that they destroyed.

create table case_hold (
    id uuid not null constraint case_hold_one_row_per_hold primary key,
    case_id uuid not null constraint case_hold_is_of_a_case references case_file (id),
    kind text not null constraint case_hold_kind_is_known check (kind in ('access-request', 'legal', 'other')),
    reason_sealed bytea not null,
    placed_by text not null constraint case_hold_names_who_placed_it check (placed_by <> ''),
    placed_at timestamptz not null,
    lifted_by text,
    lifted_at timestamptz,
    lifted_because_sealed bytea,
    constraint nobody_lifts_a_hold_silently
        check ((lifted_at is null) = (lifted_by is null) and (lifted_at is null) = (lifted_because_sealed is null))
);
comment on table case_hold is 'Holds: while one stands, the case is not purged, however old it is [LPR4]. Protected B.';
comment on column case_hold.id is 'Hold id. Open.';
comment on column case_hold.case_id is 'The case. Open.';
comment on column case_hold.kind is 'An access request, a legal matter, or another. Protected B.';
comment on column case_hold.reason_sealed is 'Why, in their own words, sealed under the key of the file. Protected B.';
comment on column case_hold.placed_by is 'Identity of who placed it. Protected B.';
comment on column case_hold.placed_at is 'When it was placed. Open.';
comment on column case_hold.lifted_by is 'Identity of who lifted it; null while it stands. Protected B.';
comment on column case_hold.lifted_at is 'When it was lifted; null while it stands. Open.';
comment on column case_hold.lifted_because_sealed is 'Why it was lifted, sealed under the key of the file. Protected B.';
create index case_hold_by_case on case_hold (case_id, placed_at);

create table purge_order (
    case_id uuid not null constraint purge_order_one_per_case primary key constraint purge_order_is_of_a_case references case_file (id),
    ordered_by text not null constraint purge_order_names_somebody check (ordered_by <> ''),
    ordered_at timestamptz not null
);
comment on table purge_order is 'Purges that one person ordered and nobody has confirmed yet. Protected B.';
comment on column purge_order.case_id is 'The case. Open.';
comment on column purge_order.ordered_by is 'Identity of who ordered it; another confirms. Protected B.';
comment on column purge_order.ordered_at is 'When. After some days it counts no more. Open.';

create table purge_certificate (
    case_id uuid not null constraint purge_certificate_one_per_case primary key
        constraint purge_certificate_is_of_a_case references case_file (id),
    ordered_by text not null,
    ordered_at timestamptz not null,
    confirmed_by text not null constraint a_purge_takes_two_persons check (confirmed_by <> ordered_by),
    purged_at timestamptz not null,
    last_used_at timestamptz not null,
    retention_months integer not null constraint retention_is_two_years_at_least check (retention_months >= 24),
    retention_over_at timestamptz not null constraint nothing_is_purged_before_its_retention check (retention_over_at <= purged_at),
    holds_lifted integer not null,
    key_ids uuid[] not null,
    key_sides text[] not null,
    row_tables text[] not null,
    row_counts bigint[] not null,
    signature bytea not null,
    constraint purge_certificate_lists_are_whole check
        (cardinality(key_ids) = cardinality(key_sides) and cardinality(row_tables) = cardinality(row_counts))
);
comment on table purge_certificate is 'What was destroyed of a case, on whose order: all that is left of it beside its number [LPR4]. Added to, never changed. Protected B.';
comment on column purge_certificate.case_id is 'The purged case. Open.';
comment on column purge_certificate.ordered_by is 'Identity of who ordered it. Protected B.';
comment on column purge_certificate.ordered_at is 'When it was ordered. Open.';
comment on column purge_certificate.confirmed_by is 'Identity of who confirmed it, another person. Protected B.';
comment on column purge_certificate.purged_at is 'When the keys were destroyed. Open.';
comment on column purge_certificate.last_used_at is 'When the last thing was done to the case. Open.';
comment on column purge_certificate.retention_months is 'The retention that applied. Open.';
comment on column purge_certificate.retention_over_at is 'When it was over. Open.';
comment on column purge_certificate.holds_lifted is 'Holds that had stood; none stood when it was purged. Open.';
comment on column purge_certificate.key_ids is 'Data keys that were destroyed. Open.';
comment on column purge_certificate.key_sides is 'Which side each sealed, in the same order. Open.';
comment on column purge_certificate.row_tables is 'Tables of which rows were deleted. Open.';
comment on column purge_certificate.row_counts is 'How many, in the same order. Open.';
comment on column purge_certificate.signature is 'Ed25519 by the service''s audit key over all of it. Open.';

create table purge_statement (
    case_id uuid not null constraint purge_statement_is_of_a_purge references purge_certificate (case_id),
    service text not null,
    obeyed_at timestamptz not null,
    keys bigint not null,
    row_tables text[] not null,
    row_counts bigint[] not null,
    heard_at timestamptz not null,
    signature bytea not null,
    constraint purge_statement_once_per_service primary key (case_id, service),
    constraint purge_statement_lists_are_whole check (cardinality(row_tables) = cardinality(row_counts))
);
comment on table purge_statement is 'What the other services say that they destroyed of a purged case. Added to, never changed. Open class.';
comment on column purge_statement.case_id is 'The purged case.';
comment on column purge_statement.service is 'Who says so.';
comment on column purge_statement.obeyed_at is 'When it destroyed, by its own clock.';
comment on column purge_statement.keys is 'How many data keys it destroyed.';
comment on column purge_statement.row_tables is 'Tables of which it deleted rows.';
comment on column purge_statement.row_counts is 'How many, in the same order.';
comment on column purge_statement.heard_at is 'When it was heard here.';
comment on column purge_statement.signature is 'Ed25519 by the audit key of this service, over the statement as it was heard.';

-- Functions: who may know of a case, and as what. In plpgsql, because a session keeps their plans: they are asked for every row of a page.
-- Whether a mediator is engaged, the registry says, in a later migration.

create function may_know_of(file uuid, whole_unit boolean, caller text, at timestamptz) returns boolean language plpgsql stable as $$
begin
    return whole_unit or exists (
        select from case_access
        where case_id = file and subject = caller and ended_at is null and since <= at and (until is null or until > at)
          and (role <> 'mediator' or is_engaged(caller, at)));
end $$;
comment on function may_know_of is 'The one rule of need to know: supervisors and the National Manager, or a live line in the access list at this moment; that of a mediator lives while they are engaged [R3c, D-mediator].';

create function line_of(file uuid, caller text, kinds text[], at timestamptz) returns text language plpgsql stable as $$
begin
    return (
        select role from case_access
        where case_id = file and subject = caller and role = any(kinds) and ended_at is null and since <= at and (until is null or until > at)
          and (role <> 'mediator' or is_engaged(caller, at))
        order by array_position(array['officer', 'mediator', 'break-glass'], role)
        limit 1);
end $$;
comment on function line_of is 'As what the caller may know of a case at this moment, among the kinds of line that their roles can hold: the one that allows most [R3c].';

create function mediator_of(file uuid, at timestamptz) returns text language plpgsql stable as $$
begin
    return (
        select subject from case_access
        where case_id = file and role = 'mediator' and ended_at is null and since <= at and (until is null or until > at)
          and is_engaged(subject, at));
end $$;
comment on function mediator_of is 'The mediator whose assignment is live at this moment and who is engaged, if any [D-mediator].';

create function officers_of(file uuid, at timestamptz) returns text[] language plpgsql stable as $$
begin
    return (
        select coalesce(array_agg(subject order by position), '{}') from case_access
        where case_id = file and role = 'officer' and ended_at is null and since <= at and (until is null or until > at)
          and someone_holds(subject, array['rj-officer', 'rj-supervisor', 'national-manager'], at));
end $$;
comment on function officers_of is 'The officers in whose portfolio a case is at this moment, and who hold a role of the RJ Unit; none: it waits for a supervisor [R3c].';

-- Functions: who acts, as the policies ask it.

create function unit_acts() returns boolean language sql stable as $$
    select acting_subject() is not null and acting_reach() in ('service', 'unit')
$$;
comment on function unit_acts is 'The service itself, or the RJ Unit, which has custody of every file [IM1c].';

-- The rule reads the access list, which the policies below show by this same rule. While it is asked, and no longer, the service asks; the
-- answer is yes or no. In plpgsql: a function in sql that sets something is planned at each call.
create function someone_knows_of(file uuid, someone text, moment timestamptz) returns boolean
    language plpgsql stable set actor.reach to 'service' as $$
begin
    return someone is not null and may_know_of(file, false, someone, moment);
end $$;
comment on function someone_knows_of is 'The rule of need to know, as the policies ask it: no case without a live line in the access list.';

create function actor_knows_of(file uuid) returns boolean language sql stable as $$
    select someone_knows_of(file, acting_subject(), acting_at())
$$;
comment on function actor_knows_of is 'Whether whoever this transaction is for may know of the case now, by the one rule.';

-- Functions: modes.

create function is_direct(described uuid) returns boolean language plpgsql stable as $$
begin
    return (select direct from described_mode where id = described);
end $$;
comment on function is_direct is 'Whether a described mode counts as direct; null where there is none.';

-- Functions: pages. Each reads an index in the order of its page, and no more of it than the page: what it sets keeps the planner to that,
-- whatever it believes of the tables.

create function cases_of_the_unit(after_time timestamptz, after_id uuid, at timestamptz, most bigint)
    returns table (id uuid, number text, referral_id uuid, stage text, left_stage text, mode text, described_mode uuid, direct boolean,
                   accepted boolean, indirect_only boolean, site text, mediator text, officers text[], line text, contact_frozen boolean,
                   opened_at timestamptz)
    language plpgsql stable set enable_sort to off set enable_seqscan to off as $$
#variable_conflict use_column
begin
    return query
    select f.id, f.number, f.referral_id, f.stage, f.left_stage, f.mode, f.described_mode, is_direct(f.described_mode), f.accepted,
           f.indirect_only, f.site, mediator_of(f.id, at), officers_of(f.id, at), null::text,
           exists (select from case_concern c where c.case_id = f.id and c.closed_at is null), f.opened_at
    from case_file f
    where f.purged_at is null and (f.opened_at, f.id) > (after_time, after_id)
    order by f.opened_at, f.id limit most;
end $$;
comment on function cases_of_the_unit is 'A page of every case; oldest first.';

create function cases_of_person(person text, kinds text[], after_time timestamptz, after_id uuid, at timestamptz, most bigint)
    returns table (id uuid, number text, referral_id uuid, stage text, left_stage text, mode text, described_mode uuid, direct boolean,
                   accepted boolean, indirect_only boolean, site text, mediator text, officers text[], line text, contact_frozen boolean,
                   opened_at timestamptz)
    language plpgsql stable set enable_sort to off set enable_seqscan to off as $$
#variable_conflict use_column
begin
    return query
    select f.id, f.number, f.referral_id, f.stage, f.left_stage, f.mode, f.described_mode, is_direct(f.described_mode), f.accepted,
           f.indirect_only, f.site, mediator_of(f.id, at), officers_of(f.id, at), line_of(f.id, person, kinds, at),
           exists (select from case_concern c where c.case_id = f.id and c.closed_at is null), f.opened_at
    from (select distinct on (a.opened_at, a.case_id) a.opened_at, a.case_id from case_access a
          where a.subject = person and a.role = any(kinds) and a.ended_at is null and a.since <= at and (a.until is null or a.until > at)
            and (a.opened_at, a.case_id) > (after_time, after_id)
          order by a.opened_at, a.case_id) own
    -- Kept apart, so that the case of each line is looked up by its id and no other is read.
    cross join lateral (select * from case_file where case_file.id = own.case_id and purged_at is null offset 0) f
    where may_know_of(f.id, false, person, at)
    order by own.opened_at, own.case_id limit most;
end $$;
comment on function cases_of_person is 'A page of the cases with a live line of a person, of the kinds that their roles can hold; oldest first [R3c].';

-- A filtered list is planned at each call, so that it is read by the index of what was chosen. Where few cases can be in it, these are found
-- first, and each is looked up by its id.
create function case_source(of_mediator text, waits text, unit boolean) returns text language sql immutable as $$
    select coalesce('(select distinct ' || case
        when not unit then
            'a.case_id from case_access a
             where a.subject = $7 and a.role = any($8) and a.ended_at is null and a.since <= $5 and (a.until is null or a.until > $5)'
        when of_mediator is not null then 'a.case_id from case_access a where a.subject = $3 and a.ended_at is null'
        when waits = 'end-of-concern' then 'c.case_id from case_concern c where c.closed_at is null' end
        || ') own cross join lateral (select * from case_file where case_file.id = own.case_id offset 0) f', 'case_file f')
$$;
comment on function case_source is 'Where the cases of a filtered list are found; $1 to $8 are those of cases_as_asked.';

create function case_conditions(stages text[], at_sites text[], of_mediator text, waits text, unit boolean)
    returns text language sql immutable as $$
    select concat(
        case when cardinality(stages) = 1 then ' and f.stage = ($1)[1]' when cardinality(stages) > 1 then ' and f.stage = any($1)' end,
        case when cardinality(at_sites) = 1 then ' and f.site = ($2)[1]' when cardinality(at_sites) > 1 then ' and f.site = any($2)' end,
        case when of_mediator is not null then ' and mediator_of(f.id, $5) = $3' end,
        case waits
            when 'officer' then ' and officers_of(f.id, $5) = ''{}'''
            when 'mediator' then ' and f.stage <> ''closed'' and mediator_of(f.id, $5) is null'
            when 'end-of-concern' then ' and exists (select from case_concern c where c.case_id = f.id and c.closed_at is null)' end,
        case when not unit then ' and may_know_of(f.id, false, $7, $5)' end)
$$;
comment on function case_conditions is 'What its cases must be, likewise.';

create function cases_as_asked(stages text[], at_sites text[], of_mediator text, waits text, at timestamptz, unit boolean, person text,
                               kinds text[], after_time timestamptz, after_id uuid, most bigint)
    returns table (id uuid, number text, referral_id uuid, stage text, left_stage text, mode text, described_mode uuid, direct boolean,
                   accepted boolean, indirect_only boolean, site text, mediator text, officers text[], line text, contact_frozen boolean,
                   opened_at timestamptz)
    language plpgsql stable set enable_seqscan to off as $$
begin
    return query execute
        'select f.id, f.number, f.referral_id, f.stage, f.left_stage, f.mode, f.described_mode, is_direct(f.described_mode), f.accepted,
                f.indirect_only, f.site, mediator_of(f.id, $5), officers_of(f.id, $5), case when not $6 then line_of(f.id, $7, $8, $5) end,
                exists (select from case_concern c where c.case_id = f.id and c.closed_at is null), f.opened_at
         from ' || case_source(of_mediator, waits, unit) || ' where f.purged_at is null and (f.opened_at, f.id) > ($9, $10)'
        || case_conditions(stages, at_sites, of_mediator, waits, unit) || ' order by f.opened_at, f.id limit $11'
    using stages, at_sites, of_mediator, waits, at, unit, person, kinds, after_time, after_id, most;
end $$;
comment on function cases_as_asked is 'A page of the cases somebody may know of that are as they asked: all of them for the RJ Unit, else those with a live line; oldest first [R3c].';

create function count_of_cases(stages text[], at_sites text[], of_mediator text, waits text, at timestamptz, unit boolean, person text,
                               kinds text[], most bigint)
    returns bigint language plpgsql stable set enable_seqscan to off as $$
declare
    counted bigint;
begin
    execute 'select count(*) from (select from ' || case_source(of_mediator, waits, unit) || ' where f.purged_at is null'
        || case_conditions(stages, at_sites, of_mediator, waits, unit) || ' limit $9) found'
    into counted using stages, at_sites, of_mediator, waits, at, unit, person, kinds, most;
    return counted;
end $$;
comment on function count_of_cases is 'How many cases a filtered list has for somebody, up to a bound: no other is counted [R3c, TRAP-6].';

-- The lines of a person are their own: while these are counted, and no longer, the service asks.
create function count_of_person(person text, kinds text[], at timestamptz, most bigint) returns bigint
    language plpgsql stable set enable_seqscan to off set actor.reach to 'service' as $$
declare
    engaged boolean := is_engaged(person, at);
begin
    return (
        select count(*) from (
            select distinct a.case_id from case_access a
            where a.subject = person and a.role = any(kinds) and a.ended_at is null and a.since <= at and (a.until is null or a.until > at)
              and (a.role <> 'mediator' or engaged)
            limit most) own);
end $$;
comment on function count_of_person is 'How many cases a person may know of by a live line of these kinds, up to a bound, by the rule of may_know_of [R3c, TRAP-6].';

create function cases_closed(closed_before timestamptz, after_time timestamptz, after_id uuid, most bigint)
    returns table (id uuid, number text, closed_at timestamptz, last_use timestamptz, holds bigint, concerns bigint, break_glasses bigint,
                   ordered_by text, ordered_at timestamptz)
    language plpgsql stable set enable_sort to off set enable_seqscan to off as $$
#variable_conflict use_column
begin
    return query
    select f.id, f.number, f.moved_at, last_use_of(f.id),
           (select count(*) from case_hold h where h.case_id = f.id and h.lifted_at is null),
           (select count(*) from case_concern c where c.case_id = f.id and c.closed_at is null),
           (select count(*) from break_glass b where b.case_id = f.id
                and (b.finding is null or exists (select from break_glass_use u where u.break_glass_id = b.id and u.entered_at is null))),
           o.ordered_by, o.ordered_at
    from case_file f left join purge_order o on o.case_id = f.id
    where f.stage = 'closed' and f.purged_at is null and f.moved_at < closed_before and (f.moved_at, f.id) > (after_time, after_id)
    order by f.moved_at, f.id limit most;
end $$;
comment on function cases_closed is 'A page of the cases that were closed before a moment, with what decides whether they may be purged; those closed first first [LPR4].';

-- Functions: retention and purge.

-- In plpgsql, because it names tables of later migrations too.
create function last_use_of(file uuid) returns timestamptz language plpgsql stable as $$
begin
    return greatest(
        (select greatest(opened_at, screened_at) from case_file where id = file),
        (select max(moved_at) from case_move where case_id = file),
        (select max(added_at) from participant where case_id = file),
        (select max(left_at) from leaving where case_id = file),
        (select max(recorded_at) from assessment where case_id = file),
        (select max(recorded_at) from consent_record where case_id = file),
        (select greatest(max(described_at), max(said_at)) from described_mode where case_id = file),
        (select max(recorded_at) from case_site where case_id = file),
        (select max(recorded_at) from condition where case_id = file),
        (select max(recorded_at) from condition_step where case_id = file),
        (select max(said_at) from condition_answer where case_id = file),
        (select greatest(max(advised_at), max(ended_at)) from condition_advice where case_id = file),
        (select max(kept_at) from document where case_id = file),
        (select max(registered_at) from exchange_item where case_id = file),
        (select max(taken_at) from exchange_step where case_id = file),
        (select max(planned_at) from case_session where case_id = file),
        (select max(taken_at) from case_session_step where case_id = file),
        (select greatest(max(opened_at), max(finished_at), max(signed_off_at)) from review where case_id = file),
        (select max(came_at) from review_event where case_id = file),
        (select max(asked_at) from entry where case_id = file),
        (select max(taken_at) from entry_step where case_id = file),
        (select greatest(max(recorded_at), max(ended_at)) from curfew where case_id = file),
        (select max(pulled_at) from extract where case_id = file),
        (select max(asked_at) from request where case_id = file),
        (select max(answered_at) from request_answer where case_id = file),
        (select max(taken_at) from request_step where case_id = file),
        (select max(taken_at) from case_step where case_id = file),
        (select greatest(max(since), max(ended_at)) from case_access where case_id = file),
        (select greatest(max(broken_at), max(reviewed_at)) from break_glass where case_id = file),
        (select greatest(max(raised_at), max(closed_at)) from case_concern where case_id = file));
end $$;
comment on function last_use_of is 'When the last thing was done to a case: the retention counts from here [LPR4]. A hold keeps a case and is no use of it.';

create function is_purged(file uuid) returns boolean language sql stable as $$
    select exists (select from case_file where id = file and purged_at is not null)
$$;
comment on function is_purged is 'Whether the case was purged.';

-- Whoever adds to a case waits for a purge that is under way, and then finds that there is nothing to add to. A case that is hidden from
-- them is refused by the policies.
create function refuse_to_add_to_a_purged_case() returns trigger language plpgsql as $$
declare
    purged timestamptz;
begin
    select purged_at into purged from case_file where id = new.case_id for key share;
    if purged is not null then
        raise exception 'the case was purged' using errcode = 'restrict_violation', constraint = 'nothing_is_added_to_a_purged_case';
    end if;
    return new;
end
$$;
comment on function refuse_to_add_to_a_purged_case is 'Nothing comes back to a case that was purged [LPR4].';

-- Functions: copies of what never changes.

create function copy_when_the_case_opened() returns trigger language plpgsql as $$
begin
    select opened_at into new.opened_at from case_file where id = new.case_id;
    return new;
end $$;
comment on function copy_when_the_case_opened is 'A line of the access list says when its case opened: the cases of a person are listed in this order.';

-- Functions: the record.

-- A row of the record is deleted with its case and never before. It changes only where what stands in clear is sealed, or where what a
-- purged case held is emptied; the columns concerned are named by the trigger.
create function refuse_to_rewrite_the_record() returns trigger language plpgsql as $$
declare
    before jsonb := to_jsonb(old);
    after jsonb;
    clear text;
    sealed text;
    is_kept boolean;
    is_sealed_now boolean;
    is_emptied boolean;
    allowed boolean := tg_op = 'UPDATE' and tg_nargs > 1;
    purged boolean := exists (select from case_file where id = old.case_id and purged_at is not null);
begin
    if tg_op = 'DELETE' and purged then
        return old;
    end if;
    if allowed then
        after := to_jsonb(new);
        for n in 1 .. tg_nargs - 1 loop
            clear := tg_argv[n];
            sealed := clear || '_sealed';
            is_kept := before -> clear = after -> clear and before -> sealed = after -> sealed;
            is_sealed_now := before ->> clear <> '' and before ->> sealed is null and after ->> clear = '' and after ->> sealed is not null;
            is_emptied := purged and after ->> clear = '' and after ->> sealed is null;
            allowed := allowed and (is_kept or is_sealed_now or is_emptied);
            before := before - clear - sealed;
            after := after - clear - sealed;
        end loop;
        if allowed and before = after then
            return new;
        end if;
    end if;
    raise exception 'the record is never rewritten' using errcode = 'restrict_violation', constraint = tg_argv[0];
end
$$;
comment on function refuse_to_rewrite_the_record is 'Assessments, consents and moves are added to, never changed [R3a, R4a, IM1c]: what stands in clear may be sealed, and what a purged case held emptied [LPR4].';

-- Triggers: the record is never rewritten, nothing is added to a case that was purged, and an access line knows the age of its case.

create trigger assessment_is_append_only before update or delete on assessment
    for each row execute function refuse_to_rewrite_the_record('assessment_is_append_only', 'notes', 'for_the_head');
create trigger consent_record_is_append_only before update or delete on consent_record
    for each row execute function refuse_to_rewrite_the_record('consent_record_is_append_only');
create trigger case_move_is_append_only before update or delete on case_move
    for each row execute function refuse_to_rewrite_the_record('case_move_is_append_only', 'reason');
create trigger case_site_is_append_only before update or delete on case_site
    for each row execute function refuse_to_rewrite_the_record('case_site_is_append_only');

create trigger nothing_is_added_to_a_purged_case before insert on described_mode
    for each row execute function refuse_to_add_to_a_purged_case();
create trigger nothing_is_added_to_a_purged_case before insert on participant
    for each row execute function refuse_to_add_to_a_purged_case();
create trigger nothing_is_added_to_a_purged_case before insert on leaving
    for each row execute function refuse_to_add_to_a_purged_case();
create trigger nothing_is_added_to_a_purged_case before insert on assessment
    for each row execute function refuse_to_add_to_a_purged_case();
create trigger nothing_is_added_to_a_purged_case before insert on consent_record
    for each row execute function refuse_to_add_to_a_purged_case();
create trigger nothing_is_added_to_a_purged_case before insert on case_move
    for each row execute function refuse_to_add_to_a_purged_case();
create trigger nothing_is_added_to_a_purged_case before insert on break_glass
    for each row execute function refuse_to_add_to_a_purged_case();
create trigger nothing_is_added_to_a_purged_case before insert on case_access
    for each row execute function refuse_to_add_to_a_purged_case();
create trigger case_access_is_listed_by_the_age_of_its_case before insert on case_access
    for each row execute function copy_when_the_case_opened();
create trigger nothing_is_added_to_a_purged_case before insert on case_concern
    for each row execute function refuse_to_add_to_a_purged_case();
create trigger nothing_is_added_to_a_purged_case before insert on case_site
    for each row execute function refuse_to_add_to_a_purged_case();
create trigger nothing_is_added_to_a_purged_case before insert on document
    for each row execute function refuse_to_add_to_a_purged_case();
create trigger nothing_is_added_to_a_purged_case before insert on case_hold
    for each row execute function refuse_to_add_to_a_purged_case();
create trigger nothing_is_added_to_a_purged_case before insert on purge_order
    for each row execute function refuse_to_add_to_a_purged_case();

-- Row security: a case and everything on its file exists for the RJ Unit and for whoever may know of it now [R3c, D-mediator]. Rows of a
-- case may be deleted once it is purged, by the service itself, and never before.

alter table case_file enable row level security, force row level security;
alter table described_mode enable row level security, force row level security;
alter table participant enable row level security, force row level security;
alter table leaving enable row level security, force row level security;
alter table case_site enable row level security, force row level security;
alter table assessment enable row level security, force row level security;
alter table consent_record enable row level security, force row level security;
alter table case_move enable row level security, force row level security;
alter table break_glass enable row level security, force row level security;
alter table case_access enable row level security, force row level security;
alter table break_glass_use enable row level security, force row level security;
alter table break_glass_notice enable row level security, force row level security;
alter table case_concern enable row level security, force row level security;
alter table document enable row level security, force row level security;
alter table case_hold enable row level security, force row level security;
alter table purge_order enable row level security, force row level security;
alter table purge_certificate enable row level security, force row level security;
alter table purge_statement enable row level security, force row level security;

-- A case opens by a screening decision, which the service hears; nobody opens one by hand.
create policy need_to_know on case_file for select using ((select unit_acts()) or actor_knows_of(id));
create policy the_service_opens on case_file for insert with check ((select acting_for_service()));
create policy whoever_knows_moves on case_file for update using ((select unit_acts()) or actor_knows_of(id));

create policy need_to_know on described_mode for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_describes on described_mode for insert with check ((select unit_acts()) or actor_knows_of(case_id));
create policy the_unit_says on described_mode for update
    using ((select unit_acts()) or (select acting_reach()) is not distinct from 'officer' and actor_knows_of(case_id));
create policy the_service_purges on described_mode for delete using ((select acting_for_service()) and is_purged(case_id));

create policy need_to_know on participant for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_adds on participant for insert with check ((select unit_acts()) or actor_knows_of(case_id));
create policy the_service_seals on participant for update using ((select acting_for_service()));
create policy the_service_purges on participant for delete using ((select acting_for_service()) and is_purged(case_id));

create policy need_to_know on leaving for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_adds on leaving for insert with check ((select unit_acts()) or actor_knows_of(case_id));
create policy the_service_purges on leaving for delete using ((select acting_for_service()) and is_purged(case_id));

create policy need_to_know on case_site for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_adds on case_site for insert with check ((select unit_acts()) or actor_knows_of(case_id));
create policy the_service_purges on case_site for delete using ((select acting_for_service()) and is_purged(case_id));

create policy need_to_know on assessment for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_adds on assessment for insert with check ((select unit_acts()) or actor_knows_of(case_id));
create policy the_service_seals on assessment for update using ((select acting_for_service()));
create policy the_service_purges on assessment for delete using ((select acting_for_service()) and is_purged(case_id));

create policy need_to_know on consent_record for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_adds on consent_record for insert with check ((select unit_acts()) or actor_knows_of(case_id));
create policy the_service_purges on consent_record for delete using ((select acting_for_service()) and is_purged(case_id));

create policy need_to_know on case_move for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_adds on case_move for insert with check ((select unit_acts()) or actor_knows_of(case_id));
create policy the_service_seals on case_move for update using ((select acting_for_service()));
create policy the_service_purges on case_move for delete using ((select acting_for_service()) and is_purged(case_id));

-- Break-glass is the service's own act once it was decided; supervisors read it.
create policy the_service_breaks on break_glass using ((select acting_for_service())) with check ((select acting_for_service()));
create policy supervisors_review on break_glass for select using ((select unit_acts()));
-- The service's policy stands for every command: what may be deleted is narrowed.
create policy only_of_a_purged_case on break_glass as restrictive for delete using (is_purged(case_id));
create policy the_service_purges on break_glass for delete using ((select acting_for_service()) and is_purged(case_id));

-- Access is given and taken by the RJ Unit alone; a mediator sees who else may know of the same case.
create policy need_to_know on case_access for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy the_unit_gives on case_access for insert with check ((select unit_acts()));
create policy the_unit_takes on case_access for update using ((select unit_acts()));
-- An officer gives and takes the mediator of a case in their portfolio, and nothing else of the access list.
create policy an_officer_gives_a_mediator on case_access for insert
    with check ((select acting_reach()) is not distinct from 'officer' and role = 'mediator' and actor_knows_of(case_id));
create policy an_officer_takes_a_mediator on case_access for update
    using ((select acting_reach()) is not distinct from 'officer' and role = 'mediator' and actor_knows_of(case_id));
create policy the_service_purges on case_access for delete using ((select acting_for_service()) and is_purged(case_id));

create policy the_service_enters on break_glass_use using ((select acting_for_service())) with check ((select acting_for_service()));
create policy whoever_acts_is_noted on break_glass_use for insert with check (actor = (select acting_subject()));
create policy supervisors_review on break_glass_use for select using ((select unit_acts()));
-- The service's policy stands for every command: what may be deleted is narrowed.
create policy only_of_a_purged_case_and_entered on break_glass_use as restrictive for delete
    using (entered_at is not null
           and exists (select from break_glass join case_file on case_file.id = break_glass.case_id
                       where break_glass.id = break_glass_use.break_glass_id and purged_at is not null));

create policy the_service_tells on break_glass_notice using ((select acting_for_service())) with check ((select acting_for_service()));

-- A concern is raised by whoever knows of the case, and followed by the service.
create policy need_to_know on case_concern for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_raises on case_concern for insert with check ((select unit_acts()) or actor_knows_of(case_id));
create policy the_service_follows on case_concern for update using ((select acting_for_service()));
create policy the_service_purges on case_concern for delete using ((select acting_for_service()) and is_purged(case_id));

create policy need_to_know on document for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_keeps on document for insert with check ((select unit_acts()) or actor_knows_of(case_id));
create policy the_service_purges on document for delete using ((select acting_for_service()) and is_purged(case_id));

-- Supervisors and the National Manager hold and order; a certificate and a statement are the service's own word.
create policy the_unit_reads on case_hold for select using ((select unit_acts()));
create policy the_unit_holds on case_hold for insert with check ((select unit_acts()));
create policy the_unit_lifts on case_hold for update using ((select unit_acts()));
create policy the_service_purges on case_hold for delete using ((select acting_for_service()) and is_purged(case_id));

create policy the_unit_reads on purge_order for select using ((select unit_acts()));
create policy the_unit_orders on purge_order for insert with check ((select unit_acts()));
create policy the_unit_orders_again on purge_order for update using ((select unit_acts()));
create policy the_service_purges on purge_order for delete using ((select acting_for_service()) and is_purged(case_id));

create policy the_unit_reads on purge_certificate for select using ((select unit_acts()));
create policy the_service_certifies on purge_certificate for insert with check ((select acting_for_service()) and is_purged(case_id));

create policy the_unit_reads on purge_statement for select using ((select unit_acts()));
create policy the_service_hears on purge_statement for insert with check ((select acting_for_service()));

-- What a purged case had to tell is deleted once it was told.
create policy only_of_a_purged_case_and_carried on outbox as restrictive for delete
    using (carried_at is not null and (not must_be_confirmed or confirmed_at is not null)
           and (is_purged(aggregate)
                or exists (select from case_concern join case_file on case_file.id = case_concern.case_id
                           where raise_event_id = outbox.id and purged_at is not null)));

-- Rights: as the shared tables have them, but for these.

call only_added_to('described_mode', 'leaving', 'case_site', 'assessment', 'consent_record', 'case_move', 'document', 'purge_certificate',
                   'purge_statement');

-- Some columns of what is only added to may change: what stands in clear is sealed, what a purged case held is emptied, and the unit says
-- whether a described mode is direct. And rows of a purged case are deleted. The triggers and the policies keep these rights from
-- reaching anything else.
do $$
declare
    application text := regexp_replace(current_user, '_owner$', '');
begin
    execute format('grant update (notes, notes_sealed, for_the_head, for_the_head_sealed) on assessment to %I', application);
    execute format('grant update (reason, reason_sealed) on case_move to %I', application);
    execute format('grant update (direct, said_by, said_at) on described_mode to %I', application);
    execute format('grant delete on described_mode, participant, leaving, case_site, assessment, consent_record, case_move, break_glass, case_access,
                                    break_glass_use, case_concern, document, case_hold, purge_order, outbox to %I', application);
end $$;
