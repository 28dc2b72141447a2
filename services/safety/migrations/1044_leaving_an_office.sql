-- Whoever was rung before a concern moved on has it until somebody accepts it, and no longer; and somebody can leave an office [R3e, TRAP-2].

create or replace function someone_heads(concern uuid, someone text, offices text[]) returns boolean
    language sql stable set ro.reach to 'service' as $$
    select exists (
        select from audience a
        cross join lateral (values (a.office), (case when a.accepted_by is null or a.accepted_by = someone then a.former_office end)) theirs (office)
        where a.concern_id = concern and a.kind = 'responsible-head'
          and (theirs.office = any(offices)
               or exists (select from office_holder h where h.holder = someone and h.office = theirs.office
                          and h.office not in ('rj-unit', 'nmc'))))
$$;
comment on function someone_heads is 'Whether somebody is the responsible head of a concern, or was and nobody or they themselves accepted it: by their offices, or by the directory [R3e].';
comment on column audience.former_office is 'Office rung before the person moved; still rung until somebody accepts, and after that it knows of the concern no more [TRAP-2].';

alter table proposal add column leaves boolean not null default false;
comment on column proposal.leaves is 'The person is to leave the office.';
alter table proposal add constraint proposal_leaves_an_office check (not leaves or office is not null);

do $$
begin
    execute format('grant delete on office_holder to %I', regexp_replace(current_user, '_owner$', ''));
end $$;
create policy the_directory_releases on office_holder for delete
    using ((select acting_for_service()) or (select acting_reach()) = 'directory');
