-- Requests for information: asked of an office or a person about one file, answered item by item, readable for a time [R5c, R6c, R7c, R8b].

create table request (
    id uuid not null constraint request_one_row_per_request primary key,
    case_id uuid not null constraint request_is_of_a_case references case_file (id),
    side text not null constraint request_side_is_known check (side in ('offender', 'victim')),
    participant_id uuid not null,
    about_sealed bytea not null,
    number_sealed bytea,
    reason_sealed bytea not null,
    offices text[] not null,
    person text constraint request_person_is_somebody check (person <> ''),
    due_at timestamptz not null,
    state text not null constraint request_state_is_known check (state in ('asked', 'answered', 'declined', 'withdrawn')),
    asked_by text not null constraint request_names_who_asked check (asked_by <> ''),
    asked_at timestamptz not null,
    request_key text,
    position bigint generated always as identity,
    constraint request_stands_in_its_own_case unique (case_id, id),
    constraint request_is_about_a_participant foreign key (case_id, participant_id) references participant (case_id, id),
    constraint somebody_is_asked check (cardinality(offices) > 0 or person is not null)
);
comment on table request is 'Requests for information of the offender''s or the victim''s file. Only their state and the offices change. Protected B.';
comment on column request.id is 'Request id. Open.';
comment on column request.case_id is 'The case, which the addressee does not learn. Open.';
comment on column request.side is 'Whose file is asked about. Protected B.';
comment on column request.participant_id is 'The participant whose file it is. Open.';
comment on column request.about_sealed is 'Name of the offender as it was then, or the reference of the victim''s file, sealed under the key of that side. Protected B.';
comment on column request.number_sealed is 'Finger Print Section number of the offender, sealed likewise; null for the victim''s file. Protected B.';
comment on column request.reason_sealed is 'Why it is asked, as the addressee reads it, sealed likewise. Protected B.';
comment on column request.offices is 'Offices that were asked, the one to which it climbed last. Protected B.';
comment on column request.person is 'Identity of the person who was asked; null where an office was. Protected B.';
comment on column request.due_at is 'When the answer is due; an unanswered request climbs then. Protected B.';
comment on column request.state is 'Where it stands. Protected B.';
comment on column request.asked_by is 'Identity of who asked. Protected B.';
comment on column request.asked_at is 'When. Open.';
comment on column request.request_key is 'Digest of the key of whoever asked: the same key of the same person twice is one request. Null where they gave none. Open.';
comment on column request.position is 'Order of asking. Open.';
create index request_by_case on request (case_id, position);
create index request_by_office on request using gin (offices);
create index request_by_person on request (person) where person is not null;
create unique index request_is_asked_once_under_a_key on request (case_id, asked_by, request_key);

create table request_item (
    id uuid not null constraint request_item_one_row_per_item primary key,
    case_id uuid not null,
    request_id uuid not null,
    kind text not null constraint request_item_kind_is_known
        check (kind in ('summary', 'plan', 'conduct', 'safety', 'needs', 'other', 'tell-victim')),
    words_sealed bytea,
    position bigint generated always as identity,
    constraint request_item_is_of_a_request_of_the_case foreign key (case_id, request_id) references request (case_id, id),
    constraint request_item_of_no_listed_kind_has_words check (kind not in ('other', 'tell-victim') or words_sealed is not null)
);
comment on table request_item is 'What is asked for, item by item. Added to, never changed. Protected B.';
comment on column request_item.id is 'Item id. Open.';
comment on column request_item.case_id is 'The case. Open.';
comment on column request_item.request_id is 'The request. Open.';
comment on column request_item.kind is 'What is wanted. Protected B.';
comment on column request_item.words_sealed is 'The same in words, sealed under the key of the side whose file it is; null where nothing was said. Protected B.';
comment on column request_item.position is 'Order of items. Open.';
create index request_item_by_request on request_item (request_id, position);
create index request_item_by_case on request_item (case_id);

