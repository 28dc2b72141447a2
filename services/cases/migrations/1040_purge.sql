-- Retention and purge [LPR4]: what keeps a case from being purged, who ordered the purge, what was destroyed, and what the others say that
-- they destroyed. Rows of a case may be deleted once it is purged, by the service itself, and never before.

create table case_hold (
    id uuid not null constraint case_hold_one_row_per_hold primary key,
    case_id uuid not null constraint case_hold_is_of_a_case references case_file (id),
    kind text not null constraint case_hold_kind_is_known check (kind in ('access-request', 'legal', 'other')),
    reason_sealed bytea not null,
    placed_by text not null constraint case_hold_names_who_placed_it check (placed_by <> ''),
    placed_at timestamptz not null,
    lifted_by text,
    lifted_at timestamptz,
    lifted_because_sealed bytea,
    constraint nobody_lifts_a_hold_silently
        check ((lifted_at is null) = (lifted_by is null) and (lifted_at is null) = (lifted_because_sealed is null))
);
comment on table case_hold is 'Holds: while one stands, the case is not purged, however old it is [LPR4]. Protected B.';
comment on column case_hold.id is 'Hold id. Open.';
comment on column case_hold.case_id is 'The case. Open.';
comment on column case_hold.kind is 'An access request, a legal matter, or another. Protected B.';
comment on column case_hold.reason_sealed is 'Why, in their own words, sealed under the key of the file. Protected B.';
comment on column case_hold.placed_by is 'Identity of who placed it. Protected B.';
comment on column case_hold.placed_at is 'When it was placed. Open.';
comment on column case_hold.lifted_by is 'Identity of who lifted it; null while it stands. Protected B.';
comment on column case_hold.lifted_at is 'When it was lifted; null while it stands. Open.';
comment on column case_hold.lifted_because_sealed is 'Why it was lifted, sealed under the key of the file. Protected B.';
create index case_hold_by_case on case_hold (case_id, placed_at);

create table purge_order (
    case_id uuid not null constraint purge_order_one_per_case primary key constraint purge_order_is_of_a_case references case_file (id),
    ordered_by text not null constraint purge_order_names_somebody check (ordered_by <> ''),
    ordered_at timestamptz not null
);
comment on table purge_order is 'Purges that one person ordered and nobody has confirmed yet. Protected B.';
comment on column purge_order.case_id is 'The case. Open.';
comment on column purge_order.ordered_by is 'Identity of who ordered it; another confirms. Protected B.';
comment on column purge_order.ordered_at is 'When. After some days it counts no more. Open.';

create table purge_certificate (
    case_id uuid not null constraint purge_certificate_one_per_case primary key
        constraint purge_certificate_is_of_a_case references case_file (id),
    ordered_by text not null,
    ordered_at timestamptz not null,
    confirmed_by text not null constraint a_purge_takes_two_persons check (confirmed_by <> ordered_by),
    purged_at timestamptz not null,
    last_used_at timestamptz not null,
    retention_months integer not null constraint retention_is_two_years_at_least check (retention_months >= 24),
    retention_over_at timestamptz not null constraint nothing_is_purged_before_its_retention check (retention_over_at <= purged_at),
    holds_lifted integer not null,
    key_ids uuid[] not null,
    key_sides text[] not null,
    row_tables text[] not null,
    row_counts bigint[] not null,
    signature bytea not null,
    constraint purge_certificate_lists_are_whole check
        (cardinality(key_ids) = cardinality(key_sides) and cardinality(row_tables) = cardinality(row_counts))
);
comment on table purge_certificate is 'What was destroyed of a case, on whose order: all that is left of it beside its number [LPR4]. Added to, never changed. Protected B.';
comment on column purge_certificate.case_id is 'The purged case. Open.';
comment on column purge_certificate.ordered_by is 'Identity of who ordered it. Protected B.';
comment on column purge_certificate.ordered_at is 'When it was ordered. Open.';
comment on column purge_certificate.confirmed_by is 'Identity of who confirmed it, another person. Protected B.';
comment on column purge_certificate.purged_at is 'When the keys were destroyed. Open.';
comment on column purge_certificate.last_used_at is 'When the last thing was done to the case. Open.';
comment on column purge_certificate.retention_months is 'The retention that applied. Open.';
comment on column purge_certificate.retention_over_at is 'When it was over. Open.';
comment on column purge_certificate.holds_lifted is 'Holds that had stood; none stood when it was purged. Open.';
comment on column purge_certificate.key_ids is 'Data keys that were destroyed. Open.';
comment on column purge_certificate.key_sides is 'Which side each sealed, in the same order. Open.';
comment on column purge_certificate.row_tables is 'Tables of which rows were deleted. Open.';
comment on column purge_certificate.row_counts is 'How many, in the same order. Open.';
comment on column purge_certificate.signature is 'Ed25519 by the service''s audit key over all of it. Open.';

