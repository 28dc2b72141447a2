-- Extracts of OMS: what it said of an offender of a case when it was read, for what and why [TS1b].

create table extract (
    id uuid not null constraint extract_one_row_per_extract primary key,
    case_id uuid not null,
    participant_id uuid not null,
    purpose text not null constraint extract_purpose_is_known check (purpose in ('referral', 'assessment', 'preparation')),
    reason_sealed bytea not null,
    site_sealed bytea not null,
    status_sealed bytea not null,
    conditions_sealed bytea not null,
    read_at timestamptz not null,
    pulled_by text not null constraint extract_names_who_pulled_it check (pulled_by <> ''),
    pulled_at timestamptz not null,
    extract_key text,
    position bigint generated always as identity,
    constraint extract_is_of_somebody_on_the_file foreign key (case_id, participant_id) references participant (case_id, id)
);
comment on table extract is 'What OMS said of an offender of a case. Added to, never changed. Protected B.';
comment on column extract.id is 'Id of the extract. Open.';
comment on column extract.case_id is 'The case. Open.';
comment on column extract.participant_id is 'The offender. Open.';
comment on column extract.purpose is 'What it was read for. Protected B.';
comment on column extract.reason_sealed is 'Why it was read, sealed under the key of the offender''s side. Protected B.';
comment on column extract.site_sealed is 'The site, as OMS names it, sealed likewise. Protected B.';
comment on column extract.status_sealed is 'The status, as OMS names it, sealed likewise. Protected B.';
comment on column extract.conditions_sealed is 'Conditions on contact in the words of OMS, sealed likewise. Protected B.';
comment on column extract.read_at is 'When OMS was read, on the clock of the reader. Protected B.';
comment on column extract.pulled_by is 'Identity of who read it. Protected B.';
comment on column extract.pulled_at is 'When it was kept. Protected B.';
comment on column extract.extract_key is 'Digest of the key of whoever read it: the same key of the same person twice is one reading. Null where they gave none. Open.';
comment on column extract.position is 'Order of reading. Open.';
create index extract_by_case on extract (case_id, position);
create unique index extract_is_read_once_under_a_key on extract (case_id, pulled_by, extract_key);

create trigger extract_is_append_only before update or delete on extract
    for each row execute function refuse_to_rewrite_the_record('extract_is_append_only');
create trigger nothing_is_added_to_a_purged_case before insert on extract
    for each row execute function refuse_to_add_to_a_purged_case();

alter table extract enable row level security, force row level security;

create policy need_to_know on extract for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_adds on extract for insert with check ((select unit_acts()) or actor_knows_of(case_id));
create policy the_service_purges on extract for delete using ((select acting_for_service()) and is_purged(case_id));

call only_added_to('extract');
do $$
begin
    execute format('grant delete on extract to %I', regexp_replace(current_user, '_owner$', ''));
end $$;
