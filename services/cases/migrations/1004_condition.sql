-- Conditions: orders and conditions that forbid contact between the parties, the advice on their exception, and the register of disclosures
-- [R8d, GL2a, GL2b, GL2c/2d, L133-7, X-701].

-- Tables.

create table condition (
    id uuid not null constraint condition_one_row_per_condition primary key,
    case_id uuid not null constraint condition_is_of_a_case references case_file (id),
    kind text not null constraint condition_kind_is_known check (kind in ('court-order', 'parole-board', 'other')),
    text_sealed bytea not null,
    source_sealed bytea not null,
    protects uuid[] not null default '{}',
    since date,
    until date,
    has_exception_words boolean not null,
    state text not null constraint condition_state_is_known check (state in ('recorded', 'advised', 'amended', 'ended')),
    recorded_by text not null constraint condition_names_who_recorded_it check (recorded_by <> ''),
    recorded_at timestamptz not null,
    condition_key text,
    position bigint generated always as identity,
    constraint condition_stands_in_its_own_case unique (case_id, id),
    constraint condition_ends_after_it_began check (until >= since)
);
comment on table condition is 'Orders and conditions that forbid contact between the parties of a case [R8d]. Only their state changes. Protected B.';
comment on column condition.id is 'Condition id. Open.';
comment on column condition.case_id is 'The case. Open.';
comment on column condition.kind is 'Who imposed it. Protected B.';
comment on column condition.text_sealed is 'The condition word for word, sealed under the key of the file. Protected B.';
comment on column condition.source_sealed is 'Where it stands: court, file or decision; sealed likewise. Protected B.';
comment on column condition.protects is 'Participants whom it protects; none: everybody on the other side. Open.';
comment on column condition.since is 'First day; null: it was in force when it was recorded. Protected B.';
comment on column condition.until is 'Last day; null where it has none. Protected B.';
comment on column condition.has_exception_words is 'Who recorded it read the exception words in it. Never guessed from the text [GL2c/2d]. Protected B.';
comment on column condition.state is 'Recorded, its drafter advised, amended with the exception words, or ended. Protected B.';
comment on column condition.recorded_by is 'Identity of who recorded it. Protected B.';
comment on column condition.recorded_at is 'When it was recorded. Protected B.';
comment on column condition.condition_key is 'Digest of the key of whoever recorded it, who may have written anything into it: the same key of the same person twice is one condition. Null where they gave none. Open.';
comment on column condition.position is 'Order of recording. Open.';
create index condition_by_case on condition (case_id, position);
create index condition_that_may_forbid on condition (case_id) where state in ('recorded', 'advised') and not has_exception_words;
create unique index condition_is_recorded_once_under_a_key on condition (case_id, recorded_by, condition_key);

create table condition_step (
    id uuid not null constraint condition_step_one_row_per_step primary key,
    case_id uuid not null,
    condition_id uuid not null,
    act text not null constraint condition_step_act_is_known check (act in ('informed', 'amended', 'ended')),
    participant_id uuid,
    how text,
    done_on date,
    words_sealed bytea not null,
    note_sealed bytea,
    recorded_by text not null,
    recorded_at timestamptz not null,
    position bigint generated always as identity,
    constraint condition_step_is_of_a_condition_of_the_case foreign key (case_id, condition_id) references condition (case_id, id),
    constraint condition_step_is_of_a_participant_of_the_case
        foreign key (case_id, participant_id) references participant (case_id, id),
    constraint a_victim_informed_is_named check ((act = 'informed') = (participant_id is not null)),
    constraint what_was_informed_or_amended_has_its_day check ((act = 'ended') = (done_on is null)),
    constraint condition_step_how_is_known check (
        case act when 'informed' then how in ('in_person', 'by_telephone', 'in_writing', 'by_video', 'through_representative')
                 when 'ended' then how in ('removed', 'ran-out', 'by-mistake')
                 else how is null end)
);
comment on table condition_step is 'What was done about a condition: victims informed, amended, ended [L133-7]. Added to, never changed. Protected B.';
comment on column condition_step.id is 'Id of the step: what its sealed words are bound to. Open.';
comment on column condition_step.case_id is 'The case. Open.';
comment on column condition_step.condition_id is 'The condition. Open.';
comment on column condition_step.act is 'A victim was informed, or it was amended or ended. Protected B.';
comment on column condition_step.participant_id is 'The victim who was informed; null otherwise. Open.';
comment on column condition_step.how is 'How the victim was informed, or how the condition ended; null of an amendment. Protected B.';
comment on column condition_step.done_on is 'The day on which the victim was informed, or the condition amended; null of an end. Protected B.';
comment on column condition_step.words_sealed is 'Who informed the victim, under the key of the victim''s side; the condition as amended, or how its end is known, under the key of the file. Protected B.';
comment on column condition_step.note_sealed is 'What the victim had to say, under the key of their side; why a victim was not informed, under the key of the file; null where there is nothing. Protected B.';
comment on column condition_step.recorded_by is 'Identity of who recorded it. Protected B.';
comment on column condition_step.recorded_at is 'When it was recorded. Protected B.';
comment on column condition_step.position is 'Order of recording. Open.';
create index condition_step_by_case on condition_step (case_id, position);
create unique index a_condition_is_amended_once on condition_step (condition_id) where act = 'amended';
create unique index a_condition_ends_once on condition_step (condition_id) where act = 'ended';

