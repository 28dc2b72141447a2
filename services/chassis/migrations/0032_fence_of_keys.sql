-- The table of keys would tell what there is to know of: only the service sees it. Whoever acts is handed keys one by one, for a value or
-- an owner that they name.

alter table data_key enable row level security, force row level security;
create policy the_service_alone on data_key using ((select acting_for_service())) with check ((select acting_for_service()));

create function keys_named(ids uuid[]) returns setof data_key
    language sql stable set ro.reach to 'service' as $$
    select * from data_key where id = any(ids)
$$;
comment on function keys_named is 'The keys that these sealed values begin with. While it is asked, and no longer, the service asks.';

create function keys_owned(kinds text[], objects uuid[], sides text[]) returns setof data_key
    language sql stable set ro.reach to 'service' as $$
    select k.* from unnest(kinds, objects, sides) as asked (kind, object, side) join data_key k using (kind, object, side)
$$;
comment on function keys_owned is 'The keys of these owners, as far as they were made.';

create function keep_keys(ids uuid[], kinds text[], objects uuid[], sides text[], wraps bytea[], versions int[], moment timestamptz)
    returns setof uuid language sql volatile set ro.reach to 'service' as $$
    insert into data_key (id, kind, object, side, wrapped, kek_version, made_at)
    select fresh.*, moment from unnest(ids, kinds, objects, sides, wraps, versions) as fresh
    on conflict do nothing returning id
$$;
comment on function keep_keys is 'Keeps new keys; answers those that are kept. An owner has one key: who comes second is given that of the first.';
