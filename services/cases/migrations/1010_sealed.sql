-- Names, numbers and narratives are sealed under a key of the case and of the side they belong to. The clear columns stay for the
-- version before: this version leaves them empty, and seals at its start what stands in them.

alter table participant drop constraint participant_has_a_name;
alter table participant add column name_sealed bytea;
alter table participant add column fps_sealed bytea;
alter table participant add constraint participant_name_is_sealed_or_in_clear check (name_sealed is null or name = '');
alter table participant add constraint participant_fps_is_sealed_or_in_clear check (fps_sealed is null or fps = '');
comment on column participant.name is 'Empty; the name in clear where a former version wrote it and it is not sealed yet. Protected B.';
comment on column participant.fps is 'Empty; the number in clear where a former version wrote it and it is not sealed yet. Protected B.';
comment on column participant.name_sealed is 'Name of the person, sealed under the key of their side; null in a purged case. Protected B.';
comment on column participant.fps_sealed is 'Finger Print Section number, empty where there is none, sealed under the key of their side. Protected B.';

alter table assessment add column notes_sealed bytea;
alter table assessment add column for_the_head_sealed bytea;
alter table assessment add constraint assessment_notes_are_sealed_or_in_clear check (notes_sealed is null or notes = '');
alter table assessment add constraint assessment_for_the_head_is_sealed_or_in_clear check (for_the_head_sealed is null or for_the_head = '');
comment on column assessment.notes is 'Empty; in clear where a former version wrote it, or where imminent risk was recorded while no key could be had. Protected B.';
comment on column assessment.for_the_head is 'As notes. Protected B, need to know.';
comment on column assessment.notes_sealed is 'Narrative of the assessor, sealed under the key of the participant''s side. Protected B.';
comment on column assessment.for_the_head_sealed is 'What the responsible head must know to act on imminent risk, sealed likewise. Protected B, need to know.';

alter table case_move add column id uuid not null default gen_random_uuid();
alter table case_move add column reason_sealed bytea;
alter table case_move add constraint case_move_reason_is_sealed_or_in_clear check (reason_sealed is null or reason = '');
comment on column case_move.id is 'Id of the move: what its sealed reason is bound to. Open.';
comment on column case_move.reason is 'Empty; in clear where a former version wrote it and it is not sealed yet. Protected B.';
comment on column case_move.reason_sealed is 'Why, in the mover''s words, sealed under the key of the file; empty where a consent ended. Protected B.';

alter table case_file add column purged_at timestamptz;
alter table case_file add constraint only_a_closed_case_is_purged check (purged_at is null or stage = 'closed');
comment on column case_file.purged_at is 'When the keys of the case were destroyed [LPR4]. Open.';

-- The record may be hidden, word by word, and in a purged case emptied; otherwise it is as it was written.
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
    purged boolean;
begin
    if allowed then
        after := to_jsonb(new);
        purged := exists (select from case_file where id = old.case_id and purged_at is not null);
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
comment on function refuse_to_rewrite_the_record is 'Assessments, consents and moves are added to, never changed [R3a, R4a, IM1c]: what stands in clear may be sealed, and what a purged case held emptied [LPR4].';
drop trigger assessment_is_append_only on assessment;
create trigger assessment_is_append_only before update or delete on assessment
    for each row execute function refuse_to_rewrite_the_record('assessment_is_append_only', 'notes', 'for_the_head');
drop trigger case_move_is_append_only on case_move;
create trigger case_move_is_append_only before update or delete on case_move
    for each row execute function refuse_to_rewrite_the_record('case_move_is_append_only', 'reason');
