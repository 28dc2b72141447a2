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

create trigger nothing_is_added_to_a_purged_case before insert on gate_block
    for each row execute function refuse_to_add_to_a_purged_case();

alter table gate_block enable row level security, force row level security;

create policy need_to_know on gate_block for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_blocks on gate_block for insert with check ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_clears on gate_block for update using ((select unit_acts()) or actor_knows_of(case_id));
create policy the_service_purges on gate_block for delete using ((select acting_for_service()) and is_purged(case_id));

do $$
begin
    execute format('grant delete on gate_block to %I', regexp_replace(current_user, '_owner$', ''));
end $$;
