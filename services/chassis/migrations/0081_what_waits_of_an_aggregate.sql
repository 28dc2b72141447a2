-- A message is published from memory only where nothing before it waits; whoever acts may ask that, and sees no row by it.

create function outbox_waiting(aggregates uuid[], but_for uuid[]) returns setof uuid
    language sql stable set ro.reach to 'service' as $$
    select distinct asked.aggregate from unnest(aggregates) as asked (aggregate)
    where exists (
        select from outbox where outbox.aggregate = asked.aggregate and carried_at is null and id <> all (but_for))
$$;
comment on function outbox_waiting is 'Those of these aggregates of which something waits to be carried, without these messages.';
comment on column outbox.next_attempt_at is 'Not published before this by anybody but whoever set it: the lease of the process that publishes, or the pause after a try.';
