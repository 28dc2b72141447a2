-- Records a change of a concern that a person decided: the entries of its timeline and of the audit log, and the message for the bus.
with
noted as (
    insert into timeline (concern_id, revision, what, audience, level, actor, at)
    values ($1::uuid, $2::bigint, $3::text, $4::text, $5::int, $6::text, $7::timestamptz)),
logged as (
    insert into audit_staged (at, actor, action, kind, object, outcome, reason)
    values ($7, $16::text, $17::text, $18::text, $19::text, 'granted', $20::text))
insert into outbox (id, aggregate, subject, body, must_be_confirmed, urgent, sealed, traceparent, created_at, next_attempt_at)
values ($8, $9, $10, $11, $12, $13, $14, $15, $7, $7)
