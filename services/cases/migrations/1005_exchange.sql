-- Items that pass between participants, and every step of each [R4b, X-085]. Added to, never changed.

create table exchange_item (
    id uuid not null constraint exchange_item_one_row_per_item primary key,
    case_id uuid not null,
    sender_id uuid not null,
    recipient_id uuid not null constraint nobody_writes_to_themselves check (recipient_id <> sender_id),
    mode text not null constraint exchange_item_mode_is_known check (mode in ('letter', 'video', 'shuttle', 'other')),
    described_mode uuid,
    document_id uuid constraint exchange_item_document_is_kept references document (id),
    words_sealed bytea,
    held_at_sealed bytea,
    replaces uuid constraint exchange_item_replaces_an_item references exchange_item (id),
    registered_by text not null constraint exchange_item_names_who_registered_it check (registered_by <> ''),
    registered_at timestamptz not null,
    item_key text,
    position bigint generated always as identity,
    constraint exchange_item_stands_in_its_own_case unique (case_id, id),
    constraint sender_takes_part_in_the_case foreign key (case_id, sender_id) references participant (case_id, id),
    constraint recipient_takes_part_in_the_case foreign key (case_id, recipient_id) references participant (case_id, id),
    constraint exchange_item_mode_is_described_in_the_case
        foreign key (case_id, described_mode) references described_mode (case_id, id),
    constraint only_another_item_mode_is_described check ((mode = 'other') = (described_mode is not null)),
    constraint there_is_something_to_pass_on
        check (document_id is not null or words_sealed is not null or held_at_sealed is not null)
);
comment on table exchange_item is 'Letters, recordings and relayed messages of participants to one another: items of the programme and no mail [X-085]. Protected B.';
comment on column exchange_item.id is 'Item id. Open.';
comment on column exchange_item.case_id is 'The case. Open.';
comment on column exchange_item.sender_id is 'The participant it comes from. Open.';
comment on column exchange_item.recipient_id is 'The participant it is for. Open.';
comment on column exchange_item.mode is 'The mode in which it passes. Protected B.';
comment on column exchange_item.described_mode is 'For mode other: the described mode. Open.';
comment on column exchange_item.document_id is 'The letter, or the transcript, among the documents of the sender''s side; null where there is none. Open.';
comment on column exchange_item.words_sealed is 'A message to be relayed, sealed under the key of the sender''s side; null where there is none. Protected B.';
comment on column exchange_item.held_at_sealed is 'Where the original is held and by whom, sealed likewise [R8a]; null where it is not said. Protected B.';
comment on column exchange_item.replaces is 'The returned item in whose place this one stands. Open.';
comment on column exchange_item.registered_by is 'Identity of who registered it. Protected B.';
comment on column exchange_item.registered_at is 'When it was registered. Open.';
comment on column exchange_item.item_key is 'Digest of the key of whoever registered it: the same key of the same person twice is one item. Null where they gave none. Open.';
comment on column exchange_item.position is 'Order of registering. Open.';
create index exchange_item_by_case on exchange_item (case_id, position);
create unique index exchange_item_is_registered_once_under_a_key on exchange_item (case_id, registered_by, item_key);

create table exchange_step (
    id uuid not null constraint exchange_step_one_row_per_step primary key,
    case_id uuid not null,
    item_id uuid not null,
    step text not null constraint exchange_step_is_known
        check (step in ('review', 'release', 'return', 'withhold', 'deliver', 'acknowledge', 'decline', 'take-back')),
    words_sealed bytea,
    way text constraint exchange_step_way_is_known
        check (way in ('handed-over', 'read-aloud', 'by-telephone', 'by-video-link', 'through-victim-services')),
    taken_by text not null constraint exchange_step_names_who_took_it check (taken_by <> ''),
    taken_at timestamptz not null,
    position bigint generated always as identity,
    constraint exchange_step_is_of_an_item_of_the_case foreign key (case_id, item_id) references exchange_item (case_id, id),
    constraint a_delivery_has_its_way check ((step = 'deliver') = (way is not null)),
    constraint nothing_is_returned_or_withheld_silently check (step not in ('return', 'withhold') or words_sealed is not null)
);
comment on table exchange_step is 'Every step of an item: the last one says where it stands. Added to, never changed. Protected B.';
comment on column exchange_step.id is 'Step id. Open.';
comment on column exchange_step.case_id is 'The case. Open.';
comment on column exchange_step.item_id is 'The item. Open.';
comment on column exchange_step.step is 'What was done. Protected B.';
comment on column exchange_step.words_sealed is 'Advice, a reason or a note, sealed under the key of the file; null where nothing was said. Protected B.';
comment on column exchange_step.way is 'How it reached the person; null for every other step. Protected B.';
comment on column exchange_step.taken_by is 'Identity of who took the step. Protected B.';
comment on column exchange_step.taken_at is 'When it was taken. Open.';
comment on column exchange_step.position is 'Order of steps: the highest of an item says where it stands. Open.';
create index exchange_step_by_item on exchange_step (item_id, position desc);
create index exchange_step_by_case on exchange_step (case_id, position);
create unique index an_item_is_delivered_once on exchange_step (item_id) where step = 'deliver';
create index exchange_step_of_a_release on exchange_step (case_id, item_id, position) where step = 'release';

create trigger exchange_item_is_append_only before update or delete on exchange_item
    for each row execute function refuse_to_rewrite_the_record('exchange_item_is_append_only');
create trigger exchange_step_is_append_only before update or delete on exchange_step
    for each row execute function refuse_to_rewrite_the_record('exchange_step_is_append_only');
create trigger nothing_is_added_to_a_purged_case before insert on exchange_item
    for each row execute function refuse_to_add_to_a_purged_case();
create trigger nothing_is_added_to_a_purged_case before insert on exchange_step
    for each row execute function refuse_to_add_to_a_purged_case();

alter table exchange_item enable row level security, force row level security;
alter table exchange_step enable row level security, force row level security;

create policy need_to_know on exchange_item for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_registers on exchange_item for insert with check ((select unit_acts()) or actor_knows_of(case_id));
create policy the_service_purges on exchange_item for delete using ((select acting_for_service()) and is_purged(case_id));

create policy need_to_know on exchange_step for select using ((select unit_acts()) or actor_knows_of(case_id));
create policy whoever_knows_adds on exchange_step for insert with check ((select unit_acts()) or actor_knows_of(case_id));
create policy the_service_purges on exchange_step for delete using ((select acting_for_service()) and is_purged(case_id));

call only_added_to('exchange_item', 'exchange_step');

do $$
begin
    execute format('grant delete on exchange_item, exchange_step to %I', regexp_replace(current_user, '_owner$', ''));
end $$;
