-- Safety: the directory that the alarm is routed by, and the alarm itself: concerns, who must accept them, and what was rung.

-- Tables: the directory. Sites, who is rung for which office, and who may do what: the master of what every service holds a copy of. All
-- but the sites is signed by a key that the database does not hold, so that no SQL prompt alone changes who is rung or who may do what
-- [A1, TRAP-16].

create table site (
    code text not null constraint site_has_one_row_per_code primary key,
    name_en text not null,
    name_fr text not null,
    kind text not null,
    region text not null,
    verified text not null,
    province text not null default '',
    zone text
);
comment on table site is 'Sites the alarm is routed by, loaded from the project''s data. Open class.';
comment on column site.code is 'Site code, one token of a subject.';
comment on column site.name_en is 'Name in English.';
comment on column site.name_fr is 'Name in French.';
comment on column site.kind is 'institution, healing-lodge, ccc, parole-office, district, regional-hq or nhq.';
comment on column site.region is 'Region code, or national.';
comment on column site.verified is 'How far the entry was verified, in the words of the source.';
comment on column site.province is 'Code of the province or territory, as the project''s data has it.';
comment on column site.zone is 'Time zone that an administrator set, by its name in the tz database; null for the default of the province.';

create table office_holder (
    office text not null,
    holder text not null,
    rank smallint not null,
    since timestamptz not null,
    assigned_by text not null,
    confirmed_by text,
    signature bytea,
    term int not null default 1 constraint office_holder_term_is_counted check (term > 0),
    constraint office_holder_once_per_office primary key (office, holder),
    constraint office_holder_rank_is_known check (rank between 0 and 2)
);
comment on table office_holder is 'Who is rung for an office: assignments, never derived from the list of sites. Open class.';
comment on column office_holder.office is 'For example institutional-head/mission, rj-unit or nmc.';
comment on column office_holder.holder is 'Identity of the person, an opaque id.';
comment on column office_holder.rank is '0 holder, 1 deputy or duty manager, 2 regional duty.';
comment on column office_holder.since is 'When the assignment was made.';
comment on column office_holder.assigned_by is 'Identity of who made it.';
comment on column office_holder.confirmed_by is 'Identity of the second administrator; null where there was none.';
comment on column office_holder.signature is 'Ed25519 over the row by the service''s audit key; a row that it does not fit is not believed, and its office counts as held by nobody.';
comment on column office_holder.term is 'Which time it is that this person holds this office, from 1; signed. It counts only while they have left it less often.';

create table role_grant (
    id uuid not null constraint role_grant_once primary key,
    subject text not null,
    role text not null,
    site text,
    region text,
    since timestamptz not null,
    until timestamptz,
    proposed_by text not null,
    confirmed_by text,
    ended_at timestamptz,
    ended_by text,
    revision bigint not null,
    stated_at timestamptz not null,
    signature bytea,
    epoch bigint not null default 0,
    constraint role_grant_is_for_one_place check (site is null or region is null),
    constraint role_grant_ends_after_it_begins check (until is null or until > since),
    constraint role_grant_is_ended_by_somebody check ((ended_at is null) = (ended_by is null)),
    constraint role_grant_is_confirmed_by_another check (confirmed_by is null or confirmed_by <> proposed_by)
);
comment on table role_grant is 'One line per role that a person or system holds or held; no line is ever removed. Open class.';
comment on column role_grant.id is 'Id.';
comment on column role_grant.subject is 'Opaque id of the person or system, as its identity is proven.';
comment on column role_grant.role is 'Role code.';
comment on column role_grant.site is 'Site the role is held for, where it is held for one.';
comment on column role_grant.region is 'Region the role is held for, where it is held for one.';
comment on column role_grant.since is 'In force from here.';
comment on column role_grant.until is 'In force before this; null where no end is set.';
comment on column role_grant.proposed_by is 'Identity of the administrator who gave or proposed it, or the service at its very first start.';
comment on column role_grant.confirmed_by is 'Identity of the second administrator; null where one is enough.';
comment on column role_grant.ended_at is 'When it was taken back.';
comment on column role_grant.ended_by is 'Identity of who took it back.';
comment on column role_grant.revision is 'Rises with every change.';
comment on column role_grant.stated_at is 'When every service was last told of it.';
comment on column role_grant.signature is 'Ed25519 over the line by the service''s audit key, made when it was given or ended. A line without one is signed once, at the first start with a key, which stands in the audit log.';
comment on column role_grant.epoch is 'Epoch in which the line was last changed or told anew after a restore; signed where it is not 0.';
create index role_grant_by_subject on role_grant (subject, since);
create index role_grant_to_state on role_grant (stated_at);

