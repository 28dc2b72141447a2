-- A referral of a purged case [LPR4]: its key is destroyed and its content gone. The row stays as a stub, so that the same submission,
-- sent again, is answered as before and opens nothing.

alter table referral add column purged_at timestamptz;
comment on column referral.purged_at is 'When it was purged with its case: only ids, key, hash, submitter and times stay. Open.';
alter table referral add constraint a_purged_referral_holds_nothing check
    (purged_at is null or (content = '' and content_sealed is null and decisions = 0 and flags = '{}' and origin = 'any-communication'));

create function is_purged(referral uuid) returns boolean language sql stable as $$
    select exists (select from referral r where r.referral_id = referral and r.purged_at is not null)
$$;
comment on function is_purged is 'Whether the referral was purged.';

-- Of a referral that was purged, decisions and variants are deleted; nothing else of the record changes.
create or replace function refuse_to_rewrite_but_seal() returns trigger language plpgsql as $$
declare
    clear text := tg_argv[0];
    sealed text := clear || '_sealed';
    before jsonb := to_jsonb(old);
    after jsonb;
begin
    if tg_op = 'DELETE' and exists (select from referral where referral_id = old.referral_id and purged_at is not null) then
        return old;
    end if;
    if tg_op = 'UPDATE' then
        after := to_jsonb(new);
        if before - clear - sealed = after - clear - sealed
            and before ->> clear not in ('', '\x') and before ->> sealed is null
            and after ->> clear in ('', '\x') and after ->> sealed is not null then
            return new;
        end if;
    end if;
    raise exception 'rows of % are only ever added', tg_table_name using errcode = 'restrict_violation';
end
$$;

create function refuse_to_add_to_a_purged_referral() returns trigger language plpgsql as $$
declare
    purged timestamptz;
begin
    select purged_at into purged from referral where referral_id = new.referral_id for key share;
    if purged is not null then
        raise exception 'the referral was purged' using errcode = 'restrict_violation', constraint = 'nothing_is_added_to_a_purged_referral';
    end if;
    return new;
end
$$;
comment on function refuse_to_add_to_a_purged_referral is 'Nothing comes back to a referral that was purged [LPR4].';

-- The right to delete is needed for exactly these tables; the policy is what keeps it from being a right to delete anything else.
do $$
declare
    name text;
    application text := regexp_replace(current_user, '_owner$', '');
begin
    foreach name in array array['referral_variant', 'screening_decision'] loop
        execute format('create trigger nothing_is_added_to_a_purged_referral before insert on %I
                        for each row execute function refuse_to_add_to_a_purged_referral()', name);
        execute format('grant delete on %I to %I', name, application);
        execute format('create policy the_service_purges on %I for delete
                        using ((select acting_for_service()) and is_purged(referral_id))', name);
    end loop;
end $$;