create table purge_statement (
    case_id uuid not null constraint purge_statement_is_of_a_purge references purge_certificate (case_id),
    service text not null,
    obeyed_at timestamptz not null,
    keys bigint not null,
    row_tables text[] not null,
    row_counts bigint[] not null,
    heard_at timestamptz not null,
    signature bytea not null,
    constraint purge_statement_once_per_service primary key (case_id, service),
    constraint purge_statement_lists_are_whole check (cardinality(row_tables) = cardinality(row_counts))
);
comment on table purge_statement is 'What the other services say that they destroyed of a purged case. Added to, never changed. Open class.';
comment on column purge_statement.case_id is 'The purged case.';
comment on column purge_statement.service is 'Who says so.';
comment on column purge_statement.obeyed_at is 'When it destroyed, by its own clock.';
comment on column purge_statement.keys is 'How many data keys it destroyed.';
comment on column purge_statement.row_tables is 'Tables of which it deleted rows.';
comment on column purge_statement.row_counts is 'How many, in the same order.';
comment on column purge_statement.heard_at is 'When it was heard here.';
comment on column purge_statement.signature is 'Ed25519 by the audit key of this service, over the statement as it was heard.';

create function last_use_of(file uuid) returns timestamptz language sql stable as $$
    select greatest(
        (select greatest(opened_at, screened_at) from case_file where id = file),
        (select max(moved_at) from case_move where case_id = file),
        (select max(added_at) from participant where case_id = file),
        (select max(recorded_at) from assessment where case_id = file),
        (select max(recorded_at) from consent_record where case_id = file),
        (select greatest(max(since), max(ended_at)) from case_access where case_id = file),
        (select greatest(max(broken_at), max(reviewed_at)) from break_glass where case_id = file),
        (select greatest(max(raised_at), max(closed_at)) from case_concern where case_id = file))
$$;
comment on function last_use_of is 'When the last thing was done to a case: the retention counts from here [LPR4]. A hold keeps a case and is no use of it.';

create function is_purged(file uuid) returns boolean language sql stable as $$
    select exists (select from case_file where id = file and purged_at is not null)
$$;
comment on function is_purged is 'Whether the case was purged.';

-- Whoever adds to a case waits for a purge that is under way, and then finds that there is nothing to add to. A case that is hidden from
-- them is refused by the policies, as before.
create function refuse_to_add_to_a_purged_case() returns trigger language plpgsql as $$
declare
    purged timestamptz;
begin
    select purged_at into purged from case_file where id = new.case_id for key share;
    if purged is not null then
        raise exception 'the case was purged' using errcode = 'restrict_violation', constraint = 'nothing_is_added_to_a_purged_case';
    end if;
    return new;
end
$$;
comment on function refuse_to_add_to_a_purged_case is 'Nothing comes back to a case that was purged [LPR4].';

do $$
declare
    name text;
    application text := regexp_replace(current_user, '_owner$', '');
