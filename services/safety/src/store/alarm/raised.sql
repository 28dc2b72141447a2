-- Records new concerns with all that is their own; answers the ids of those that were recorded.
with
-- The keys that nobody has kept before.
kept as (
    insert into data_key (id, kind, object, side, wrapped, kek_version, made_at)
    select k.id, 'concern', k.object, '', k.wrapped, k.version, k.at
    from unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::int[], $5::timestamptz[]) as k (id, object, wrapped, version, at)
    order by k.object
    on conflict do nothing returning id),
-- The concerns under them, where id and number are free.
recorded as (
    insert into concern (id, reference, grade, site, content, content_sealed, unreadable, raised_by, raised_at, state, revision,
           ladder_version, said, gravest)
    select c.id, c.reference, c.grade, c.site, ''::bytea, c.sealed, c.unreadable, c.raised_by, c.at, c.state, c.revision,
           c.ladder, 1, 1
    from unnest($1::uuid[], $2::uuid[], $6::text[], $7::text[], $8::text[], $9::bytea[], $10::bool[], $11::text[],
                $5::timestamptz[], $12::text[], $13::bigint[], $14::int[])
         as c (key, id, reference, grade, site, sealed, unreadable, raised_by, at, state, revision, ladder)
    join kept on kept.id = c.key
    order by c.id
    on conflict do nothing returning id),
-- For each that was recorded: its offices,
owing as (
    insert into audience (concern_id, kind, office, rung_from, rung_at, anew, unheld, step, level, rings, next_ring_at)
    select a.concern, a.kind, a.office, a.rung_from, a.rung_at, a.anew, a.unheld, a.step, a.level, a.rings, a.next
    from unnest($15::uuid[], $16::text[], $17::text[], $18::timestamptz[], $19::timestamptz[], $20::bool[], $21::bool[],
                $22::int[], $23::int[], $24::int[], $25::timestamptz[])
         as a (concern, kind, office, rung_from, rung_at, anew, unheld, step, level, rings, next)
    join recorded on recorded.id = a.concern),
-- its rings,
rung as (
    insert into ring (id, concern_id, audience, office, step, event_id, rung_at)
    select r.id, r.concern, r.kind, r.office, r.step, r.event, r.at
    from unnest($26::uuid[], $27::uuid[], $28::text[], $29::text[], $30::int[], $31::uuid[], $32::timestamptz[])
         as r (id, concern, kind, office, step, event, at)
    join recorded on recorded.id = r.concern),
-- the first entry of its timeline,
noted as (
    insert into timeline (concern_id, revision, what, audience, level, actor, at)
    select c.id, c.revision, c.what, null, null, c.raised_by, c.at
    from unnest($2::uuid[], $13::bigint[], $33::text[], $11::text[], $5::timestamptz[]) as c (id, revision, what, raised_by, at)
    join recorded on recorded.id = c.id),
-- and what the bus is told, leased to this process.
told as (
    insert into outbox (id, aggregate, subject, body, must_be_confirmed, urgent, sealed, traceparent, created_at, next_attempt_at)
    select e.id, e.aggregate, e.subject, e.body, e.confirm, e.urgent, e.sealed, e.traceparent, e.at, e.leased
    from unnest($34::uuid[], $35::uuid[], $36::uuid[], $37::text[], $38::bytea[], $39::bool[], $40::bool[], $41::bool[],
                $42::text[], $43::timestamptz[], $44::timestamptz[]) with ordinality
         as e (id, concern, aggregate, subject, body, confirm, urgent, sealed, traceparent, at, leased, place)
    join recorded on recorded.id = e.concern
    order by e.place)
select id as "id!" from recorded
