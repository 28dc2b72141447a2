-- A relay claims in one statement. Each step of the function sees what was committed before it: what another relay has carried while this
-- one asked for the lock is not carried again.

create function outbox_claim(moment timestamptz, longest_pause interval, aggregates bigint, of_one bigint) returns setof outbox
    language plpgsql volatile as $$
declare
    candidates uuid[];
    held uuid[];
begin
    -- Of an aggregate the first message stands for all, and its first urgent one; whose first is not due, or leased, stands in nobody's
    -- way. What is due further ahead than the longest pause was put there by a clock that has been set back since.
    select array_agg(distinct aggregate) into candidates from (
        select aggregate from outbox
        where carried_at is null and (next_attempt_at <= moment or next_attempt_at > moment + longest_pause)
            and not exists (
                select from outbox as before where before.aggregate = outbox.aggregate and before.carried_at is null
                    and before.position < outbox.position
                    and (before.urgent = outbox.urgent
                        or (before.next_attempt_at > moment and before.next_attempt_at <= moment + longest_pause)))
        order by not urgent, position limit aggregates) as first;
    -- A relay holds an aggregate until its transaction ends.
    select array_agg(aggregate) into held from unnest(candidates) as candidate (aggregate)
    where pg_try_advisory_xact_lock(hashtextextended(aggregate::text, 0));
    return query
        select first.* from unnest(held) as holding (aggregate)
        cross join lateral (
            select * from outbox where carried_at is null and outbox.aggregate = holding.aggregate order by position limit of_one) as first
        order by first.position;
end $$;
comment on function outbox_claim is 'The first messages of as many aggregates as a relay carries in one pass, which it holds for its transaction.';