create table request_answer (
    item_id uuid not null constraint request_item_is_answered_once primary key
        constraint request_answer_is_to_an_item references request_item (id),
    case_id uuid not null,
    request_id uuid not null,
    outcome text not null constraint request_outcome_is_known check (outcome in ('given', 'declined', 'not-held')),
    words_sealed bytea,
    until timestamptz not null constraint request_answer_is_readable_for_a_time check (until > answered_at),
    assignment bigint,
    answered_by text not null constraint request_answer_names_somebody check (answered_by <> ''),
    answered_at timestamptz not null,
    constraint request_answer_is_of_a_request_of_the_case foreign key (case_id, request_id) references request (case_id, id),
    constraint nothing_is_given_or_declined_silently check (outcome = 'not-held' or words_sealed is not null)
);
comment on table request_answer is 'Answers to items of a request, kept in this file and nowhere else [R6c]. Added to, never changed. Protected B.';
comment on column request_answer.item_id is 'The item. Open.';
comment on column request_answer.case_id is 'The case. Open.';
comment on column request_answer.request_id is 'The request. Open.';
comment on column request_answer.outcome is 'Given, declined, or not held. Protected B.';
comment on column request_answer.words_sealed is 'The information, or the reason, sealed under the key of the side whose file it is; null where it is not held and nothing was said. Protected B.';
comment on column request_answer.until is 'The mediator reads it until then, and not at that moment. Protected B.';
comment on column request_answer.assignment is 'Line of the access list of the mediator to whom it was given: nobody else''s assignment opens it. Null where the case had none. Open.';
comment on column request_answer.answered_by is 'Identity of who answered. Protected B.';
comment on column request_answer.answered_at is 'When. Open.';
create index request_answer_by_request on request_answer (request_id);
create index request_answer_by_case on request_answer (case_id);

create table request_step (
    id uuid not null constraint request_step_one_row_per_step primary key,
    case_id uuid not null,
    request_id uuid not null,
    step text not null constraint request_step_is_known check (step in ('ask', 'answer', 'decline', 'withdraw', 'climb')),
    words_sealed bytea,
    taken_by text not null constraint request_step_names_who_took_it check (taken_by <> ''),
    taken_at timestamptz not null,
    position bigint generated always as identity,
    constraint request_step_is_of_a_request_of_the_case foreign key (case_id, request_id) references request (case_id, id),
    constraint a_request_is_not_declined_silently check (step <> 'decline' or words_sealed is not null)
);
comment on table request_step is 'Every step of a request, under whose id it is told. Added to, never changed. Protected B.';
comment on column request_step.id is 'Step id. Open.';
comment on column request_step.case_id is 'The case. Open.';
comment on column request_step.request_id is 'The request. Open.';
comment on column request_step.step is 'What was done. Protected B.';
comment on column request_step.words_sealed is 'Why it was declined, sealed under the key of the side whose file it is; null for every other step. Protected B.';
comment on column request_step.taken_by is 'Identity of who took it, or the service itself. Protected B.';
comment on column request_step.taken_at is 'When. Open.';
comment on column request_step.position is 'Order of steps. Open.';
create index request_step_by_request on request_step (request_id, position);
create index request_step_by_case on request_step (case_id, position);

-- Functions: who reads an answer.

create function assignment_of(file uuid, at timestamptz) returns bigint language plpgsql stable set actor.reach to 'service' as $$
begin
    return (
        select position from case_access
        where case_id = file and role = 'mediator' and ended_at is null and since <= at and (until is null or until > at)
          and is_engaged(subject, at));
end $$;
comment on function assignment_of is 'Line of the access list of the mediator of a case at this moment; null where it has none.';

create function has_line(file uuid, someone text, moment timestamptz, kind text, line bigint) returns boolean
    language plpgsql stable set actor.reach to 'service' as $$
begin
    return exists (
        select from case_access
        where case_id = file and subject = someone and role = kind and (line is null or position = line)
          and ended_at is null and since <= moment and (until is null or until > moment)
          and (role <> 'mediator' or is_engaged(someone, moment)));
