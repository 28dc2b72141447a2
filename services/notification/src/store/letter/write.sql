with kept as materialized (
    -- The new keys, as far as nobody gave these owners a key meanwhile.
    select key from keep_keys($1, $2, $3, $4, $5, $6, $7) as key
), sure as materialized (
    -- Where one was not kept, nothing is written.
    select (select count(*) from kept) = cardinality($1::uuid[]) as is_sure
), taken as (
    -- Rings that were not taken before.
    insert into ring (ring_id, concern_id, audience, step, level, no_route, delivered_at)
    select ring_id, concern_id, audience, step, level, no_route, $7
    from unnest($8::uuid[], $9::uuid[], $10::text[], $11::int[], $12::int[], $13::bool[])
             as rung (ring_id, concern_id, audience, step, level, no_route), sure
    where is_sure
    on conflict (ring_id) do nothing
    returning ring_id
), answered as (
    -- That they stand in the inboxes: a message of its own for each, leased to be published from memory behind the commit.
    insert into outbox (id, aggregate, subject, body, must_be_confirmed, urgent, sealed, traceparent, created_at, next_attempt_at)
    select id, aggregate, subject, body, must_be_confirmed, urgent, sealed, traceparent, $7, $44
    from unnest($36::uuid[], $37::uuid[], $38::text[], $39::bytea[], $40::bool[], $41::bool[], $42::bool[], $43::text[])
             as answer (id, aggregate, subject, body, must_be_confirmed, urgent, sealed, traceparent)
         join taken on taken.ring_id = answer.aggregate
), held as (
    -- What they say of the alarm, for its guard.
    insert into guarded (concern_id, audience, reference, grade, next_ring_by, heard_at)
    select concern_id, audience, reference, grade, next_ring_by, $7
    from unnest($8::uuid[], $9::uuid[], $10::text[], $14::text[], $15::text[], $16::timestamptz[])
             as rung (ring_id, concern_id, audience, reference, grade, next_ring_by)
         join taken using (ring_id)
    on conflict (concern_id, audience) do update set reference = excluded.reference, grade = excluded.grade,
        next_ring_by = excluded.next_ring_by, heard_at = excluded.heard_at, settled_at = null, closed_at = null, alarmed_at = null
), given as materialized (
    -- Letters of the rings that were taken now, and those of no ring.
    select letter.*
    from unnest($17::uuid[], $18::uuid[], $19::text[], $20::text[], $21::uuid[], $22::text[], $23::text[], $24::text[], $25::text[],
                $26::text[], $27::text[], $28::bytea[], $29::bytea[], $30::bytea[], $31::bytea[], $32::timestamptz[], $33::int[],
                $34::uuid[])
             as letter (ring_id, item_id, recipient, template, about, audience, reference, grade, language, title, body, envelope,
                        title_sealed, body_sealed, envelope_sealed, happened_at, things, noted_id), sure
    where is_sure and (letter.ring_id is null or letter.ring_id in (select ring_id from taken))
), put as (
    insert into inbox_item
        (item_id, recipient, template, about, audience, reference, grade, language, title, body, envelope,
         title_sealed, body_sealed, envelope_sealed, created_at, last_rung_at, happened_at, things)
    select item_id, recipient, template, about, audience, reference, grade, language, title, body, envelope,
           title_sealed, body_sealed, envelope_sealed, $7, $7, happened_at, things
    from given
    on conflict on constraint inbox_item_does_not_pile_up do update
    set reference = excluded.reference, grade = excluded.grade, language = excluded.language,
        title = excluded.title, body = excluded.body, envelope = excluded.envelope,
        title_sealed = excluded.title_sealed, body_sealed = excluded.body_sealed, envelope_sealed = excluded.envelope_sealed,
        last_rung_at = excluded.last_rung_at, ring_count = inbox_item.ring_count + 1, read_at = null, read_by = null,
        happened_at = excluded.happened_at, things = excluded.things
    where inbox_item.audience is not null or excluded.things > inbox_item.things
        or excluded.happened_at > coalesce(inbox_item.happened_at, inbox_item.created_at)
    returning item_id, recipient, template, about, audience
), told as materialized (
    -- Those that stand in their inbox now, or ring there anew.
    select put.item_id as standing_id, given.*
    from put join given on given.about = put.about and given.recipient = put.recipient and given.template = put.template
        and given.audience is not distinct from put.audience
), noted as (
    -- The ledger.
    insert into delivery
        (delivery_id, item_id, recipient, template, channel, state, language, reference, grade, attempts, created_at, due_at, finished_at)
    select noted_id, standing_id, recipient, template, 'inbox', 'delivered', language, reference, grade, 1, $7, $7, $7 from told
), asked as (
    -- What is to leave by other channels; what still waits there becomes due at once instead. A call whose report is awaited does not wait.
    insert into delivery
        (delivery_id, item_id, recipient, template, channel, via, state, language, reference, grade, attempts, created_at, due_at, held_until)
    select sending.delivery_id, standing_id, recipient, template, sending.channel, sending.via, 'pending', language, reference, grade, 0, $7, $7,
           sending.held_until
    from told
         join unnest($35::uuid[], $45::uuid[], $46::text[], $47::uuid[], $48::timestamptz[])
                  as sending (delivery_id, item_id, channel, via, held_until) using (item_id)
    on conflict (item_id, channel, via) where state in ('pending', 'retrying')
    do update set due_at = least(delivery.due_at, excluded.due_at), held_until = excluded.held_until,
                  language = excluded.language, reference = excluded.reference, grade = excluded.grade
)
select (select is_sure from sure) as "is_sure!", array(select ring_id from taken) as "taken!: Vec<Uuid>", array(select item_id from told) as "told!: Vec<Uuid>"
