-- The gate: what was released or confirmed and lost a condition afterwards, until it is clear again [RM1, IM1c].

create table gate_block (
    id uuid not null constraint gate_block_one_row_per_block primary key,
    case_id uuid not null constraint gate_block_is_of_a_case references case_file (id),
    object_id uuid not null,
    reasons text[] not null constraint nothing_is_blocked_for_no_reason check (cardinality(reasons) > 0),
    since timestamptz not null,
    cleared_at timestamptz
);
comment on table gate_block is 'What was released or confirmed and may not go on, with the codes of what is missing. Protected B.';
comment on column gate_block.id is 'Id of the block. Open.';
comment on column gate_block.case_id is 'The case. Open.';
comment on column gate_block.object_id is 'What is blocked: an item, or a session. Open.';
comment on column gate_block.reasons is 'Codes of the missing conditions. Protected B.';
comment on column gate_block.since is 'When the gate closed. Open.';
comment on column gate_block.cleared_at is 'When it opened again, or there was nothing left to stop; null while it is blocked. Open.';
create unique index an_object_is_blocked_once on gate_block (object_id) where cleared_at is null;
create index gate_block_by_case on gate_block (case_id);
create index gate_block_standing on gate_block (case_id) where cleared_at is null;

-- What other services were told of contact with each participant.

create table contact_stop (
    case_id uuid not null,
    participant_id uuid not null,
    sequence bigint not null,
    stopped boolean not null,
    told_at timestamptz not null,
    constraint contact_stop_once_per_sequence primary key (participant_id, sequence),
    constraint contact_stop_is_of_a_participant_of_the_case foreign key (case_id, participant_id) references participant (case_id, id)
);
comment on table contact_stop is 'Every time that other services were told that a participant must not be contacted for a case, or may be again. Added to, never changed [IM1c, L26-6]. Ids and clocks only. Open class.';
comment on column contact_stop.case_id is 'The case. Open.';
comment on column contact_stop.participant_id is 'Whom. Open.';
comment on column contact_stop.sequence is 'Order for the participant: the highest stands, at the receivers too. Open.';
comment on column contact_stop.stopped is 'They must not be contacted; otherwise they may be again. Open.';
comment on column contact_stop.told_at is 'When. Open.';
create index contact_stop_by_case on contact_stop (case_id);

create trigger nothing_is_added_to_a_purged_case before insert on gate_block
    for each row execute function refuse_to_add_to_a_purged_case();

alter table gate_block enable row level security, force row level security;

create policy need_to_know on gate_block for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_blocks on gate_block for insert with check ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_clears on gate_block for update using ((select unit_acts()) or actor_knows_of(case_id));
create policy the_service_purges on gate_block for delete using ((select acting_for_service()) and is_purged(case_id));

create trigger nothing_is_added_to_a_purged_case before insert on contact_stop
    for each row execute function refuse_to_add_to_a_purged_case();

alter table contact_stop enable row level security, force row level security;

create policy need_to_know on contact_stop for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_adds on contact_stop for insert with check ((select unit_acts()) or actor_knows_of(case_id));
create policy the_service_purges on contact_stop for delete using ((select acting_for_service()) and is_purged(case_id));

call only_added_to('contact_stop');

do $$
begin
    execute format('grant delete on gate_block, contact_stop to %I', regexp_replace(current_user, '_owner$', ''));
end $$;