create table person (
    subject text not null constraint person_once primary key,
    name_sealed bytea,
    telephone_sealed bytea,
    set_by text not null,
    set_at timestamptz not null
);
comment on table person is 'What is shown for an identity; decides nothing of what it may do. Protected.';
comment on column person.subject is 'Identity of the person, an opaque id.';
comment on column person.name_sealed is 'Display name, sealed under a key of the person; null where none is set.';
comment on column person.telephone_sealed is 'Telephone on duty, sealed under the same key; null where none is set.';
comment on column person.set_by is 'Identity of the administrator who set it last.';
comment on column person.set_at is 'When it was set last.';

create table device (
    id uuid not null constraint device_once primary key,
    person text not null,
    public_key bytea not null,
    since timestamptz not null,
    until timestamptz not null,
    proposed_by text not null,
    confirmed_by text not null,
    ended_at timestamptz,
    ended_by text,
    signature bytea not null,
    constraint device_key_is_a_point check (octet_length(public_key) = 65),
    constraint device_ends_after_it_begins check (until > since),
    constraint device_is_confirmed_by_another check (confirmed_by <> proposed_by),
    constraint device_is_ended_by_somebody check ((ended_at is null) = (ended_by is null))
);
comment on table device is 'One line per device that stands or stood for a person; no line is ever removed, and no key is enrolled twice. Open class.';
comment on column device.id is 'Digest of the public key, as a UUID: what the device calls itself.';
comment on column device.person is 'Opaque id of the one person it stands for.';
comment on column device.public_key is 'Public key of the device, a P-256 point, uncompressed. The private key never leaves the device.';
comment on column device.since is 'In force from here.';
comment on column device.until is 'Proves nobody from here on.';
comment on column device.proposed_by is 'Identity of the administrator who proposed it.';
comment on column device.confirmed_by is 'Identity of the second administrator.';
comment on column device.ended_at is 'When it was ended.';
comment on column device.ended_by is 'Identity of who ended it.';
comment on column device.signature is 'Ed25519 over the row by the service''s audit key; a row that it does not fit proves nobody.';
create index device_in_force on device (since, id) where ended_at is null;
create index device_by_person on device (person, since);

create table proposal (
    id uuid not null constraint proposal_once primary key,
    subject text not null,
    role text,
    site text,
    region text,
    since timestamptz,
    until timestamptz,
    office text,
    rank smallint,
    proposed_by text not null,
    proposed_at timestamptz not null,
    expires_at timestamptz not null,
    confirmed_at timestamptz,
    confirmed_by text,
    device_key bytea,
    leaves boolean not null default false,
    ends_grant uuid constraint proposal_ends_a_grant references role_grant (id),
    constraint proposal_is_confirmed_by_another check (confirmed_by <> proposed_by),
    constraint proposal_is_confirmed_by_somebody check ((confirmed_at is null) = (confirmed_by is null)),
    constraint proposal_leaves_an_office check (not leaves or office is not null),
    constraint proposal_is_of_a_grant_an_office_or_a_device check
        (num_nonnulls(role, office, device_key, ends_grant) = 1 and (office is null) = (rank is null)
         and (device_key is null or until is not null))
);
comment on table proposal is 'Changes of the directory that take two persons: in force only when a second one confirms. Open class.';
comment on column proposal.id is 'Id.';
comment on column proposal.subject is 'Opaque id of the person or system it is about.';
comment on column proposal.role is 'Role code, where it is a grant.';
comment on column proposal.site is 'Site of the grant.';
comment on column proposal.region is 'Region of the grant.';
comment on column proposal.since is 'The grant begins here; null for the moment of the confirmation.';
comment on column proposal.until is 'The grant ends here; null where no end is set.';
comment on column proposal.office is 'Office, where it is an assignment.';
comment on column proposal.rank is 'Rank of the holder, where it is an assignment.';
comment on column proposal.proposed_by is 'Identity of the administrator who proposes.';
comment on column proposal.proposed_at is 'When.';
comment on column proposal.expires_at is 'Not to be confirmed from here on.';
comment on column proposal.confirmed_at is 'When it was confirmed.';
comment on column proposal.confirmed_by is 'Identity of the second administrator.';
comment on column proposal.device_key is 'Public key of the device, where it is an enrolment.';
comment on column proposal.leaves is 'The person is to leave the office.';
comment on column proposal.ends_grant is 'The line of the person that is to be ended.';
create index proposal_waiting on proposal (proposed_at) where confirmed_at is null;

