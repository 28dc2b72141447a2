-- Notes rings that were delivered, and the first delivery of an office as a revision of its concern.
with
arrived as (
    update ring set delivered_at = $1 where id = any($2::uuid[]) and delivered_at is null returning event_id),
-- Nobody is told them again; they are taken in the order of the outbox, as by whoever takes several.
held as (
    select o.id from outbox o join arrived on o.id = arrived.event_id
    where o.must_be_confirmed and o.confirmed_at is null
    order by o.position for update of o),
confirmed as (
    update outbox o set confirmed_at = $1, carried_at = coalesce(o.carried_at, $1) from held where o.id = held.id),
first as (
    select * from unnest($3::uuid[], $4::text[], $5::text[], $6::bool[], $7::int[], $8::bigint[])
                  as f (concern, kind, office, former, level, revision)),
present as (
    update audience a set delivered_at = $1 from first f
    where a.concern_id = f.concern and a.kind = f.kind and a.office = f.office and not f.former),
former as (
    update former_audience a set delivered_at = $1 from first f
    where a.concern_id = f.concern and a.office = f.office and f.former),
advanced as (
    update concern c set revision = n.revision from unnest($9::uuid[], $10::bigint[]) as n (id, revision) where c.id = n.id),
noted as (
    insert into timeline (concern_id, revision, what, audience, level, actor, at)
    select f.concern, f.revision, $11, f.kind, f.level, $12, $1 from first f)
insert into outbox (id, aggregate, subject, body, must_be_confirmed, urgent, sealed, traceparent, created_at, next_attempt_at)
select e.id, e.aggregate, e.subject, e.body, e.confirm, e.urgent, e.sealed, e.traceparent, $1, $1
from unnest($13::uuid[], $14::uuid[], $15::text[], $16::bytea[], $17::bool[], $18::bool[], $19::bool[], $20::text[]) with ordinality
     as e (id, aggregate, subject, body, confirm, urgent, sealed, traceparent, place)
order by e.place