end $$;
comment on function has_line is 'Whether somebody has a live line of this kind in the access list of a case, and this very line where one is named.';

create function opens_answer(file uuid, until timestamptz, assignment bigint, answered_by text) returns boolean language sql stable as $$
    select unit_acts()
        or case when acting_reach() = 'addressee' then answered_by = acting_subject()
           else has_line(file, acting_subject(), acting_at(), 'officer', null)
                or assignment is not null and until > acting_at()
                   and has_line(file, acting_subject(), acting_at(), 'mediator', assignment) end
$$;
comment on function opens_answer is 'Whether whoever this transaction is for reads an answer now: the RJ Unit, which keeps the file; whoever gave it; and the mediator to whom it was given, until its day or the end of the assignment, whichever is first [R5c].';

create trigger request_item_is_append_only before update or delete on request_item
    for each row execute function refuse_to_rewrite_the_record('request_item_is_append_only');
create trigger request_answer_is_append_only before update or delete on request_answer
    for each row execute function refuse_to_rewrite_the_record('request_answer_is_append_only');
create trigger request_step_is_append_only before update or delete on request_step
    for each row execute function refuse_to_rewrite_the_record('request_step_is_append_only');
create trigger nothing_is_added_to_a_purged_case before insert on request
    for each row execute function refuse_to_add_to_a_purged_case();
create trigger nothing_is_added_to_a_purged_case before insert on request_item
    for each row execute function refuse_to_add_to_a_purged_case();
create trigger nothing_is_added_to_a_purged_case before insert on request_answer
    for each row execute function refuse_to_add_to_a_purged_case();
create trigger nothing_is_added_to_a_purged_case before insert on request_step
    for each row execute function refuse_to_add_to_a_purged_case();

-- Row security: as for everything else on the file; and the addressee sees what is addressed to them. What they answer the service writes.

alter table request enable row level security, force row level security;
alter table request_item enable row level security, force row level security;
alter table request_answer enable row level security, force row level security;
alter table request_step enable row level security, force row level security;

create policy need_to_know on request for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy the_addressee_reads on request for select
    using ((select acting_reach()) is not distinct from 'addressee'
           and (person = (select acting_subject()) or offices && (select acting_names())::text[]));
create policy whoever_knows_asks on request for insert with check ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_changes_the_state on request for update using ((select unit_acts()) or actor_knows_of(case_id));
create policy the_service_purges on request for delete using ((select acting_for_service()) and is_purged(case_id));

create policy need_to_know on request_item for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy the_addressee_reads on request_item for select
    using ((select acting_reach()) is not distinct from 'addressee' and exists (select from request r where r.id = request_id));
create policy whoever_knows_asks on request_item for insert with check ((select unit_acts()) or actor_knows_of(case_id));
create policy the_service_purges on request_item for delete using ((select acting_for_service()) and is_purged(case_id));

create policy need_to_know on request_answer for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy the_addressee_reads on request_answer for select
    using ((select acting_reach()) is not distinct from 'addressee' and exists (select from request r where r.id = request_id));
create policy the_service_answers on request_answer for insert with check ((select acting_for_service()));
create policy the_service_purges on request_answer for delete using ((select acting_for_service()) and is_purged(case_id));

create policy need_to_know on request_step for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy the_addressee_reads on request_step for select
    using ((select acting_reach()) is not distinct from 'addressee' and exists (select from request r where r.id = request_id));
create policy whoever_knows_adds on request_step for insert with check ((select unit_acts()) or actor_knows_of(case_id));
create policy the_service_purges on request_step for delete using ((select acting_for_service()) and is_purged(case_id));

call only_added_to('request', 'request_item', 'request_answer', 'request_step');

do $$
declare
    application text := regexp_replace(current_user, '_owner$', '');
begin
    execute format('grant update (state, offices) on request to %I', application);
    execute format('grant delete on request, request_item, request_answer, request_step to %I', application);
end $$;