-- Tables: concerns and what was said of them. It is sealed under a key of the concern, and stands in clear only while no key can be had:
-- the alarm never waits for one.

create table concern (
    id uuid not null constraint concern_is_recorded_once primary key,
    reference text not null constraint concern_reference_is_unique unique,
    grade text not null,
    site text,
    content bytea not null,
    unreadable boolean not null,
    raised_by text not null,
    raised_at timestamptz not null,
    state text not null,
    closed_at timestamptz,
    closed_by text,
    outcome text,
    revision bigint not null,
    ladder_version integer not null,
    content_sealed bytea,
    outcome_sealed bytea,
    closed_signature bytea,
    entered_at timestamptz,
    said integer not null default 1,
    gravest integer not null default 1,
    case_site uuid,
    constraint concern_grade_is_known check (grade in ('imminent', 'concern', 'question', 'drill')),
    constraint concern_state_is_known check (state in ('ringing', 'accepted', 'closed')),
    constraint concern_is_closed_with_an_outcome
        check ((state = 'closed') = (closed_at is not null and closed_by is not null and outcome is not null)),
    constraint concern_content_is_sealed_or_in_clear check (content_sealed is null or content = ''),
    constraint concern_outcome_is_sealed_or_in_clear check (outcome_sealed is null or outcome = '')
);
comment on table concern is 'A safety concern or question, as it was raised [RM1b, RM1c]. Protected B.';
comment on column concern.id is 'Made by the raiser; the same id twice is the same concern.';
comment on column concern.reference is 'For the telephone.';
comment on column concern.grade is 'imminent, concern or question: the gravest ever said. Not stated counts as concern. drill: it was begun as a drill.';
comment on column concern.site is 'Site whose head is responsible; null while nobody knows.';
comment on column concern.content is 'Empty; ro.safety.v1.Concern in clear while it is not sealed. Protected B.';
comment on column concern.unreadable is 'The message could not be decoded; it rings all the same and its bytes are in quarantine.';
comment on column concern.raised_by is 'Identity of the raiser, or the bus subject token it came under.';
comment on column concern.raised_at is 'When it was recorded; every deadline counts from here.';
comment on column concern.state is 'ringing until every audience has accepted.';
comment on column concern.closed_at is 'When the RJ Unit closed it.';
comment on column concern.closed_by is 'Identity of who closed it.';
comment on column concern.outcome is 'Empty once closed; in clear while it is not sealed. Protected B.';
comment on column concern.revision is 'Rises with every change.';
comment on column concern.ladder_version is 'Version of the ladder in force when it was raised.';
comment on column concern.content_sealed is 'ro.safety.v1.Concern as received, sealed under the key of the concern. Protected B.';
comment on column concern.outcome_sealed is 'Outcome in words, sealed likewise. Protected B.';
comment on column concern.closed_signature is 'Ed25519 over who closed it and when, likewise; a concern that was closed without it is open again as soon as somebody still waits for it.';
comment on column concern.entered_at is 'When the raise was entered into the audit log; null until then, for a raise does not wait for the log.';
comment on column concern.said is 'How many different things were said under this id: the first, and each variant.';
comment on column concern.gravest is 'The number of what was said first with the gravest grade: a head who accepted before it has not accepted it.';
comment on column concern.case_site is 'Id of the last word of cases on where the person is: the same word again changes nothing, so that what NHQ routed by hand since then stands. Null before the first. Open.';
create index concern_open on concern (raised_at) where state <> 'closed';
create index concern_by_site on concern (site) where state <> 'closed';
create index concern_not_entered on concern (raised_at) where entered_at is null;
create index concern_in_clear on concern (id) where content <> '' or outcome <> '';
create index concern_open_by_id on concern (id) where state <> 'closed';
create index concern_closed_lately on concern (closed_at) where state = 'closed';
create index concern_in_order on concern ((state <> 'ringing'), raised_at, id);
create index concern_open_in_order on concern ((state <> 'ringing'), raised_at, id) where state <> 'closed';

