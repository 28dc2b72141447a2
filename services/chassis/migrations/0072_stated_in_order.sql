-- Time of the last statement of this log: each next one is later, whichever instance makes it and whatever its clock says.

create table audit_stated (
    log_of text not null,
    at timestamptz not null,
    constraint audit_stated_once_per_log primary key (log_of)
);
comment on table audit_stated is 'When this log was last sealed or stated: whoever does so next holds this row alone and takes a later time. Open class.';
comment on column audit_stated.log_of is 'The service whose log it is.';
comment on column audit_stated.at is 'Time of the last seal or statement; never goes back.';

alter table audit_stated enable row level security, force row level security;
create policy the_service_states on audit_stated using ((select acting_for_service())) with check ((select acting_for_service()));

do $$
declare
    auditor text := regexp_replace(current_user, '_owner$', '') || '_auditor';
begin
    execute format('grant select on audit_stated to %I', auditor);
    execute format('create policy the_auditor_reads on audit_stated for select to %I using (true)', auditor);
end $$;
