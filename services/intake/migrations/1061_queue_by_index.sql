-- A page of the queue reads its own rows, however many there are and whatever the planner believes of them. The rows of either list stand
-- in an index of their own in the order of the list, and the two functions forbid the planner to sort.

create index referral_in_the_queue on referral (received_at, referral_id)
    where (state in ('received', 'needs-clarification', 'screened-deferred') or 'corrected-after-decision' = any (flags))
        and purged_at is null;
create index referral_listed on referral (received_at, referral_id)
    where purged_at is null and (accepted_at is null or 'corrected-after-decision' = any (flags));
-- No statement uses these any more, and each costs every referral a write. The version before finds its rows without them.
drop index referral_waits_oldest_first;
drop index referral_corrected_oldest_first;
drop index referral_oldest_first;

create function referrals_waiting(after_time timestamptz, after_id uuid, today date, officer text, most bigint)
    returns table (referral_id uuid, receipt_number text, origin text, site text, state text, received_at timestamptz, flags text[],
                   variants bigint)
    language plpgsql stable set enable_sort to off as $$
#variable_conflict use_column
begin
    return query
    select r.referral_id, r.receipt_number, r.origin, r.site, r.state, r.received_at, r.flags,
           (select count(*) from referral_variant v where v.referral_id = r.referral_id)
    from referral r
    where (r.state in ('received', 'needs-clarification', 'screened-deferred') or 'corrected-after-decision' = any (r.flags))
      and r.purged_at is null
      and (r.state <> 'screened-deferred' or r.review_on <= today or 'corrected-after-decision' = any (r.flags))
      and (officer is null or r.accepted_at is null or is_tied(r.referral_id, officer, acting_at(), false))
      and (r.received_at, r.referral_id) > (after_time, after_id)
    order by r.received_at, r.referral_id limit most;
end
$$;
comment on function referrals_waiting is 'A page of what waits for a decision, of deferrals whose day has come, and of what was corrected after its decision; oldest first. Of what was accepted, what the officer is tied to, or all where nobody asks for a tie.';

create function referrals_listed(after_time timestamptz, after_id uuid, officer text, most bigint)
    returns table (referral_id uuid, receipt_number text, origin text, site text, state text, received_at timestamptz, flags text[],
                   variants bigint)
    language plpgsql stable set enable_sort to off as $$
#variable_conflict use_column
begin
    return query
    select r.referral_id, r.receipt_number, r.origin, r.site, r.state, r.received_at, r.flags,
           (select count(*) from referral_variant v where v.referral_id = r.referral_id)
    from referral r
    where r.purged_at is null
      and (r.accepted_at is null or 'corrected-after-decision' = any (r.flags))
      and (r.accepted_at is null or officer is null or is_tied(r.referral_id, officer, acting_at(), false))
      and (r.received_at, r.referral_id) > (after_time, after_id)
    order by r.received_at, r.referral_id limit most;
end
$$;
comment on function referrals_listed is 'A page of every referral that is no case, decided or not, and of those that were corrected since; oldest first.';

-- The same rule; what is answered of the row itself is asked before what needs another look, for each row of a page.
alter policy need_to_know on referral
    using ((select unit_acts()) or (select peer_acts('service:cases')) or submitter = (select acting_subject())
           or ((select acting_subject()) is not null and site = any((select acting_names())::text[]))
           or ((select officer_acts())
               and (accepted_at is null or is_tied(referral_id, (select acting_subject()), (select acting_at()), false)))
           or someone_sent_a_body_of(referral_id, (select acting_subject())));
