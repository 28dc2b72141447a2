-- Due things: one table of everything that must be done, or ends, by a moment, of cases and of the registry of mediators [R3a, R4a, RM1a].

create table due (
    kind text not null constraint due_kind_is_known check (kind in
        ('assessment', 'consent', 'condition', 'follow-up', 'schedule', 'review', 'sign-off', 'engagement', 'training', 'request')),
    object text not null constraint due_names_something check (object <> ''),
    case_id uuid constraint due_is_of_a_case references case_file (id),
    subject text,
    since timestamptz not null,
    stated_at timestamptz,
    at timestamptz,
    rule text not null default '',
    next_at timestamptz,
    told_at timestamptz,
    notices uuid[] not null default '{}',
    asleep boolean not null default false,
    settled_at timestamptz,
    constraint due_once_per_object primary key (kind, object),
    constraint due_is_of_a_case_or_of_a_mediator check ((case_id is null) = (subject is not null)),
    constraint due_is_planned_by_a_rule check ((at is null) = (rule = ''))
);
comment on table due is 'What must be done, or ends, by a moment. A row follows from another row and is written with it; the rest is planned by the rule of its kind. Protected B.';
comment on column due.kind is 'Kind of thing. Protected B.';
comment on column due.object is 'What it is about: the id of a row, with the mode of a consent; the identity of a mediator, with the module of a training. Protected B.';
comment on column due.case_id is 'The case; null for the registry of mediators. Open.';
comment on column due.subject is 'Identity of the mediator, where it is about the registry; null otherwise. Protected B.';
comment on column due.since is 'Since when it waits: a time without a stated one is counted from here. Protected B.';
comment on column due.stated_at is 'The moment that the row states which it follows from; null where the rule counts it. Protected B.';
comment on column due.at is 'The moment at which it is due; null until it is planned. Protected B.';
comment on column due.rule is 'The rule by which it was planned: where the rule of its kind is another one now, it is planned anew. Open.';
comment on column due.next_at is 'When the worker takes it next; null where there is nothing more to tell. Protected B.';
comment on column due.told_at is 'When it was told last; null where it was not told. Protected B.';
comment on column due.notices is 'Ids of what was told of it. Open.';
comment on column due.asleep is 'The case is closed: nothing is told and nothing opens until it is re-opened. Protected B.';
comment on column due.settled_at is 'When it was done with; null while it waits. Protected B.';
create index due_to_be_told on due (next_at) where settled_at is null and not asleep;
create index due_to_be_planned on due (kind) where settled_at is null and rule = '';
create index due_in_order on due (at, kind, object) where settled_at is null and not asleep;
create index due_by_case on due (case_id);
create index due_by_mediator on due (subject) where case_id is null;

create trigger nothing_is_added_to_a_purged_case before insert on due
    for each row when (new.case_id is not null) execute function refuse_to_add_to_a_purged_case();

alter table due enable row level security, force row level security;

create policy need_to_know on due for select
    using ((select unit_acts()) or case when case_id is null
        then (select acting_reach()) is not distinct from 'officer' or subject = (select acting_subject()) else actor_knows_of(case_id) end);
create policy whoever_knows_adds on due for insert with check ((select unit_acts()) or case_id is not null and actor_knows_of(case_id));
create policy whoever_knows_changes on due for update using ((select unit_acts()) or case_id is not null and actor_knows_of(case_id));
create policy the_service_purges on due for delete using ((select acting_for_service()) and is_purged(case_id));

do $$
begin
    execute format('grant delete on due to %I', regexp_replace(current_user, '_owner$', ''));
end $$;

-- Reads the index in the order of its page, and no more of it than the page, whatever the planner believes of the table.
create function due_of_the_unit(at timestamptz, kinds text[], of_mediator text, overdue boolean, after_time timestamptz, after_kind text,
                                after_object text, most bigint)
    returns table (kind text, object text, case_id uuid, number text, mediator text, since timestamptz, due_at timestamptz)
    language plpgsql stable set enable_sort to off set enable_seqscan to off set enable_bitmapscan to off as $$
#variable_conflict use_column
begin
    return query
    select d.kind, d.object, d.case_id, (select f.number from case_file f where f.id = d.case_id), coalesce(d.subject, mediator_of(d.case_id, due_of_the_unit.at)),
           d.since, d.at
    from due d
    where d.settled_at is null and not d.asleep and d.at is not null
      and (d.at, d.kind, d.object) > (coalesce(after_time, '-infinity'), coalesce(after_kind, ''), coalesce(after_object, ''))
      and (cardinality(kinds) = 0 or d.kind = any(kinds))
      and (of_mediator is null or coalesce(d.subject, mediator_of(d.case_id, due_of_the_unit.at)) = of_mediator)
      and (not overdue or d.at <= due_of_the_unit.at)
    order by d.at, d.kind, d.object limit most;
end $$;
comment on function due_of_the_unit is 'A page of what is due of all cases and of the registry, what is due first first [R3a].';
