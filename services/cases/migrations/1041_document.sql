-- Documents on a case file: what is known of each; their bytes stand in the store of documents, sealed under the key of their side [TS1c].

create table document (
    id uuid not null constraint document_once primary key,
    case_id uuid not null constraint document_is_of_a_case references case_file (id),
    side text not null constraint document_side_is_known check (side in ('victim', 'offender', 'file')),
    kind text not null constraint document_kind_is_known check (kind in ('consent_form', 'letter', 'agreement', 'report', 'other')),
    media_type text not null,
    name_sealed bytea not null,
    size bigint not null constraint document_is_not_empty check (size > 0),
    hash_sealed bytea not null,
    submission_key text not null,
    kept_by text not null,
    kept_at timestamptz not null,
    constraint document_kept_once_per_key unique (case_id, submission_key)
);
comment on table document is 'Documents on a file. Their bytes are in the store of documents under this id, sealed. Protected B.';
comment on column document.id is 'Drawn at random; also the name of the bytes in the store.';
comment on column document.case_id is 'On whose file it stands.';
comment on column document.side is 'Whose key seals it: the victim''s, the offender''s, or that of the file.';
comment on column document.kind is 'What it is.';
comment on column document.media_type is 'One of the types that are kept; the bytes are of it.';
comment on column document.name_sealed is 'What its readers see, sealed. Protected B.';
comment on column document.size is 'Bytes of the document itself.';
comment on column document.hash_sealed is 'SHA-256 of the document itself, sealed: in clear it would confirm a guess. Protected B.';
comment on column document.submission_key is 'Made by who kept it: the same key twice is the same document.';
comment on column document.kept_by is 'Identity of who kept it.';
comment on column document.kept_at is 'When.';
create index document_by_case on document (case_id, kept_at);

alter table document enable row level security, force row level security;
create policy need_to_know on document for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_keeps on document for insert with check ((select unit_acts()) or actor_knows_of(case_id));
call only_added_to('document');

-- A document goes with its case, and keeping one is a use of it [LPR4].
create trigger nothing_is_added_to_a_purged_case before insert on document
    for each row execute function refuse_to_add_to_a_purged_case();
create policy the_service_purges on document for delete using ((select acting_for_service()) and is_purged(case_id));
do $$
begin
    execute format('grant delete on document to %I', regexp_replace(current_user, '_owner$', ''));
end $$;

create or replace function last_use_of(file uuid) returns timestamptz language sql stable as $$
    select greatest(
        (select greatest(opened_at, screened_at) from case_file where id = file),
        (select max(moved_at) from case_move where case_id = file),
        (select max(added_at) from participant where case_id = file),
        (select max(recorded_at) from assessment where case_id = file),
        (select max(recorded_at) from consent_record where case_id = file),
        (select max(kept_at) from document where case_id = file),
        (select greatest(max(since), max(ended_at)) from case_access where case_id = file),
        (select greatest(max(broken_at), max(reviewed_at)) from break_glass where case_id = file),
        (select greatest(max(raised_at), max(closed_at)) from case_concern where case_id = file))
$$;
