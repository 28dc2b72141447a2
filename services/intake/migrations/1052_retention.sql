-- Referrals about the same case go with it, and those that never opened one have an end of their own [LPR4].

alter table referral add column duplicate_of uuid constraint duplicate_of_a_referral references referral (referral_id);
comment on column referral.duplicate_of is 'The referral that this one repeats, where it was closed as a duplicate: it goes with the case of that one. Protected B.';
create index referral_duplicates on referral (duplicate_of) where duplicate_of is not null;
create index referral_closed_without_a_case on referral (received_at, referral_id)
    where state = 'screened-closed' and accepted_at is null and purged_at is null;

create function last_use_of(referral uuid) returns timestamptz language sql stable as $$
    select greatest(r.received_at, r.accepted_at, r.told_at,
                    (select max(v.received_at) from referral_variant v where v.referral_id = r.referral_id),
                    (select max(d.decided_at) from screening_decision d where d.referral_id = r.referral_id))
    from referral r where r.referral_id = referral
$$;
comment on function last_use_of is 'When a referral was last received, corrected or decided on.';
