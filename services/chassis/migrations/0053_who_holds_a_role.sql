-- Whoever gives somebody something to do asks whether that person holds the role for it: yes or no, and no row is shown.

create function someone_holds(someone text, roles text[], moment timestamptz) returns boolean
    language sql stable set ro.reach to 'service' as $$
    select exists (
        select from grant_held
        where subject = someone and role = any(roles) and since <= moment and (until is null or until > moment)
          and (ended_at is null or ended_at > moment))
$$;
comment on function someone_holds is 'Whether somebody holds one of these roles at a moment, whatever the place. While it is asked, and no longer, the service asks.';
