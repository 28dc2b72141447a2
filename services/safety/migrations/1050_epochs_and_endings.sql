-- A database that was set back says so in whatever it tells from then on; and a role without which the holder of an office could not accept is
-- taken back by two persons [R3e, TRAP-2] (THREAT-16, THREAT-17).

create table epoch (
    log_epoch bigint not null constraint epoch_begins_once_per_restore primary key,
    number bigint not null,
    constraint epoch_is_a_number check (number > 0)
);
comment on table epoch is 'One row for each time this database was found to be older than its witness knows; rows are only ever added.';
comment on column epoch.log_epoch is 'Epoch of the audit log in which it was found.';
comment on column epoch.number is 'Seconds since 1970 when it was found: more than any number before. Told with every fact from then on.';

alter table epoch enable row level security, force row level security;
create policy the_service_alone on epoch using ((select acting_for_service())) with check ((select acting_for_service()));
call only_added_to('epoch');

alter table role_grant add column epoch bigint not null default 0;
comment on column role_grant.epoch is 'Epoch in which the line was last changed or told anew after a restore; signed where it is not 0.';

alter table proposal add column ends_grant uuid constraint proposal_ends_a_grant references role_grant (id);
comment on column proposal.ends_grant is 'The line of the person that is to be ended.';
alter table proposal drop constraint proposal_is_of_a_grant_an_office_or_a_device;
alter table proposal add constraint proposal_is_of_a_grant_an_office_or_a_device check (
    num_nonnulls(role, office, device_key, ends_grant) = 1 and (office is null) = (rank is null)
    and (device_key is null or until is not null)
);