create table condition_answer (
    position bigint generated always as identity constraint condition_answer_one_row_per_statement primary key,
    id uuid not null constraint condition_answer_has_an_id unique,
    case_id uuid not null constraint condition_answer_is_of_a_case references case_file (id),
    said text not null constraint condition_answer_is_known check (said in ('asked', 'none')),
    reason_sealed bytea,
    said_by text not null,
    said_at timestamptz not null,
    constraint nobody_denies_a_condition_without_a_reason check ((said = 'none') = (reason_sealed is not null))
);
comment on table condition_answer is 'Whether a case was asked for conditions that its referral left open, and what the RJ Unit answered: there is none. The newest line counts, and a recorded condition answers too [R7a]. Added to, never changed. Protected B.';
comment on column condition_answer.position is 'Order of statements: the highest counts. Open.';
comment on column condition_answer.id is 'Id of the statement: what its sealed reason is bound to. Open.';
comment on column condition_answer.case_id is 'The case. Open.';
comment on column condition_answer.said is 'Asked, or answered that there is none. Protected B.';
comment on column condition_answer.reason_sealed is 'How the unit knows, sealed under the key of the file; null of a question. Protected B.';
comment on column condition_answer.said_by is 'Identity of who said so, or the service itself. Protected B.';
comment on column condition_answer.said_at is 'When. Protected B.';
create index condition_answer_latest on condition_answer (case_id, position desc);

create table condition_advice (
    id uuid not null constraint condition_advice_one_row_per_advice primary key,
    case_id uuid not null,
    condition_id uuid not null,
    drafter text not null constraint condition_advice_names_somebody check (drafter <> ''),
    offender_name_sealed bytea not null,
    offender_fps_sealed bytea not null,
    kind text not null constraint condition_advice_kind_is_known check (kind in ('court-order', 'parole-board', 'other')),
    text_sealed bytea not null,
    advised_by text not null,
    advised_at timestamptz not null,
    until timestamptz not null constraint condition_advice_ends_after_it_began check (until > advised_at),
    ended_at timestamptz,
    advice_key text,
    constraint condition_advice_is_of_a_condition_of_the_case foreign key (case_id, condition_id) references condition (case_id, id)
);
comment on table condition_advice is 'Advice to the one staff member who drafts a condition: offender and condition, and nothing else. They read it for some days [GL2c/2d, X-701]. Protected B.';
comment on column condition_advice.id is 'Advice id. Open.';
comment on column condition_advice.case_id is 'The case, which the drafter does not learn. Open.';
comment on column condition_advice.condition_id is 'The condition. Open.';
comment on column condition_advice.drafter is 'Identity of the one person who may read it. Protected B.';
comment on column condition_advice.offender_name_sealed is 'Name of the offender as it was then, sealed under the key of the offender''s side. Protected B.';
comment on column condition_advice.offender_fps_sealed is 'Their Finger Print Section number, sealed likewise. Protected B.';
comment on column condition_advice.kind is 'Who imposed the condition. Protected B.';
comment on column condition_advice.text_sealed is 'The condition word for word, sealed under the key of the offender''s side. Protected B.';
comment on column condition_advice.advised_by is 'Identity of who advised. Protected B.';
comment on column condition_advice.advised_at is 'When. Protected B.';
comment on column condition_advice.until is 'They may read it until then. Protected B.';
comment on column condition_advice.ended_at is 'The condition was amended or ended: from here on they read it no more. Protected B.';
comment on column condition_advice.advice_key is 'Digest of the key of whoever advised, who may have written anything into it: the same key of the same person twice is one advice. Null where they gave none. Open.';
create index condition_advice_by_case on condition_advice (case_id, advised_at);
create index condition_advice_by_drafter on condition_advice (drafter, advised_at desc) where ended_at is null;
create unique index condition_advice_is_given_once_under_a_key on condition_advice (case_id, advised_by, advice_key);

