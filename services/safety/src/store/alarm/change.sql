-- Records a change of a concern that nobody decided: the entry of its timeline, and the message for the bus. It does not name the audit
-- log: no ring waits for a log that takes no entries.
with
noted as (
    insert into timeline (concern_id, revision, what, audience, level, actor, at)
    values ($1::uuid, $2::bigint, $3::text, $4::text, $5::int, $6::text, $7::timestamptz))
insert into outbox (id, aggregate, subject, body, must_be_confirmed, urgent, sealed, traceparent, created_at, next_attempt_at)
values ($8, $9, $10, $11, $12, $13, $14, $15, $7, $7)
