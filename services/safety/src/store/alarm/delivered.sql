-- Notes rings that were delivered, and the first delivery of an office as a revision of its concern: of the concerns that still stand as
-- they were read. The others are read again.
with
-- In the order of the concerns, and before their rings and the outbox, as an acceptance locks them: none waits for another.
standing as materialized (
    select c.id, e.revision
    from unnest($9::uuid[], $21::bigint[], $10::bigint[]) as e (id, seen, revision) join concern c on c.id = e.id
    where c.revision = e.seen
    order by c.id for update of c),
arrived as (
    update ring r set delivered_at = $1 from unnest($2::uuid[], $22::uuid[]) as a (id, concern) join standing s on s.id = a.concern
    where r.id = a.id and r.delivered_at is null returning r.event_id),
-- Nobody is told them again; they are taken in the order of the outbox, as by whoever takes several.
held as (
    select o.id from outbox o join arrived on o.id = arrived.event_id
    where o.must_be_confirmed and o.confirmed_at is null
    order by o.position for update of o),
confirmed as (
    update outbox o set confirmed_at = $1, carried_at = coalesce(o.carried_at, $1) from held where o.id = held.id),
first as (
    select f.* from unnest($3::uuid[], $4::text[], $5::text[], $6::bool[], $7::int[], $8::bigint[])
                    as f (concern, kind, office, former, level, revision)
    join standing s on s.id = f.concern),
present as (
    update audience a set delivered_at = $1 from first f
    where a.concern_id = f.concern and a.kind = f.kind and a.office = f.office and not f.former),
former as (
    update former_audience a set delivered_at = $1 from first f
    where a.concern_id = f.concern and a.office = f.office and f.former),
advanced as (
    update concern c set revision = s.revision from standing s where c.id = s.id and c.revision <> s.revision),
noted as (
    insert into timeline (concern_id, revision, what, audience, level, actor, at)
    select f.concern, f.revision, $11, f.kind, f.level, $12, $1 from first f),
-- What the bus is told: leased to this process, where nothing of the concern waits before it.
waiting as materialized (
    select outbox_waiting($9::uuid[], '{}') as aggregate),
told as (
    insert into outbox (id, aggregate, subject, body, must_be_confirmed, urgent, sealed, traceparent, created_at, next_attempt_at)
    select e.id, e.aggregate, e.subject, e.body, e.confirm, e.urgent, e.sealed, e.traceparent, $1,
        case when e.aggregate in (select aggregate from waiting) then $1 else $23::timestamptz end
    from unnest($13::uuid[], $14::uuid[], $15::text[], $16::bytea[], $17::bool[], $18::bool[], $19::bool[], $20::text[]) with ordinality
         as e (id, aggregate, subject, body, confirm, urgent, sealed, traceparent, place)
    join standing s on s.id = e.aggregate
    order by e.place)
select array(select id from standing) as "standing!: Vec<Uuid>", array(select aggregate from waiting) as "waiting!: Vec<Uuid>"
