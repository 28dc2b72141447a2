-- The service may seal what stands in clear: these columns and no others. The triggers of the record allow nothing else.

create policy the_service_seals on referral for update using ((select acting_for_service()));
create policy the_service_seals on referral_variant for update using ((select acting_for_service()));
create policy the_service_seals on screening_decision for update using ((select acting_for_service()));
create policy the_service_seals on contact for update using ((select acting_for_service()));

do $$
declare
    application text := regexp_replace(current_user, '_owner$', '');
begin
    execute format('grant update (content, content_sealed) on referral_variant to %I', application);
    execute format('grant update (reason, reason_sealed) on screening_decision to %I', application);
end $$;
