-- Protocols: versions of Guidelines 785-1 with their parts, who drafted and approved them, and which version governed each step of a case
-- [R1, X-785-1].

create table protocol (
    number integer generated always as identity constraint protocol_one_row_per_version primary key,
    title text not null constraint protocol_has_a_title check (title <> ''),
    state text not null constraint protocol_state_is_known check (state in ('draft', 'submitted', 'returned', 'approved')),
    effective_on date,
    effective_at timestamptz,
    constraint an_approved_protocol_has_its_moment check ((state = 'approved') = (effective_at is not null)),
    constraint a_protocol_waits_with_its_day check (state not in ('submitted', 'approved') or effective_on is not null)
);
comment on table protocol is 'Versions of the protocols: the approved one whose moment came last is in force; without one there is none [R1]. Open.';
comment on column protocol.number is 'Number of the version. Open.';
comment on column protocol.title is 'Its title. Open.';
comment on column protocol.state is 'As far as people decided; what the clock does to it is not stored. Open.';
comment on column protocol.effective_on is 'The day as which begins it takes effect; null while none is set. Open.';
comment on column protocol.effective_at is 'The moment at which it takes effect; null while it is not approved. Open.';
create unique index protocol_one_takes_effect_at_a_moment on protocol (effective_at) where state = 'approved';

create table protocol_part (
    protocol integer not null constraint protocol_part_is_of_a_version references protocol (number),
    kind text not null constraint protocol_part_kind_is_known check (kind in ('rule', 'checklist', 'wording')),
    key text not null constraint protocol_part_has_a_key check (key <> ''),
    clause text not null constraint protocol_part_has_a_clause check (clause <> ''),
    text_en text not null constraint protocol_part_speaks_english check (text_en <> ''),
    text_fr text not null constraint protocol_part_speaks_french check (text_fr <> ''),
    step text,
    requirement text constraint protocol_part_requirement_is_known check (requirement in ('not-taken', 'by-supervisor')),
    constraint protocol_part_stands_once primary key (protocol, kind, key),
    constraint a_check_is_of_a_rule check (step is null or kind = 'rule'),
    constraint a_check_has_its_step check ((step is null) = (requirement is null))
);
comment on table protocol_part is 'Rules, checklists and wording of a version, about no person. Changed while it is drafted, and never after. Open.';
comment on column protocol_part.protocol is 'Number of the version. Open.';
comment on column protocol_part.kind is 'Kind of the part. Open.';
comment on column protocol_part.key is 'Names the part in every version. Open.';
comment on column protocol_part.clause is 'A clause of the catalogue. Open.';
comment on column protocol_part.text_en is 'Its words in English. Open.';
comment on column protocol_part.text_fr is 'Its words in French. Open.';
comment on column protocol_part.step is 'The step that the product holds to it; null where people follow the words. Open.';
comment on column protocol_part.requirement is 'What it requires of the step. Open.';

create table protocol_act (
    position bigint generated always as identity constraint protocol_act_one_row_per_act primary key,
    protocol integer not null constraint protocol_act_is_of_a_version references protocol (number),
    command text not null constraint protocol_act_is_known check (command in ('draft', 'submit', 'approve', 'return')),
    reason text not null constraint nothing_is_sent_back_silently check (command <> 'return' or reason <> ''),
    taken_by text not null constraint protocol_act_names_who_took_it check (taken_by <> ''),
    taken_at timestamptz not null
);
comment on table protocol_act is 'Everything done to a version, and by whom. Added to, never changed. Protected B.';
comment on column protocol_act.position is 'Order of acts. Open.';
comment on column protocol_act.protocol is 'Number of the version. Open.';
comment on column protocol_act.command is 'What was done. Open.';
comment on column protocol_act.reason is 'Reason of a return; empty for every other act. Open.';
comment on column protocol_act.taken_by is 'Identity of who did it. Protected B.';
comment on column protocol_act.taken_at is 'When. Open.';
create index protocol_act_by_version on protocol_act (protocol, position);

