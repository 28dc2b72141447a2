-- An import is told once, however many referrals come with it; and what a set of facts may tell is asked in one statement.

create table import_told (
    about uuid not null constraint import_told_once_per_site primary key,
    site text not null,
    reference text not null,
    referrals integer not null constraint import_told_counts_referrals check (referrals > 0),
    begun_at timestamptz not null
);
comment on table import_told is 'How many referrals of an import from one site were told of so far. Ids, counts and clocks only. Open class.';
comment on column import_told.about is 'What the item in the inbox is about: made of the import and the site.';
comment on column import_told.site is 'The site that the referrals are from.';
comment on column import_told.reference is 'What the item is quoted by: safe to read out on the telephone.';
comment on column import_told.referrals is 'Referrals that have come so far.';
comment on column import_told.begun_at is 'When the first of them came.';
alter table import_told enable row level security, force row level security;
create policy the_service_alone on import_told using ((select acting_for_service())) with check ((select acting_for_service()));

alter table inbox_item add column things integer;
comment on column inbox_item.things is 'How many things it tells of, where that grows: the referrals of an import. It is told again when there are more. Null for one thing.';

create function purged_among(things uuid[]) returns setof uuid language plpgsql volatile as $$
begin
    perform pg_advisory_xact_lock_shared(hashtextextended('purge ' || thing::text, 0)) from unnest(things) as thing;
    return query select about from purged_thing where about = any(things);
end $$;
comment on function purged_among is 'Those of these things of which nothing is told any more. Whoever asks waits for a purge that is under way, and sees what it has done.';