create table concern_variant (
    id uuid not null constraint concern_variant_once primary key,
    concern_id uuid not null constraint concern_variant_belongs_to_a_concern references concern (id),
    content bytea not null,
    fingerprint bytea not null,
    received_at timestamptz not null,
    received_from text not null,
    content_sealed bytea,
    number integer,
    constraint concern_variant_is_kept_once unique (concern_id, fingerprint),
    constraint variant_content_is_sealed_or_in_clear check (content_sealed is null or content = '')
);
comment on table concern_variant is 'The same concern id with another body: kept beside the first, never dropped. Protected B.';
comment on column concern_variant.id is 'Id.';
comment on column concern_variant.concern_id is 'The concern it names.';
comment on column concern_variant.content is 'Empty; in clear while it is not sealed. Protected B.';
comment on column concern_variant.fingerprint is 'SHA-256 of the content.';
comment on column concern_variant.received_at is 'When it came.';
comment on column concern_variant.received_from is 'Who sent it.';
comment on column concern_variant.content_sealed is 'ro.safety.v1.Concern as received, sealed under the key of the concern. Protected B.';
comment on column concern_variant.number is 'Which of the things said it is, from 2; what was said first is 1.';

-- Tables: who must accept, and what was rung.

create table audience (
    concern_id uuid not null constraint audience_belongs_to_a_concern references concern (id),
    kind text not null,
    office text not null,
    former_office text,
    rung_from timestamptz not null,
    step integer not null,
    level integer not null,
    rings integer not null,
    next_ring_at timestamptz,
    delivered_at timestamptz,
    accepted_at timestamptz,
    accepted_by text,
    handed_by text,
    handed_to text,
    handed_at timestamptz,
    accepted_signature bytea,
    rung_at timestamptz,
    anew boolean not null default false,
    unheld boolean not null default false,
    accepted_knowing integer,
    constraint audience_once_per_concern primary key (concern_id, kind),
    constraint audience_kind_is_known check (kind in ('nhq', 'responsible-head')),
    constraint audience_rings_until_it_accepts check ((accepted_at is null) = (next_ring_at is not null)),
    constraint audience_is_accepted_by_somebody check ((accepted_at is null) = (accepted_by is null)),
    constraint audience_that_was_handed_over_rings check ((handed_at is null) = (handed_by is null) and (handed_at is null or accepted_at is null))
);
comment on table audience is 'Each audience has its own ladder and its own acceptance [R3e].';
comment on column audience.concern_id is 'The concern.';
comment on column audience.kind is 'nhq or responsible-head.';
comment on column audience.office is 'Office that is rung: the one that the person is with now. rj-unit/<site> where the unit itself answers for the site.';
comment on column audience.former_office is 'Not used: offices that the person left stand in former_audience.';
comment on column audience.rung_from is 'Since when this office owes an acceptance: its ladder counts from here.';
comment on column audience.step is 'Last step rung, from 0.';
comment on column audience.level is 'Highest rung of the ladder reached.';
comment on column audience.rings is 'How often it was rung.';
comment on column audience.next_ring_at is 'When it rings again, as a hint for the index: whatever it says, the engine asks the core of every open concern in turn. Never null before acceptance.';
comment on column audience.delivered_at is 'When notification''s own database first held a ring for this audience.';
comment on column audience.accepted_at is 'When somebody took it in hand.';
comment on column audience.accepted_by is 'Identity of who did.';
comment on column audience.handed_by is 'Who had accepted and handed it over: they answer for it until somebody accepts. Silences nothing.';
comment on column audience.handed_to is 'To whom, where one person was named; null: to everybody else who holds the office.';
comment on column audience.handed_at is 'When.';
comment on column audience.accepted_signature is 'Ed25519 over concern, audience, office, since when it owed, what was known, who accepted and when, by the service''s audit key, which the database does not hold. An acceptance that it does not fit counts for nothing: the audience rings again.';
comment on column audience.rung_at is 'When it was last rung; null before the first time.';
comment on column audience.anew is 'To be rung at once, whatever was rung: after a set-back, a loss, or another word of the raiser. Its ladder goes on as it was.';
comment on column audience.unheld is 'At its last ring nobody held the office; it rings again as soon as that changes.';
comment on column audience.accepted_knowing is 'The number of the last thing said that was known to whoever accepted.';
create index audience_due on audience (next_ring_at) where next_ring_at is not null;
create index audience_by_head on audience (office) where kind = 'responsible-head';

