-- Reviews by the RJ Unit: what an event or its own schedule opened for it, and every event that called for one [RM1a].

create table review (
    id uuid not null constraint review_one_row_per_review primary key,
    case_id uuid not null constraint review_is_of_a_case references case_file (id),
    trigger text not null constraint review_trigger_is_known
        check (trigger in ('transfer', 'release', 'condition', 'concern', 'withdrawal', 'schedule')),
    opened_at timestamptz not null,
    finding text constraint review_finding_is_known check (finding in ('goes-on', 'goes-on-with-measures')),
    note_sealed bytea,
    finished_by text,
    finished_at timestamptz,
    signed_off_by text,
    signed_off_at timestamptz,
    position bigint generated always as identity,
    constraint review_id_is_of_its_case unique (case_id, id),
    constraint a_finished_review_has_a_finding check ((finished_at is null) = (finding is null) and (finished_at is null) = (finished_by is null)),
    constraint a_note_comes_with_a_finding check (note_sealed is null or finding is not null),
    constraint measures_are_named check (finding <> 'goes-on-with-measures' or note_sealed is not null),
    constraint a_signature_says_whose check ((signed_off_at is null) = (signed_off_by is null)),
    constraint nobody_signs_off_what_is_open check (signed_off_at is null or finished_at is not null),
    constraint nobody_signs_off_their_own_review check (signed_off_by <> finished_by)
);
comment on table review is 'Reviews by the RJ Unit. While one is open it stands in the gate. Protected B.';
comment on column review.id is 'Id of the review. Open.';
comment on column review.case_id is 'The case. Open.';
comment on column review.trigger is 'What opened it. Protected B.';
comment on column review.opened_at is 'When it opened. Protected B.';
comment on column review.finding is 'What was found; null while it is open. Protected B.';
comment on column review.note_sealed is 'The note to the finding, sealed under the key of the file; null where nothing was said. Protected B.';
comment on column review.finished_by is 'Identity of who finished it; null while it is open. Protected B.';
comment on column review.finished_at is 'When it was finished; null while it is open. Protected B.';
comment on column review.signed_off_by is 'Identity of the supervisor who signed it off; null until then. Protected B.';
comment on column review.signed_off_at is 'When it was signed off; null until then. Protected B.';
comment on column review.position is 'Order of opening. Open.';
create unique index a_review_of_each_trigger_is_open_once on review (case_id, trigger) where finished_at is null;
create index review_by_case on review (case_id, position);

create table review_event (
    id uuid not null constraint review_event_one_row_per_event primary key,
    case_id uuid not null,
    review_id uuid not null,
    came_at timestamptz not null,
    position bigint generated always as identity,
    constraint review_event_is_of_a_review_of_the_case foreign key (case_id, review_id) references review (case_id, id)
);
comment on table review_event is 'Every event that called for a review: the first opened it. Added to, never changed. Protected B.';
comment on column review_event.id is 'Id of the event; the same event twice is one. Open.';
comment on column review_event.case_id is 'The case. Open.';
comment on column review_event.review_id is 'The review that was open then. Open.';
comment on column review_event.came_at is 'When it came. Protected B.';
comment on column review_event.position is 'Order of events. Open.';
create index review_event_by_case on review_event (case_id, position);

-- A finding is written once, and a signature once.
create function refuse_to_change_a_finding() returns trigger language plpgsql as $$
begin
    if new.id = old.id and new.case_id = old.case_id and new.trigger = old.trigger and new.opened_at = old.opened_at
       and (old.finished_at is null and new.signed_off_at is null
            or (new.finding, new.note_sealed, new.finished_by, new.finished_at)
                is not distinct from (old.finding, old.note_sealed, old.finished_by, old.finished_at) and old.signed_off_at is null) then
        return new;
    end if;
    raise exception 'the finding of a review is never rewritten' using errcode = 'restrict_violation', constraint = 'a_finding_stands';
end $$;
comment on function refuse_to_change_a_finding is 'A review is finished once and signed off once; nothing of it changes afterwards [RM1a].';

create trigger a_finding_stands before update on review for each row execute function refuse_to_change_a_finding();
create trigger review_event_is_append_only before update or delete on review_event
    for each row execute function refuse_to_rewrite_the_record('review_event_is_append_only');
create trigger nothing_is_added_to_a_purged_case before insert on review
    for each row execute function refuse_to_add_to_a_purged_case();
create trigger nothing_is_added_to_a_purged_case before insert on review_event
    for each row execute function refuse_to_add_to_a_purged_case();

alter table review enable row level security, force row level security;
alter table review_event enable row level security, force row level security;

create policy need_to_know on review for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_opens on review for insert with check ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_answers_finishes on review for update
    using ((select unit_acts()) or (select acting_reach()) is not distinct from 'officer' and actor_knows_of(case_id));
create policy the_service_purges on review for delete using ((select acting_for_service()) and is_purged(case_id));
create policy need_to_know on review_event for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_adds on review_event for insert with check ((select unit_acts()) or actor_knows_of(case_id));
create policy the_service_purges on review_event for delete using ((select acting_for_service()) and is_purged(case_id));

call only_added_to('review_event');
do $$
begin
    execute format('grant delete on review, review_event to %I', regexp_replace(current_user, '_owner$', ''));
end $$;
