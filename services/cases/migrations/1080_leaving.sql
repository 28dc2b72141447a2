-- Participants can leave a case, and who comes back is known as who they were.

create table leaving (
    participant_id uuid not null constraint leaving_once_per_participant primary key,
    case_id uuid not null,
    wish text not null constraint leaving_wish_is_known check (wish in ('own', 'unit', 'mediator', 'unable', 'mistake')),
    reason_sealed bytea,
    recorded_by text not null,
    left_at timestamptz not null,
    stays_as uuid[] not null default '{}',
    constraint leaving_is_of_a_participant_of_the_case foreign key (case_id, participant_id) references participant (case_id, id),
    constraint nobody_is_sent_away_silently check (wish = 'own' or reason_sealed is not null)
);
comment on table leaving is 'Participants who left a case: who, when, at whose wish. They stay on the file, and are no participants for the gate [IM1c, D-RO]. Added to, never changed. Protected B.';
comment on column leaving.participant_id is 'Who left. Open.';
comment on column leaving.case_id is 'The case. Open.';
comment on column leaving.wish is 'At whose wish: their own, the RJ Unit''s, the mediator''s; or they can take part no longer, or were put on the file by mistake. Protected B.';
comment on column leaving.reason_sealed is 'Why, sealed under the key of the person''s side; null where they left at their own wish and nothing was said. Protected B.';
comment on column leaving.recorded_by is 'Identity of who recorded it. Protected B.';
comment on column leaving.left_at is 'When it was recorded: from here on they are no participant. Protected B.';
comment on column leaving.stays_as is 'Participants who stay and may be the same person, entered twice: nothing goes on with them either before they have said so on their own initiative [IM1c]. Open.';
create index leaving_by_case on leaving (case_id);

alter table participant add column formerly uuid;
alter table participant add constraint participant_was_formerly_one_of_the_case
    foreign key (case_id, formerly) references participant (case_id, id);
alter table participant add constraint participant_was_formerly_another_row check (formerly <> id);
comment on column participant.formerly is 'The participant who left that this person was: nothing goes on with them before they have said so on their own initiative [IM1c]. Null for anybody else. Open.';

alter table leaving enable row level security, force row level security;
create policy need_to_know on leaving for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_adds on leaving for insert with check ((select unit_acts()) or actor_knows_of(case_id));
call only_added_to('leaving');

-- A leaving goes with its case, and is a use of it [LPR4].
create trigger nothing_is_added_to_a_purged_case before insert on leaving
    for each row execute function refuse_to_add_to_a_purged_case();
create policy the_service_purges on leaving for delete using ((select acting_for_service()) and is_purged(case_id));
do $$
begin
    execute format('grant delete on leaving to %I', regexp_replace(current_user, '_owner$', ''));
end $$;

create or replace function last_use_of(file uuid) returns timestamptz language sql stable as $$
    select greatest(
        (select greatest(opened_at, screened_at) from case_file where id = file),
        (select max(moved_at) from case_move where case_id = file),
        (select max(added_at) from participant where case_id = file),
        (select max(left_at) from leaving where case_id = file),
        (select max(recorded_at) from assessment where case_id = file),
        (select max(recorded_at) from consent_record where case_id = file),
        (select max(kept_at) from document where case_id = file),
        (select greatest(max(since), max(ended_at)) from case_access where case_id = file),
        (select greatest(max(broken_at), max(reviewed_at)) from break_glass where case_id = file),
        (select greatest(max(raised_at), max(closed_at)) from case_concern where case_id = file))
$$;
