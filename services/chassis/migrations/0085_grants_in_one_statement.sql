-- The grants of whoever is proven are asked before every call: one statement says for whom it is and reads their lines.

create function grants_of(someone text, moment timestamptz, most bigint) returns setof grant_held language plpgsql volatile as $$
begin
    perform set_config('ro.actor', someone, true);
    return query
    select * from grant_held
    where subject = someone and since <= moment and (until is null or until > moment) and (ended_at is null or ended_at > moment)
    order by role, site, region limit most;
end
$$;
comment on function grants_of is 'The lines of one person that are in force at a moment, read as that person: row-level security shows nobody the lines of another.';