create table disclosure (
    id uuid not null constraint disclosure_one_row_per_disclosure primary key,
    case_id uuid not null constraint disclosure_is_of_a_case references case_file (id),
    kind text not null constraint disclosure_kind_is_known check (kind in
        ('condition-advice', 'entry-request', 'entry-manifest', 'request', 'answer', 'to-victim')),
    object uuid not null,
    recipient text not null constraint disclosure_names_the_recipient check (recipient <> ''),
    reason_sealed bytea not null,
    authority text not null constraint every_disclosure_has_an_authority check (authority <> ''),
    disclosed_by text not null,
    disclosed_at timestamptz not null,
    constraint an_object_is_disclosed_to_somebody_once unique (kind, object, recipient)
);
comment on table disclosure is 'The register of disclosures: what left a file, to whom, why, on which authority [X-701]. Added to, never changed. Protected B.';
comment on column disclosure.id is 'Disclosure id. Open.';
comment on column disclosure.case_id is 'The case. Open.';
comment on column disclosure.kind is 'What it was. Protected B.';
comment on column disclosure.object is 'Id of what was disclosed. Open.';
comment on column disclosure.recipient is 'Identity of the recipient. Protected B.';
comment on column disclosure.reason_sealed is 'Why, in the words of who disclosed it, sealed under the key of the file. Protected B.';
comment on column disclosure.authority is 'Clause it rests on. Open.';
comment on column disclosure.disclosed_by is 'Identity of who disclosed it. Protected B.';
comment on column disclosure.disclosed_at is 'When. Open.';
create index disclosure_by_case on disclosure (case_id, disclosed_at desc, id desc);
create index disclosure_by_age on disclosure (disclosed_at desc, id desc);

-- Functions: what the gate asks. In plpgsql, because a session keeps their plans.

-- A condition begins with its first day in UTC, and ends a day after its last: early and late, wherever in the country.
create function condition_forbids(file uuid, today date) returns boolean language plpgsql stable as $$
begin
    return exists (
        select from condition
        where case_id = file and state in ('recorded', 'advised') and not has_exception_words
          and (since is null or since <= today) and (until is null or until + 1 >= today));
end $$;
comment on function condition_forbids is 'Whether a condition without the exception words forbids contact on this day [R8d].';

create function conditions_not_answered(file uuid) returns boolean language plpgsql stable as $$
begin
    return (select said = 'asked' from condition_answer where case_id = file order by position desc limit 1)
           is true and not exists (select from condition where case_id = file);
end $$;
comment on function conditions_not_answered is 'Whether the referral left open if contact is forbidden, and nobody has recorded a condition or said that there is none [R7a].';

-- The drafter of a condition acts for themselves and knows of no case, whatever else they may know of.
create or replace function actor_knows_of(file uuid) returns boolean language sql stable as $$
    select acting_reach() is distinct from 'addressee' and someone_knows_of(file, acting_subject(), acting_at())
$$;
comment on function actor_knows_of is 'Whether whoever this transaction is for may know of the case now, by the one rule; who reads what is addressed to them knows of none.';

