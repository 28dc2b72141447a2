-- Other referrals about a case go with it [LPR4], and a portfolio whose officers hold no role any more is nobody's [R3c].

alter table case_file add column duplicates jsonb not null default '{}';
comment on column case_file.duplicates is 'Ids of other referrals about this case, each with the moment at which it was closed as a duplicate. Open.';
create index case_file_duplicates on case_file using gin (duplicates);

create or replace function officers_of(file uuid, at timestamptz) returns text[]
    language sql stable as $$
    select coalesce(array_agg(subject order by position), '{}') from case_access
    where case_id = file and role = 'officer' and ended_at is null and since <= at and (until is null or until > at)
      and someone_holds(subject, array['rj-officer', 'rj-supervisor', 'national-manager'], at)
$$;
comment on function officers_of is 'The officers in whose portfolio a case is at this moment, and who hold a role of the RJ Unit; none: it waits for a supervisor [R3c].';
