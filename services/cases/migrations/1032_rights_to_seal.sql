-- The service may seal what stands in clear, and empty what a purged case held: these columns and no others. The triggers of the
-- record allow nothing else.

create policy the_service_seals on participant for update using ((select acting_for_service()));
create policy the_service_seals on assessment for update using ((select acting_for_service()));
create policy the_service_seals on case_move for update using ((select acting_for_service()));

do $$
declare
    application text := regexp_replace(current_user, '_owner$', '');
begin
    execute format('grant update (notes, notes_sealed, for_the_head, for_the_head_sealed) on assessment to %I', application);
    execute format('grant update (reason, reason_sealed) on case_move to %I', application);
end $$;
