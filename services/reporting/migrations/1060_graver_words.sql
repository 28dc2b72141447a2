-- What was said again of a concern, graver: it is counted by the gravest grade that was said by the end of what a report counts [L13].

create table concern_grade_fact (
    concern_id  uuid        not null,
    grade       text        not null,
    said_at     timestamptz not null,
    constraint concern_grade_fact_stands_once primary key (concern_id, said_at, grade),
    constraint concern_grade_fact_grade_is_known check (grade in ('imminent', 'concern', 'question'))
);
comment on table concern_grade_fact is 'One graver word on a concern, as far as statistics need it; rows are only ever added. It may arrive before the concern.';
comment on column concern_grade_fact.concern_id is 'Random id of the concern in safety.';
comment on column concern_grade_fact.grade is 'Code of the grade it rose to.';
comment on column concern_grade_fact.said_at is 'When it was said; a report counts it from then on, and no report of what ended before.';

alter table concern_grade_fact enable row level security, force row level security;
create policy the_service_records on concern_grade_fact using ((select acting_for_service())) with check ((select acting_for_service()));
create policy a_report_counts on concern_grade_fact for select using ((select a_report_is_made()));

create function gravest_grade(concern uuid, first text, until timestamptz) returns text language sql stable as $$
    select case when first = 'imminent' or bool_or(s.grade = 'imminent') then 'imminent'
                when first = 'concern' or bool_or(s.grade = 'concern') then 'concern'
                else first end
    from concern_grade_fact s where s.concern_id = concern and s.said_at < until
$$;
comment on function gravest_grade is 'The gravest grade that was said of a concern before a moment: the one it was raised with, or a later one.';

comment on column concern_fact.grade is 'Code of the grade it was raised with; one that was not stated counts as a concern.';