create table former_audience (
    concern_id uuid not null constraint former_audience_belongs_to_a_concern references concern (id),
    office text not null,
    rung_from timestamptz not null,
    rung_at timestamptz,
    step integer not null,
    level integer not null,
    rings integer not null,
    anew boolean not null default false,
    unheld boolean not null default false,
    next_ring_at timestamptz,
    delivered_at timestamptz,
    accepted_at timestamptz,
    accepted_by text,
    accepted_knowing integer,
    accepted_signature bytea,
    ended_at timestamptz,
    constraint former_audience_once_per_office primary key (concern_id, office),
    constraint former_audience_rings_until_it_accepts_or_ends
        check ((accepted_at is null and ended_at is null) = (next_ring_at is not null)),
    constraint former_audience_is_accepted_by_somebody check ((accepted_at is null) = (accepted_by is null))
);
comment on table former_audience is 'Heads'' offices that a concern was routed away from: each is rung on until the office that the person is with now has accepted, or it has accepted for itself [TRAP-2].';
comment on column former_audience.concern_id is 'The concern.';
comment on column former_audience.office is 'Office that the person left.';
comment on column former_audience.rung_from is 'Since when this office owes an acceptance: its ladder counts from here.';
comment on column former_audience.rung_at is 'When it was last rung.';
comment on column former_audience.step is 'Last step rung, from 0.';
comment on column former_audience.level is 'Highest rung of the ladder reached.';
comment on column former_audience.rings is 'How often it was rung.';
comment on column former_audience.anew is 'To be rung at once, whatever was rung.';
comment on column former_audience.unheld is 'At its last ring nobody held the office.';
comment on column former_audience.next_ring_at is 'When it rings again, as a hint for the index; null once it accepted or its duty ended.';
comment on column former_audience.delivered_at is 'When notification''s own database first held a ring for this office.';
comment on column former_audience.accepted_at is 'When somebody of the office took it in hand.';
comment on column former_audience.accepted_by is 'Identity of who did.';
comment on column former_audience.accepted_knowing is 'The number of the last thing said that was known to whoever accepted.';
comment on column former_audience.accepted_signature is 'Ed25519 as that of an audience.';
comment on column former_audience.ended_at is 'When its duty ended: the present office accepted, or the person came back. From then on the concern is shown to nobody of this office but who accepted it.';
create index former_audience_due on former_audience (next_ring_at) where next_ring_at is not null;
create index former_audience_by_office on former_audience (office);