-- Triggers: the record is never rewritten, and nothing is added to a case that was purged.

create trigger condition_step_is_append_only before update or delete on condition_step
    for each row execute function refuse_to_rewrite_the_record('condition_step_is_append_only');
create trigger condition_answer_is_append_only before update or delete on condition_answer
    for each row execute function refuse_to_rewrite_the_record('condition_answer_is_append_only');
create trigger disclosure_is_append_only before update or delete on disclosure
    for each row execute function refuse_to_rewrite_the_record('disclosure_is_append_only');

create trigger nothing_is_added_to_a_purged_case before insert on condition
    for each row execute function refuse_to_add_to_a_purged_case();
create trigger nothing_is_added_to_a_purged_case before insert on condition_step
    for each row execute function refuse_to_add_to_a_purged_case();
create trigger nothing_is_added_to_a_purged_case before insert on condition_answer
    for each row execute function refuse_to_add_to_a_purged_case();
create trigger nothing_is_added_to_a_purged_case before insert on condition_advice
    for each row execute function refuse_to_add_to_a_purged_case();
create trigger nothing_is_added_to_a_purged_case before insert on disclosure
    for each row execute function refuse_to_add_to_a_purged_case();

-- Row security: as for everything else on the file; and the drafter sees the advice addressed to them, while it is in force.

alter table condition enable row level security, force row level security;
alter table condition_step enable row level security, force row level security;
alter table condition_answer enable row level security, force row level security;
alter table condition_advice enable row level security, force row level security;
alter table disclosure enable row level security, force row level security;

create policy need_to_know on condition for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_adds on condition for insert with check ((select unit_acts()) or actor_knows_of(case_id));
create policy the_unit_changes_the_state on condition for update
    using ((select unit_acts()) or (select acting_reach()) is not distinct from 'officer' and actor_knows_of(case_id));
create policy the_service_purges on condition for delete using ((select acting_for_service()) and is_purged(case_id));

create policy need_to_know on condition_step for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy the_unit_adds on condition_step for insert
    with check ((select unit_acts()) or (select acting_reach()) is not distinct from 'officer' and actor_knows_of(case_id));
create policy the_service_purges on condition_step for delete using ((select acting_for_service()) and is_purged(case_id));

create policy need_to_know on condition_answer for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy the_unit_adds on condition_answer for insert
    with check ((select unit_acts()) or (select acting_reach()) is not distinct from 'officer' and actor_knows_of(case_id));
create policy the_service_purges on condition_answer for delete using ((select acting_for_service()) and is_purged(case_id));

create policy need_to_know on condition_advice for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy the_drafter_reads on condition_advice for select
    using (drafter = (select acting_subject()) and ended_at is null and until > (select acting_at()));
create policy the_unit_adds on condition_advice for insert
    with check ((select unit_acts()) or (select acting_reach()) is not distinct from 'officer' and actor_knows_of(case_id));
create policy the_unit_ends on condition_advice for update
    using ((select unit_acts()) or (select acting_reach()) is not distinct from 'officer' and actor_knows_of(case_id));
create policy the_service_purges on condition_advice for delete using ((select acting_for_service()) and is_purged(case_id));

create policy the_unit_reads on disclosure for select
    using ((select unit_acts()) or (select acting_reach()) is not distinct from 'officer' and actor_knows_of(case_id));
create policy the_unit_adds on disclosure for insert
    with check ((select unit_acts()) or (select acting_reach()) is not distinct from 'officer' and actor_knows_of(case_id));
create policy the_service_purges on disclosure for delete using ((select acting_for_service()) and is_purged(case_id));

-- Rights: as the shared tables have them, but for these. Only the state of a condition changes, and only the end of an advice.

call only_added_to('condition', 'condition_step', 'condition_answer', 'condition_advice', 'disclosure');

do $$
declare
    application text := regexp_replace(current_user, '_owner$', '');
begin
    execute format('grant update (state) on condition to %I', application);
    execute format('grant update (ended_at) on condition_advice to %I', application);
    execute format('grant delete on condition, condition_step, condition_answer, condition_advice, disclosure to %I', application);
end $$;
