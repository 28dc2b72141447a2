-- Records an acceptance with all that follows from it.
with
-- The offices that it changes: those that have accepted, and former ones that have nothing left to do.
changed as (
    select * from unnest($2::text[], $3::text[], $4::bool[], $5::bool[], $6::bool[], $7::timestamptz[], $8::timestamptz[], $9::text[],
                         $10::int[], $11::bytea[])
             as c (kind, office, former, ended, anew, next, accepted_at, accepted_by, knowing, signature)),
present as (
    update audience a
    set anew = c.anew, next_ring_at = c.next, accepted_at = c.accepted_at, accepted_by = c.accepted_by, accepted_knowing = c.knowing,
        accepted_signature = c.signature, handed_by = null, handed_to = null, handed_at = null
    from changed c where a.concern_id = $1 and a.kind = c.kind and a.office = c.office and not c.former),
former as (
    update former_audience a
    set anew = c.anew, next_ring_at = c.next, accepted_at = c.accepted_at, accepted_by = c.accepted_by, accepted_knowing = c.knowing,
        accepted_signature = c.signature, ended_at = case when c.ended then coalesce(a.ended_at, $12::timestamptz) end
    from changed c where a.concern_id = $1 and a.office = c.office and c.former),
-- Their pending rings are not sent again: their rows are locked in the order of the outbox, as by every writer of several.
on_their_way as (
    select o.id from ring r join outbox o on o.id = r.event_id
    where r.concern_id = $1 and r.audience = $13::text and r.delivered_at is null and (r.office is null or r.office = any($14::text[]))
      and o.must_be_confirmed and o.confirmed_at is null
    order by o.position for update of o),
confirmed as (
    update outbox o set confirmed_at = $12, carried_at = coalesce(o.carried_at, $12) from on_their_way w where o.id = w.id),
-- The state of the concern, the entries of its timeline and of the audit log, and the message for the bus.
advanced as (
    update concern set state = $15::text, revision = $16::bigint where id = $1),
noted as (
    insert into timeline (concern_id, revision, what, audience, level, actor, at)
    values ($1, $16, $17::text, $13, $18::int, $19::text, $12)),
logged as (
    insert into audit_staged (at, actor, action, kind, object, outcome, reason)
    select $12, $20::text, $21::text, $22::text, $23::text, 'granted', $24::text where $21 is not null)
insert into outbox (id, aggregate, subject, body, must_be_confirmed, urgent, sealed, traceparent, created_at, next_attempt_at)
values ($25, $26, $27, $28, $29, $30, $31, $32, $12, $12)