create table concern_note (
    id uuid not null constraint concern_note_once primary key,
    number bigint generated always as identity,
    concern_id uuid not null constraint concern_note_belongs_to_a_concern references concern (id),
    kind text not null,
    written_by text not null,
    written_at timestamptz not null,
    text text,
    text_sealed bytea,
    constraint concern_note_kind_is_known check (kind in ('nhq', 'responsible-head')),
    constraint concern_note_is_sealed_or_in_clear check ((text is null) <> (text_sealed is null))
);
comment on table concern_note is 'Notes of those who answer for a concern, with an acceptance, a handover or apart from both. None is changed or removed. Protected B.';
comment on column concern_note.id is 'Made by whoever writes it: the same note twice is one.';
comment on column concern_note.number is 'Order in which they were written.';
comment on column concern_note.concern_id is 'The concern.';
comment on column concern_note.kind is 'For which audience it was written: nhq or responsible-head. NHQ reads all, a head those of heads.';
comment on column concern_note.written_by is 'Identity of who wrote it.';
comment on column concern_note.written_at is 'When.';
comment on column concern_note.text is 'In clear while it is not sealed; usually null. Protected B.';
comment on column concern_note.text_sealed is 'What it says, sealed under the key of the concern. Protected B.';
create index concern_note_by_concern on concern_note (concern_id, number);
create index concern_note_in_clear on concern_note (id) where text is not null;

create table ring (
    id uuid not null constraint ring_once primary key,
    concern_id uuid not null,
    audience text not null,
    step integer not null,
    event_id uuid not null constraint ring_travels_as_one_event unique,
    rung_at timestamptz not null,
    delivered_at timestamptz,
    office text,
    constraint ring_belongs_to_an_audience foreign key (concern_id, audience) references audience (concern_id, kind)
);
comment on table ring is 'Every ring, and when it was delivered: the proof of escalation [R3e].';
comment on column ring.id is 'Id of the ring.';
comment on column ring.concern_id is 'The concern.';
comment on column ring.audience is 'The audience.';
comment on column ring.step is 'Step of the ladder, from 0.';
comment on column ring.event_id is 'Outbox row it travels as.';
comment on column ring.rung_at is 'When it was written.';
comment on column ring.delivered_at is 'When notification''s own database held it.';
comment on column ring.office is 'Office that was rung.';
create index ring_by_audience on ring (concern_id, audience, step);
create index ring_not_delivered on ring (concern_id, audience) where delivered_at is null;

create table timeline (
    concern_id uuid not null constraint timeline_belongs_to_a_concern references concern (id),
    revision bigint not null,
    what text not null,
    audience text,
    level integer,
    actor text not null,
    at timestamptz not null,
    constraint timeline_has_one_entry_per_revision primary key (concern_id, revision)
);
comment on table timeline is 'What happened to a concern, in order; rows are only ever added.';
comment on column timeline.concern_id is 'The concern.';
comment on column timeline.revision is 'Its revision after this change.';
comment on column timeline.what is 'raised, rung, delivered, accepted, routed, restated, closed; voided, reopened or restored where this database had been changed behind the service''s back.';
comment on column timeline.audience is 'Audience concerned, where there is one.';
comment on column timeline.level is 'Rung of the ladder, where there is one.';
comment on column timeline.actor is 'Identity of who did it, or the service.';
comment on column timeline.at is 'When.';

create table drill (
    concern_id uuid not null constraint drill_once primary key constraint drill_rings_as_a_concern references concern (id),
    site text not null constraint drill_is_of_a_site references site (code),
    begun_by text not null,
    begun_at timestamptz not null,
    ends_at timestamptz not null,
    signature bytea,
    ended_at timestamptz,
    result text,
    constraint drill_ends_after_it_began check (ends_at > begun_at),
    constraint drill_ends_with_a_result check ((ended_at is null) = (result is null)),
    constraint drill_result_is_known check (result in ('passed', 'not-accepted', 'interrupted', 'overtaken'))
);
comment on table drill is 'Drills of the alarm: each rings as a concern of the grade drill, and ends by itself [R3e]. Open class.';
comment on column drill.concern_id is 'The concern that is rung.';
comment on column drill.site is 'Site whose head is rung.';
comment on column drill.begun_by is 'Identity of who began it.';
comment on column drill.begun_at is 'When.';
comment on column drill.ends_at is 'It ends by then, accepted or not.';
comment on column drill.signature is 'Ed25519 by the service over the concern, the site and the end, with a key that the database does not hold: without it a concern is no drill, and rings.';
comment on column drill.ended_at is 'When it ended; null while it runs.';
comment on column drill.result is 'passed, not-accepted, interrupted by a real concern at the site, or overtaken by something real said under its id.';
create unique index drill_runs_alone_at_a_site on drill (site) where ended_at is null;
create index drill_in_order on drill (begun_at, concern_id);
create index concern_called_a_drill on concern (raised_at) where grade = 'drill' and state <> 'closed';

