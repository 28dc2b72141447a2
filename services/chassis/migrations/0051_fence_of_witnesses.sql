-- What witnesses know is the service's own; the auditor reads it beside the log.

alter table audit_witnessed enable row level security, force row level security;
alter table audit_conflict enable row level security, force row level security;
alter table audit_cosigned enable row level security, force row level security;
alter table audit_refused enable row level security, force row level security;
alter table audit_epoch enable row level security, force row level security;

create policy the_service_witnesses on audit_witnessed using ((select acting_for_service())) with check ((select acting_for_service()));
create policy the_service_witnesses on audit_conflict using ((select acting_for_service())) with check ((select acting_for_service()));
create policy the_service_is_witnessed on audit_cosigned using ((select acting_for_service())) with check ((select acting_for_service()));
create policy the_service_is_refused on audit_refused using ((select acting_for_service())) with check ((select acting_for_service()));
create policy the_service_begins_anew on audit_epoch using ((select acting_for_service())) with check ((select acting_for_service()));

do $$
declare
    auditor text := regexp_replace(current_user, '_owner$', '') || '_auditor';
    name text;
begin
    foreach name in array array['audit_witnessed', 'audit_conflict', 'audit_cosigned', 'audit_refused', 'audit_epoch'] loop
        execute format('grant select on %I to %I', name, auditor);
        execute format('create policy the_auditor_reads on %I for select to %I using (true)', name, auditor);
    end loop;
end $$;
