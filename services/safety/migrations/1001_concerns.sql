-- Concerns, who must accept them, what was rung, and the directory they are routed by.

create table site (
    code text not null constraint site_has_one_row_per_code primary key,
    name_en text not null,
    name_fr text not null,
    kind text not null,
    region text not null,
    verified text not null
);
comment on table site is 'Sites the alarm is routed by, loaded from the project''s data. Open class.';
comment on column site.code is 'Site code, one token of a subject.';
comment on column site.name_en is 'Name in English.';
comment on column site.name_fr is 'Name in French.';
comment on column site.kind is 'institution, healing-lodge, ccc, parole-office, district, regional-hq or nhq.';
comment on column site.region is 'Region code, or national.';
comment on column site.verified is 'How far the entry was verified, in the words of the source.';

create table office_holder (
    office text not null,
    holder text not null,
    rank smallint not null,
    since timestamptz not null,
    assigned_by text not null,
    constraint office_holder_once_per_office primary key (office, holder),
    constraint office_holder_rank_is_known check (rank between 0 and 2)
);
comment on table office_holder is 'Who is rung for an office: assignments, never derived from the list of sites. Open class.';
comment on column office_holder.office is 'For example institutional-head/mission, rj-unit or nmc.';
comment on column office_holder.holder is 'Identity of the person, an opaque id.';
comment on column office_holder.rank is '0 holder, 1 deputy or duty manager, 2 regional duty.';
comment on column office_holder.since is 'When the assignment was made.';
comment on column office_holder.assigned_by is 'Identity of who made it.';

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
    constraint concern_grade_is_known check (grade in ('imminent', 'concern', 'question')),
    constraint concern_state_is_known check (state in ('ringing', 'accepted', 'closed')),
    constraint concern_is_closed_with_an_outcome
        check ((state = 'closed') = (closed_at is not null and closed_by is not null and outcome is not null))
);
comment on table concern is 'A safety concern or question, as it was raised [RM1b, RM1c]. Protected B.';
comment on column concern.id is 'Made by the raiser; the same id twice is the same concern.';
comment on column concern.reference is 'For the telephone.';
comment on column concern.grade is 'imminent, concern or question; not stated counts as concern.';
comment on column concern.site is 'Site whose head is responsible; null while nobody knows.';
comment on column concern.content is 'ro.safety.v1.Concern as received. Protected B.';
comment on column concern.unreadable is 'The message could not be decoded; it rings all the same and its bytes are in quarantine.';
comment on column concern.raised_by is 'Identity of the raiser, or the bus subject token it came under.';
comment on column concern.raised_at is 'When it was recorded; every deadline counts from here.';
comment on column concern.state is 'ringing until every audience has accepted.';
comment on column concern.closed_at is 'When the RJ Unit closed it.';
comment on column concern.closed_by is 'Identity of who closed it.';
comment on column concern.outcome is 'Outcome in words. Protected B.';
comment on column concern.revision is 'Rises with every change.';
comment on column concern.ladder_version is 'Version of the ladder in force when it was raised.';
create index concern_open on concern (raised_at) where state <> 'closed';
create index concern_by_site on concern (site) where state <> 'closed';

create table concern_variant (
    id uuid not null constraint concern_variant_once primary key,
    concern_id uuid not null constraint concern_variant_belongs_to_a_concern references concern (id),
    content bytea not null,
    fingerprint bytea not null,
    received_at timestamptz not null,
    received_from text not null,
    constraint concern_variant_is_kept_once unique (concern_id, fingerprint)
);
comment on table concern_variant is 'The same concern id with another body: kept beside the first, never dropped. Protected B.';
comment on column concern_variant.id is 'Id.';
comment on column concern_variant.concern_id is 'The concern it names.';
comment on column concern_variant.content is 'ro.safety.v1.Concern as received. Protected B.';
comment on column concern_variant.fingerprint is 'SHA-256 of the content.';
comment on column concern_variant.received_at is 'When it came.';
comment on column concern_variant.received_from is 'Who sent it.';

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
    note text,
    constraint audience_once_per_concern primary key (concern_id, kind),
    constraint audience_kind_is_known check (kind in ('nhq', 'responsible-head')),
    constraint audience_rings_until_it_accepts check ((accepted_at is null) = (next_ring_at is not null)),
    constraint audience_is_accepted_by_somebody check ((accepted_at is null) = (accepted_by is null))
);
comment on table audience is 'Each audience has its own ladder and its own acceptance [R3e].';
comment on column audience.concern_id is 'The concern.';
comment on column audience.kind is 'nhq or responsible-head.';
comment on column audience.office is 'Office that is rung.';
comment on column audience.former_office is 'Office rung before the person moved; still rung until somebody accepts [TRAP-2].';
comment on column audience.rung_from is 'Start of this audience''s ladder.';
comment on column audience.step is 'Last step rung, from 0.';
comment on column audience.level is 'Highest rung of the ladder reached.';
comment on column audience.rings is 'How often it was rung.';
comment on column audience.next_ring_at is 'When it rings again; never null before acceptance.';
comment on column audience.delivered_at is 'When notification''s own database first held a ring for this audience.';
comment on column audience.accepted_at is 'When somebody took it in hand.';
comment on column audience.accepted_by is 'Identity of who did.';
comment on column audience.note is 'What they said. Protected B.';
create index audience_due on audience (next_ring_at) where next_ring_at is not null;

create table ring (
    id uuid not null constraint ring_once primary key,
    concern_id uuid not null,
    audience text not null,
    step integer not null,
    event_id uuid not null constraint ring_travels_as_one_event unique,
    rung_at timestamptz not null,
    delivered_at timestamptz,
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
create index ring_by_audience on ring (concern_id, audience, step);

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
comment on column timeline.what is 'raised, rung, delivered, accepted, routed, restated or closed.';
comment on column timeline.audience is 'Audience concerned, where there is one.';
comment on column timeline.level is 'Rung of the ladder, where there is one.';
comment on column timeline.actor is 'Identity of who did it, or the service.';
comment on column timeline.at is 'When.';