-- Tables: restores. A database that was set back says so in whatever it tells from then on (THREAT-16).

create table epoch (
    log_epoch bigint not null constraint epoch_begins_once_per_restore primary key,
    number bigint not null,
    constraint epoch_is_a_number check (number > 0)
);
comment on table epoch is 'One row for each time this database was found to be older than its witness knows; rows are only ever added.';
comment on column epoch.log_epoch is 'Epoch of the audit log in which it was found.';
comment on column epoch.number is 'Seconds since 1970 when it was found: more than any number before. Told with every fact from then on.';

-- Indexes on the audit log, against which concerns and offices are held.
create index audit_entry_of_raises on audit_entry (object) where action = 'concern.raise';
create index audit_entry_of_leaving on audit_entry (object) where action = 'office.leave';
create index audit_entry_of_raises_in_order on audit_entry (position) where action = 'concern.raise' and outcome = 'granted';

-- Functions: who sees what.

create function sees_every_concern() returns boolean language sql stable as $$
    select acting_subject() is not null and acting_reach() in ('service', 'nhq', 'dashboard')
$$;
comment on function sees_every_concern is 'The service, NHQ, and dashboards, which are shown no content: that the service cuts, not the database.';

-- Asked by the policies of the very tables it reads. While it is asked, and no longer, the service asks; the answer is yes or no.
create function someone_heads(concern uuid, someone text, offices text[]) returns boolean
    language plpgsql stable set actor.reach to 'service' as $$
begin
    return exists (
        select from (
            select a.office from audience a where a.concern_id = concern and a.kind = 'responsible-head'
            union all
            select f.office from former_audience f where f.concern_id = concern and (f.ended_at is null or f.accepted_by = someone)
        ) theirs (office)
        where theirs.office = any(offices)
           or exists (select from office_holder h where h.holder = someone and h.office = theirs.office and h.office not in ('rj-unit', 'nmc')));
end $$;
comment on function someone_heads is 'Whether somebody is the responsible head of a concern, or was and the head who came after has not accepted it, or they themselves have: by their offices, or by the directory [R3e, TRAP-2].';

create function actor_heads(concern uuid) returns boolean language sql stable as $$
    select acting_subject() is not null and someone_heads(concern, acting_subject(), acting_names())
$$;
comment on function actor_heads is 'The same for whoever this transaction is for.';

-- Functions: the log.

create function id_named(name text) returns uuid language sql immutable as $$
    select case when name ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then name::uuid end
$$;
comment on function id_named is 'The id that an entry of the log names; null where it is none. With it the log is held against the concerns by their key.';

-- Row security: NHQ reads every concern, a head those of the offices they hold, a raiser their own. Only the service writes: no raise is
-- refused by a policy, and an acceptance is written once it was decided [R3e, RM1c].

alter table site enable row level security, force row level security;
alter table office_holder enable row level security, force row level security;
alter table role_grant enable row level security, force row level security;
alter table person enable row level security, force row level security;
alter table device enable row level security, force row level security;
alter table proposal enable row level security, force row level security;
alter table concern enable row level security, force row level security;
alter table concern_variant enable row level security, force row level security;
alter table audience enable row level security, force row level security;
alter table former_audience enable row level security, force row level security;
alter table concern_note enable row level security, force row level security;
alter table drill enable row level security, force row level security;
alter table ring enable row level security, force row level security;
alter table timeline enable row level security, force row level security;
alter table epoch enable row level security, force row level security;

create policy whoever_acts_finds_a_site on site for select using ((select acting_subject()) is not null);
create policy the_service_loads on site for insert with check ((select acting_for_service()));
create policy the_service_corrects on site for update using ((select acting_for_service()));

