-- The second fence: the application's login owns nothing and sees only the rows of whoever its transaction is for.

create function acting_subject() returns text language sql stable as $$
    select nullif(current_setting('ro.actor', true), '')
$$;
comment on function acting_subject is 'For whom this transaction is; null where nobody was named, and then no row is seen.';

create function acting_reach() returns text language sql stable as $$
    select nullif(current_setting('ro.reach', true), '')
$$;
comment on function acting_reach is 'How far the rights of the actor reach, in a word of the service; null where nobody was named.';

create function acting_names() returns text[] language sql stable as $$
    select coalesce(string_to_array(nullif(current_setting('ro.names', true), ''), E'\n'), '{}')
$$;
comment on function acting_names is 'What else the policies of the service compare: offices, sites, inboxes.';

create function acting_at() returns timestamptz language sql stable as $$
    select coalesce(nullif(current_setting('ro.at', true), '')::timestamptz, now())
$$;
comment on function acting_at is 'The moment that counts: the service''s clock, or the database''s where it named none.';

create function acting_for_service() returns boolean language sql stable as $$
    select acting_subject() is not null and acting_reach() is not distinct from 'service'
$$;
comment on function acting_for_service is 'The service itself acts, and no caller.';

alter table outbox enable row level security, force row level security;
alter table inbox enable row level security, force row level security;
alter table quarantine enable row level security, force row level security;
alter table audit_staged enable row level security, force row level security;
alter table audit_entry enable row level security, force row level security;
alter table audit_checkpoint enable row level security, force row level security;

create policy the_service_carries on outbox
    using ((select acting_for_service())) with check ((select acting_for_service()));
create policy whoever_acts_may_tell on outbox for insert
    with check ((select acting_subject()) is not null);
create policy the_service_hears on inbox
    using ((select acting_for_service())) with check ((select acting_for_service()));
create policy the_service_sets_aside on quarantine
    using ((select acting_for_service())) with check ((select acting_for_service()));
create policy the_service_seals on audit_staged
    using ((select acting_for_service())) with check ((select acting_for_service()));
create policy whoever_acts_is_noted on audit_staged for insert
    with check ((select acting_subject()) is not null);
create policy the_service_keeps_the_log on audit_entry
    using ((select acting_for_service())) with check ((select acting_for_service()));
create policy the_service_keeps_the_checkpoints on audit_checkpoint
    using ((select acting_for_service())) with check ((select acting_for_service()));

create procedure only_added_to(variadic tables text[]) language plpgsql as $$
declare
    name text;
begin
    foreach name in array tables loop
        execute format('revoke update on %I from %I', name, regexp_replace(current_user, '_owner$', ''));
    end loop;
end $$;
comment on procedure only_added_to is 'Takes from the application''s login the right to change rows of these tables. For migrations.';

-- The logins are named after the owner who runs this: <service>_owner, <service>, <service>_auditor.
do $$
declare
    application text := regexp_replace(current_user, '_owner$', '');
    auditor text := application || '_auditor';
    name text;
begin
    if application = current_user then
        raise exception 'migrations are run by the owner of the database, <service>_owner, and not by %', current_user;
    end if;
    execute format('grant usage on schema public to %I, %I', application, auditor);
    execute format('alter default privileges grant select, insert, update on tables to %I', application);
    for name in select tablename from pg_tables where schemaname = 'public' and tablename not like '\_sqlx%' loop
        execute format('grant select, insert, update on %I to %I', name, application);
    end loop;
    if to_regclass('_sqlx_migrations') is not null then
        execute format('grant select on _sqlx_migrations to %I', application);
    end if;
    execute format('grant delete on audit_staged to %I', application);
    call only_added_to('inbox', 'audit_staged', 'audit_entry', 'audit_checkpoint');
    execute format('grant select on audit_entry, audit_checkpoint to %I', auditor);
    execute format('create policy the_auditor_reads on audit_entry for select to %I using (true)', auditor);
    execute format('create policy the_auditor_reads on audit_checkpoint for select to %I using (true)', auditor);
end $$;