begin
    foreach name in array array['participant', 'assessment', 'consent_record', 'case_move', 'case_access', 'case_concern', 'break_glass',
                                'case_hold', 'purge_order'] loop
        execute format('create trigger nothing_is_added_to_a_purged_case before insert on %I
                        for each row execute function refuse_to_add_to_a_purged_case()', name);
        -- The right to delete is needed for exactly these tables; the policy is what keeps it from being a right to delete anything else.
        execute format('grant delete on %I to %I', name, application);
        execute format('create policy the_service_purges on %I for delete
                        using ((select acting_for_service()) and is_purged(case_id))', name);
    end loop;
    execute format('grant delete on break_glass_use to %I', application);
    execute format('grant delete on outbox to %I', application);
end $$;

-- The policies of these stand for every command: what may be deleted of them is narrowed.
create policy only_of_a_purged_case on break_glass as restrictive for delete using (is_purged(case_id));
create policy only_of_a_purged_case_and_entered on break_glass_use as restrictive for delete
    using (entered_at is not null
           and exists (select from break_glass join case_file on case_file.id = break_glass.case_id
                       where break_glass.id = break_glass_use.break_glass_id and purged_at is not null));
create policy only_of_a_purged_case_and_carried on outbox as restrictive for delete
    using (carried_at is not null and (not must_be_confirmed or confirmed_at is not null)
           and (is_purged(aggregate)
                or exists (select from case_concern join case_file on case_file.id = case_concern.case_id
                           where raise_event_id = outbox.id and purged_at is not null)));

-- The record may be deleted with the case it is of. Everything else is as it was.
create or replace function refuse_to_rewrite_the_record() returns trigger language plpgsql as $$
declare
    before jsonb := to_jsonb(old);
    after jsonb;
    clear text;
    sealed text;
    is_kept boolean;
    is_sealed_now boolean;
    is_emptied boolean;
    allowed boolean := tg_op = 'UPDATE' and tg_nargs > 1;
    purged boolean := exists (select from case_file where id = old.case_id and purged_at is not null);
begin
    if tg_op = 'DELETE' and purged then
        return old;
    end if;
    if allowed then
        after := to_jsonb(new);
        for n in 1 .. tg_nargs - 1 loop
            clear := tg_argv[n];
            sealed := clear || '_sealed';
            is_kept := before -> clear = after -> clear and before -> sealed = after -> sealed;
            is_sealed_now := before ->> clear <> '' and before ->> sealed is null and after ->> clear = '' and after ->> sealed is not null;
            is_emptied := purged and after ->> clear = '' and after ->> sealed is null;
            allowed := allowed and (is_kept or is_sealed_now or is_emptied);
            before := before - clear - sealed;
            after := after - clear - sealed;
        end loop;
        if allowed and before = after then
            return new;
        end if;
    end if;
    raise exception 'the record is never rewritten' using errcode = 'restrict_violation', constraint = tg_argv[0];
end
$$;

alter table case_hold enable row level security, force row level security;
alter table purge_order enable row level security, force row level security;
alter table purge_certificate enable row level security, force row level security;
alter table purge_statement enable row level security, force row level security;

-- Supervisors and the National Manager hold and order; a certificate and a statement are the service's own word.
create policy the_unit_reads on case_hold for select using ((select unit_acts()));
create policy the_unit_holds on case_hold for insert with check ((select unit_acts()));
create policy the_unit_lifts on case_hold for update using ((select unit_acts()));
create policy the_unit_reads on purge_order for select using ((select unit_acts()));
create policy the_unit_orders on purge_order for insert with check ((select unit_acts()));
create policy the_unit_orders_again on purge_order for update using ((select unit_acts()));
create policy the_unit_reads on purge_certificate for select using ((select unit_acts()));
create policy the_service_certifies on purge_certificate for insert with check ((select acting_for_service()) and is_purged(case_id));
create policy the_unit_reads on purge_statement for select using ((select unit_acts()));
create policy the_service_hears on purge_statement for insert with check ((select acting_for_service()));

call only_added_to('purge_certificate', 'purge_statement');

comment on column case_file.purged_at is 'When the case was purged [LPR4]: its keys are destroyed and its rows deleted, and only its ids and its number stay. Open.';
