-- Whether a key is known is answered by an index, however many referrals a site has. Row-level security keeps a condition out of an index
-- where it could tell what it was asked of, and "coalesce" counts as such: every submission read every referral of its site.

create index referral_by_site_and_key_form on referral (site, key_form) where key_form is not null;

create function referrals_under(sites text[], forms text[], keys text[])
    returns table (place bigint, referral_id uuid, receipt_number text, received_at timestamptz, body_hash bytea, purged_at timestamptz,
                   gone bytea[], as_given boolean)
    language plpgsql stable set enable_seqscan to off set enable_hashjoin to off set enable_mergejoin to off as $$
#variable_conflict use_column
begin
    return query
    select n.place, r.referral_id, r.receipt_number, r.received_at, r.body_hash, r.purged_at, r.gone, r.idempotency_key = n.given
    from unnest(sites, forms, keys) with ordinality as n (site, form, given, place)
    join referral r on r.site = n.site and r.key_form = n.form
    union all
    -- What was recorded before keys had a form compares as it was given.
    select n.place, r.referral_id, r.receipt_number, r.received_at, r.body_hash, r.purged_at, r.gone, r.idempotency_key = n.given
    from unnest(sites, forms, keys) with ordinality as n (site, form, given, place)
    join referral r on r.site = n.site and r.idempotency_key = any (array[n.form, n.given]) and r.key_form is null;
end
$$;
comment on function referrals_under is 'What stands under these sites and keys, each key in its form and as it was given, with the place of what was asked.';

create or replace function record_referrals(
        actor text, reach text, names text, acts_at timestamptz, fact_subject text, leased_for interval,
        calls int[], ids uuid[], numbers text[], sites text[], keys text[], forms text[], hashes bytea[], contents bytea[],
        origins text[], counted_origins text[], flag_lists text[], question_lists text[], states text[], moments timestamptz[],
        key_ids uuid[], wraps bytea[], versions int[], events uuid[], facts bytea[], traces text[])
    returns table (place int, body_hash bytea, receipt_number text, received_at timestamptz, purged boolean)
    language plpgsql volatile as $$
#variable_conflict use_column
declare
    known int[];
    unfit int[];
    due bigint;
    done bigint;
begin
    perform set_config('ro.actor', actor, true), set_config('ro.reach', reach, true), set_config('ro.names', names, true),
            set_config('ro.at', acts_at::text, true);

    -- 1. What stands under these sites and keys. A call with another body, or with a key whose referral is gone, is left alone whole.
    select array_agg(n.place::int), array_agg(n.call) filter (where r.body_hash <> n.hash or r.purged_at is not null)
    into known, unfit
    from unnest(calls, hashes) with ordinality as n (call, hash, place)
    join referrals_under(sites, forms, keys) r on r.place = n.place;
    if known is not null then
        return query
        select r.place::int, r.body_hash, r.receipt_number, r.received_at, r.purged_at is not null
        from referrals_under(sites, forms, keys) r;
    end if;
    select count(*) into due from unnest(calls) with ordinality as n (call, place)
    where (known is null or n.place <> all (known)) and (unfit is null or n.call <> all (unfit));
    if due = 0 then
        return;
    end if;

    -- 2. The others, in the order in which they were given: two calls never wait for each other in a circle.
    insert into referral (referral_id, receipt_number, site, idempotency_key, body_hash, content, content_sealed, origin, counted_origin,
                          flags, state, submitter, received_at, key_form, questions)
    select n.id, n.number, n.site, n.given, n.hash, '', n.content, n.origin, n.counted, string_to_array(n.flags, ' '), n.state, actor,
           n.moment, n.form, string_to_array(n.questions, ' ')
    from unnest(calls, ids, numbers, sites, keys, forms, hashes, contents, origins, counted_origins, flag_lists, question_lists, states,
                moments)
         with ordinality as n (call, id, number, site, given, form, hash, content, origin, counted, flags, questions, state, moment, place)
    where (known is null or n.place <> all (known)) and (unfit is null or n.call <> all (unfit))
    order by n.place
    on conflict do nothing;
    get diagnostics done = row_count;
    if done <> due then
        raise exception 'somebody recorded one of them at this moment' using errcode = 'serialization_failure';
    end if;

    -- 3. Their keys: none is kept for what was not recorded.
    select count(*) into done
    from (select array_agg(n.key) as keys, array_agg('referral'::text) as kinds, array_agg(n.id) as objects, array_agg(''::text) as sides,
                 array_agg(n.wrap) as wraps, array_agg(n.version) as versions
          from unnest(calls, ids, key_ids, wraps, versions) with ordinality as n (call, id, key, wrap, version, place)
          where (known is null or n.place <> all (known)) and (unfit is null or n.call <> all (unfit))) fresh,
         lateral keep_keys(fresh.keys, fresh.kinds, fresh.objects, fresh.sides, fresh.wraps, fresh.versions, acts_at);
    if done <> due then
        raise exception 'one of them has a key already' using errcode = 'serialization_failure';
    end if;

    -- 4. Their facts.
    insert into outbox (id, aggregate, subject, body, must_be_confirmed, urgent, sealed, traceparent, created_at, next_attempt_at)
    select n.event, n.id, fact_subject, n.fact, false, false, false, n.trace, n.moment, n.moment + leased_for
    from unnest(calls, ids, events, facts, traces, moments) with ordinality as n (call, id, event, fact, trace, moment, place)
    where (known is null or n.place <> all (known)) and (unfit is null or n.call <> all (unfit))
    order by n.place;
end
$$;
