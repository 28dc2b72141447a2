-- Records an acceptance with all that follows from it.
with
-- The offices that it changes: those that have accepted, and former ones that have nothing left to do.
changed as (
    select * from unnest($2::text[], $3::text[], $4::bool[], $5::bool[], $6::bool[], $7::timestamptz[], $8::timestamptz[], $9::text[],
                         $10::int[], $11::bytea[], $12::text[], $13::bytea[])
             as c (kind, office, former, ended, anew, next, accepted_at, accepted_by, knowing, signature, note, note_sealed)),
present as (
    update audience a
    set anew = c.anew, next_ring_at = c.next, accepted_at = c.accepted_at, accepted_by = c.accepted_by, accepted_knowing = c.knowing,
        accepted_signature = c.signature, note = coalesce(c.note, a.note), note_sealed = coalesce(c.note_sealed, a.note_sealed)
    from changed c where a.concern_id = $1 and a.kind = c.kind and a.office = c.office and not c.former),
former as (
    update former_audience a
    set anew = c.anew, next_ring_at = c.next, accepted_at = c.accepted_at, accepted_by = c.accepted_by, accepted_knowing = c.knowing,
        accepted_signature = c.signature, note = coalesce(c.note, a.note), note_sealed = coalesce(c.note_sealed, a.note_sealed),
        ended_at = case when c.ended then coalesce(a.ended_at, $14::timestamptz) end
    from changed c where a.concern_id = $1 and a.office = c.office and c.former),
-- Their pending rings are not sent again: their rows are locked in the order of the outbox, as by every writer of several.
on_their_way as (
    select o.id from ring r join outbox o on o.id = r.event_id
    where r.concern_id = $1 and r.audience = $15::text and r.delivered_at is null and (r.office is null or r.office = any($16::text[]))
      and o.must_be_confirmed and o.confirmed_at is null
    order by o.position for update of o),
confirmed as (
    update outbox o set confirmed_at = $14, carried_at = coalesce(o.carried_at, $14) from on_their_way w where o.id = w.id),
-- The state of the concern, the entries of its timeline and of the audit log, and the message for the bus.
advanced as (
    update concern set state = $17::text, revision = $18::bigint where id = $1),
noted as (
    insert into timeline (concern_id, revision, what, audience, level, actor, at)
    values ($1, $18, $19::text, $15, $20::int, $21::text, $14)),
logged as (
    insert into audit_staged (at, actor, action, kind, object, outcome, reason)
    select $14, $22::text, $23::text, $24::text, $25::text, 'granted', $26::text where $23 is not null)
insert into outbox (id, aggregate, subject, body, must_be_confirmed, urgent, sealed, traceparent, created_at, next_attempt_at)
values ($27, $28, $29, $30, $31, $32, $33, $34, $14, $14)