create policy who_holds_what on office_holder for select
    using ((select sees_every_concern()) or (select acting_reach()) = 'directory' or holder = (select acting_subject()));
create policy the_directory_assigns on office_holder for insert
    with check ((select acting_for_service()) or (select acting_reach()) = 'directory');
create policy the_directory_reassigns on office_holder for update
    using ((select acting_for_service()) or (select acting_reach()) = 'directory');
create policy the_directory_releases on office_holder for delete
    using ((select acting_for_service()) or (select acting_reach()) = 'directory');

-- Who keeps the directory works on grants, devices and proposals; NHQ may read the first two, and everybody what they hold themselves.
create policy who_holds_what on role_grant for select
    using ((select sees_every_concern()) or (select acting_reach()) = 'directory' or subject = (select acting_subject()));
create policy the_directory_gives on role_grant for insert
    with check ((select acting_for_service()) or (select acting_reach()) = 'directory');
create policy the_directory_takes_back on role_grant for update
    using ((select acting_for_service()) or (select acting_reach()) = 'directory');

create policy the_service_alone on person using ((select acting_for_service())) with check ((select acting_for_service()));

create policy whose_it_is on device for select
    using ((select sees_every_concern()) or (select acting_reach()) = 'directory' or person = (select acting_subject()));
create policy the_directory_enrols on device for insert
    with check ((select acting_for_service()) or (select acting_reach()) = 'directory');
create policy the_directory_ends on device for update
    using ((select acting_for_service()) or (select acting_reach()) = 'directory');

create policy the_directory_proposes on proposal
    using ((select acting_for_service()) or (select acting_reach()) = 'directory')
    with check ((select acting_for_service()) or (select acting_reach()) = 'directory');

create policy need_to_know on concern for select
    using ((select sees_every_concern()) or raised_by = (select acting_subject()) or actor_heads(id));
create policy the_service_records on concern for insert with check ((select acting_for_service()));
-- Whoever may accept holds the row against others; what is written then, the service writes.
create policy whoever_knows_holds on concern for update
    using ((select sees_every_concern()) or actor_heads(id)) with check ((select acting_for_service()));

create policy the_service_alone on concern_variant using ((select acting_for_service())) with check ((select acting_for_service()));
-- What was said later is told with what was said first, and shown to the same people; the service cuts it by its classes.
create policy need_to_know on concern_variant for select using ((select sees_every_concern()) or actor_heads(concern_id));

create policy need_to_know on audience for select using ((select sees_every_concern()) or actor_heads(concern_id));
create policy the_service_rings on audience for insert with check ((select acting_for_service()));
create policy the_service_notes on audience for update using ((select acting_for_service()));

create policy need_to_know on former_audience for select using ((select sees_every_concern()) or actor_heads(concern_id));
create policy the_service_rings on former_audience for insert with check ((select acting_for_service()));
create policy the_service_notes on former_audience for update using ((select acting_for_service()));

create policy the_service_alone on concern_note using ((select acting_for_service())) with check ((select acting_for_service()));

create policy need_to_know on drill for select using ((select sees_every_concern()) or actor_heads(concern_id));
create policy the_service_begins on drill for insert with check ((select acting_for_service()));
create policy the_service_ends on drill for update using ((select acting_for_service()));

create policy the_service_alone on ring using ((select acting_for_service())) with check ((select acting_for_service()));

create policy the_service_alone on timeline using ((select acting_for_service())) with check ((select acting_for_service()));

create policy the_service_alone on epoch using ((select acting_for_service())) with check ((select acting_for_service()));

-- Whoever names somebody anew counts how often they left: a digest, and nothing else of the log.
create policy the_directory_counts_who_left on audit_entry for select
    using (action = 'office.leave' and (select acting_reach()) = 'directory');
create policy the_directory_counts_who_left on audit_staged for select
    using (action = 'office.leave' and (select acting_reach()) = 'directory');

-- Rights: as the shared tables have them, but for these.

call only_added_to('timeline', 'epoch');

-- Whoever leaves an office is taken out of it.
do $$
begin
    execute format('grant delete on office_holder to %I', regexp_replace(current_user, '_owner$', ''));
end $$;