create table case_step (
    position bigint generated always as identity constraint case_step_one_row_per_step primary key,
    case_id uuid not null constraint case_step_is_of_a_case references case_file (id),
    step text not null,
    protocol integer constraint case_step_names_a_version references protocol (number),
    taken_by text not null constraint case_step_names_who_took_it check (taken_by <> ''),
    taken_at timestamptz not null
);
comment on table case_step is 'Every step of a case, with the version of the protocols that was in force at that moment. Added to, never changed. Protected B.';
comment on column case_step.position is 'Order of steps. Open.';
comment on column case_step.case_id is 'The case. Open.';
comment on column case_step.step is 'Permission of the step. Protected B.';
comment on column case_step.protocol is 'Number of the version in force at that moment; null where there was none. Open.';
comment on column case_step.taken_by is 'Identity of who took it. Protected B.';
comment on column case_step.taken_at is 'When. Protected B.';
create index case_step_by_case on case_step (case_id, position desc);

create function protocol_in_force(at timestamptz) returns integer language plpgsql stable as $$
begin
    return (select number from protocol where state = 'approved' and effective_at <= at order by effective_at desc limit 1);
end $$;
comment on function protocol_in_force is 'Number of the version of the protocols that is in force at a moment; null where there is none.';

-- What waits for approval, or was approved, is what was submitted.
create function refuse_to_change_a_submitted_part() returns trigger language plpgsql as $$
declare
    standing text;
begin
    select state into standing from protocol where number = coalesce(new.protocol, old.protocol) for share;
    if standing is distinct from 'draft' then
        raise exception 'the version is not a draft' using errcode = 'restrict_violation', constraint = 'a_submitted_protocol_does_not_change';
    end if;
    return coalesce(new, old);
end
$$;
comment on function refuse_to_change_a_submitted_part is 'The parts of a version change while it is drafted, and never after [R1].';

create function refuse_to_change_a_protocol_in_force() returns trigger language plpgsql as $$
begin
    if old.state = 'approved' and old.effective_at <= acting_at() then
        raise exception 'the version took effect' using errcode = 'restrict_violation', constraint = 'a_protocol_in_force_does_not_change';
    end if;
    return new;
end
$$;
comment on function refuse_to_change_a_protocol_in_force is 'What was in force stays on the record [R1].';

create trigger a_submitted_protocol_does_not_change before insert or update or delete on protocol_part
    for each row execute function refuse_to_change_a_submitted_part();
create trigger a_protocol_in_force_does_not_change before update on protocol
    for each row execute function refuse_to_change_a_protocol_in_force();
create trigger case_step_is_append_only before update or delete on case_step
    for each row execute function refuse_to_rewrite_the_record('case_step_is_append_only');
create trigger nothing_is_added_to_a_purged_case before insert on case_step
    for each row execute function refuse_to_add_to_a_purged_case();

-- Everybody who acts here reads what was approved; the unit drafts, and the approver reads drafts too.
alter table protocol enable row level security, force row level security;
alter table protocol_part enable row level security, force row level security;
alter table protocol_act enable row level security, force row level security;
alter table case_step enable row level security, force row level security;

create function approver_acts() returns boolean language sql stable as $$
    select acting_reach() is not distinct from 'approver'
$$;
comment on function approver_acts is 'Whoever approves the protocols acts, and sees no case.';

create policy what_was_approved_is_read on protocol for select
    using ((select unit_acts()) or (select approver_acts()) or (state = 'approved' and (select acting_reach()) is not null));
create policy the_unit_drafts on protocol for insert with check ((select unit_acts()));
create policy the_unit_and_the_approver_decide on protocol for update using ((select unit_acts()) or (select approver_acts()));

create policy what_was_approved_is_read on protocol_part for select using (exists (select from protocol where number = protocol_part.protocol));
create policy the_unit_drafts on protocol_part for insert with check ((select unit_acts()));
create policy the_unit_changes on protocol_part for update using ((select unit_acts()));
create policy the_unit_removes on protocol_part for delete using ((select unit_acts()));

create policy the_unit_and_the_approver_read on protocol_act for select using ((select unit_acts()) or (select approver_acts()));
create policy the_unit_and_the_approver_add on protocol_act for insert with check ((select unit_acts()) or (select approver_acts()));

create policy need_to_know on case_step for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_adds on case_step for insert
    with check ((select unit_acts()) or (select acting_for_service()) or actor_knows_of(case_id));
create policy the_service_purges on case_step for delete using ((select acting_for_service()) and is_purged(case_id));

call only_added_to('protocol_act', 'case_step');

do $$
begin
    execute format('grant delete on protocol_part, case_step to %I', regexp_replace(current_user, '_owner$', ''));
end $$;
