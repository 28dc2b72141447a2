-- What one pure core needs to say who is rung, when next, and when an audience is silent: acceptances by office and by what they knew,
-- the offices that a concern was routed away from, and what was rung when [R3e, TRAP-2].

alter table concern add column said integer not null default 1;
alter table concern add column gravest integer not null default 1;
comment on column concern.said is 'How many different things were said under this id: the first, and each variant.';
comment on column concern.gravest is 'The number of what was said first with the gravest grade: a head who accepted before it has not accepted it.';
comment on column concern.grade is 'imminent, concern or question: the gravest ever said. Not stated counts as concern.';
update concern set said = 1 + told.variants
    from (select concern_id, count(*) as variants from concern_variant group by concern_id) told where told.concern_id = id;

alter table concern_variant add column number integer;
comment on column concern_variant.number is 'What was said as the how manieth, from 2 on; null for what was kept before there were numbers.';

alter table audience add column rung_at timestamptz;
alter table audience add column anew boolean not null default false;
alter table audience add column unheld boolean not null default false;
alter table audience add column accepted_knowing integer;
comment on column audience.office is 'Office that is rung: the one that the person is with now. rj-unit/<site> where the unit itself answers for the site.';
comment on column audience.former_office is 'Of the version before; offices that the person left stand in former_audience.';
comment on column audience.rung_from is 'Since when this office owes an acceptance: its ladder counts from here.';
comment on column audience.rung_at is 'When it was last rung; null before the first time.';
comment on column audience.anew is 'To be rung at once, whatever was rung: after a set-back, a loss, or another word of the raiser. Its ladder goes on as it was.';
comment on column audience.unheld is 'At its last ring nobody held the office; it rings again as soon as that changes.';
comment on column audience.next_ring_at is 'When it rings again, as a hint for the index: whatever it says, the engine asks the core of every open concern in turn. Never null before acceptance.';
comment on column audience.accepted_knowing is 'The number of the last thing said that was known to whoever accepted.';
comment on column audience.accepted_signature is 'Ed25519 over concern, audience, office, since when it owed, what was known, who accepted and when, by the service''s audit key, which the database does not hold. An acceptance that it does not fit counts for nothing: the audience rings again. Acceptances of open concerns from before offices were signed ring once more.';
update audience set rung_at = told.rung_at
    from (select concern_id, audience, max(rung_at) as rung_at from ring group by concern_id, audience) told
    where told.concern_id = audience.concern_id and told.audience = kind and next_ring_at is not null;
update audience set office = 'rj-unit/' || c.site
    from concern c where c.id = concern_id and c.state <> 'closed' and kind = 'responsible-head' and office = 'rj-unit' and c.site is not null;

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
    note text,
    note_sealed bytea,
    ended_at timestamptz,
    constraint former_audience_once_per_office primary key (concern_id, office),
    constraint former_audience_rings_until_it_accepts_or_ends
        check ((accepted_at is null and ended_at is null) = (next_ring_at is not null)),
    constraint former_audience_is_accepted_by_somebody check ((accepted_at is null) = (accepted_by is null)),
    constraint former_audience_note_is_sealed_or_in_clear check (note_sealed is null or note is null)
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
comment on column former_audience.note is 'In clear while it is not sealed; usually null. Protected B.';
comment on column former_audience.note_sealed is 'What they said, sealed under the key of the concern. Protected B.';
comment on column former_audience.ended_at is 'When its duty ended: the present office accepted, or the person came back. From then on the concern is shown to nobody of this office but who accepted it.';
create index former_audience_due on former_audience (next_ring_at) where next_ring_at is not null;

insert into former_audience (concern_id, office, rung_from, rung_at, step, level, rings, next_ring_at, delivered_at, accepted_at, accepted_by, ended_at)
    select concern_id, former_office, rung_from, rung_at, step, level, rings, next_ring_at, delivered_at, accepted_at, accepted_by, accepted_at
    from audience where kind = 'responsible-head' and former_office is not null and former_office <> 'rj-unit' and former_office <> office;

alter table ring add column office text;
comment on column ring.office is 'Office that was rung; null for rings from before offices rang for themselves.';
create index ring_not_delivered on ring (concern_id, audience) where delivered_at is null;

create index audience_by_head on audience (office) where kind = 'responsible-head';
create index former_audience_by_office on former_audience (office);
create index concern_in_clear on concern (id) where content <> '' or outcome <> '';
create index audience_note_in_clear on audience (concern_id, kind) where note is not null;
create index former_audience_note_in_clear on former_audience (concern_id, office) where note is not null;
create index concern_open_by_id on concern (id) where state <> 'closed';
create index concern_closed_lately on concern (closed_at) where state = 'closed';
create index concern_in_order on concern ((state <> 'ringing'), raised_at, id);
create index concern_open_in_order on concern ((state <> 'ringing'), raised_at, id) where state <> 'closed';

create or replace function someone_heads(concern uuid, someone text, offices text[]) returns boolean
    language sql stable set ro.reach to 'service' as $$
    select exists (
        select from (
            select a.office from audience a where a.concern_id = concern and a.kind = 'responsible-head'
            union all
            select f.office from former_audience f where f.concern_id = concern and (f.ended_at is null or f.accepted_by = someone)
        ) theirs (office)
        where theirs.office = any(offices)
           or exists (select from office_holder h where h.holder = someone and h.office = theirs.office and h.office not in ('rj-unit', 'nmc')))
$$;
comment on function someone_heads is 'Whether somebody is the responsible head of a concern, or was and the head who came after has not accepted it, or they themselves have: by their offices, or by the directory [R3e, TRAP-2].';

alter table former_audience enable row level security, force row level security;
create policy need_to_know on former_audience for select using ((select sees_every_concern()) or actor_heads(concern_id));
create policy the_service_rings on former_audience for insert with check ((select acting_for_service()));
create policy the_service_notes on former_audience for update using ((select acting_for_service()));

-- What was said later is told with what was said first, and shown to the same people; the service cuts it by its classes.
create policy need_to_know on concern_variant for select using ((select sees_every_concern()) or actor_heads(concern_id));

create index audit_entry_of_raises_in_order on audit_entry (position) where action = 'concern.raise' and outcome = 'granted';
create function id_named(name text) returns uuid language sql immutable as $$
    select case when name ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then name::uuid end
$$;
comment on function id_named is 'The id that an entry of the log names; null where it is none. With it the log is held against the concerns by their key.';
