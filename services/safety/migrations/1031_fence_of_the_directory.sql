-- Who keeps the directory works on grants and proposals; NHQ may read them, and everybody what they hold themselves.

alter table role_grant enable row level security, force row level security;
alter table proposal enable row level security, force row level security;

create policy who_holds_what on role_grant for select
    using ((select sees_every_concern()) or (select acting_reach()) = 'directory' or subject = (select acting_subject()));
create policy the_directory_gives on role_grant for insert
    with check ((select acting_for_service()) or (select acting_reach()) = 'directory');
create policy the_directory_takes_back on role_grant for update
    using ((select acting_for_service()) or (select acting_reach()) = 'directory');
create policy the_directory_proposes on proposal
    using ((select acting_for_service()) or (select acting_reach()) = 'directory')
    with check ((select acting_for_service()) or (select acting_reach()) = 'directory');
