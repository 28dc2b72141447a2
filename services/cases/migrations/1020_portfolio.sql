-- An officer's portfolio: need to know inside the RJ Unit, by the same lines as for mediators [R3c].

alter table case_access drop constraint case_access_role_is_known;
alter table case_access add constraint case_access_role_is_known check (role in ('mediator', 'officer', 'break-glass'));
comment on table case_access is 'Who may know of a case, from when, until when. Read at every query; no line, no case, but for supervisors and the National Manager [R3c, D-mediator]. Protected B.';
comment on column case_access.role is 'As what: mediator, officer (the case is in their portfolio), or break-glass (to read only, for some hours). Open.';
create unique index an_officer_has_a_case_once on case_access (case_id, subject) where role = 'officer' and ended_at is null;

comment on function may_know_of is 'The one rule of need to know: supervisors and the National Manager, or a live line in the access list at this moment [R3c, D-mediator].';

create function line_of(file uuid, caller text, kinds text[], at timestamptz) returns text
    language sql stable as $$
    select role from case_access
    where case_id = file and subject = caller and role = any(kinds) and ended_at is null and since <= at and (until is null or until > at)
    order by array_position(array['officer', 'mediator', 'break-glass'], role)
    limit 1
$$;
comment on function line_of is 'As what the caller may know of a case at this moment, among the kinds of line that their roles can hold: the one that allows most [R3c].';

create function officers_of(file uuid, at timestamptz) returns text[]
    language sql stable as $$
    select coalesce(array_agg(subject order by position), '{}') from case_access
    where case_id = file and role = 'officer' and ended_at is null and since <= at and (until is null or until > at)
$$;
comment on function officers_of is 'The officers in whose portfolio a case is at this moment; none: it waits for a supervisor [R3c].';
