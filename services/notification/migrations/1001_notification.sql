-- Notification: what stands in each inbox, the ledger of every attempt to tell somebody something, how victims and staff can be reached,
-- and what is guarded for the alarm.

-- What people are told, and how victims and staff can be reached, is sealed. Only an alarm may stand in clear, for it waits for no key;
-- it is sealed as soon as there is one.

-- Tables: what people and offices are told.

create table ring (
    ring_id uuid not null constraint ring_is_taken_once primary key,
    concern_id uuid not null,
    audience text not null constraint ring_audience_known check (audience in ('nhq', 'responsible-head')),
    step integer not null,
    level integer not null,
    no_route boolean not null,
    delivered_at timestamptz not null,
    unreached_at timestamptz
);
comment on table ring is 'Rings of the safety ladder that stand in inboxes. Ids, codes and clocks only [R3e].';
comment on column ring.ring_id is 'Made by safety for (concern, audience, step): the same ring twice is one ring, by whichever road it comes.';
comment on column ring.concern_id is 'The concern that rings.';
comment on column ring.audience is 'Who must accept: nhq, or the responsible head.';
comment on column ring.step is 'Counts from 0; 0 is the first ring.';
comment on column ring.level is 'How far up the ladder it has climbed.';
comment on column ring.no_route is 'Safety knew nobody who holds the office.';
comment on column ring.delivered_at is 'When it stood in the inboxes; the same answer is given to every repeat.';
comment on column ring.unreached_at is 'When safety was told that nothing that was to leave for it reached anybody; null: it was not.';
create index ring_by_concern on ring (concern_id);

create table inbox_item (
    item_id uuid not null constraint inbox_item_one_row_per_item primary key,
    recipient text not null constraint inbox_item_has_a_recipient check (recipient <> ''),
    template text not null,
    about uuid not null,
    audience text constraint inbox_item_audience_known check (audience in ('nhq', 'responsible-head')),
    reference text not null,
    grade text constraint inbox_item_urgency_known check (grade in ('imminent', 'concern', 'question', 'drill')),
    language text not null constraint inbox_item_language_known check (language in ('en', 'fr', 'en+fr')),
    title text not null,
    body text not null,
    envelope bytea,
    created_at timestamptz not null,
    last_rung_at timestamptz not null,
    ring_count integer not null default 1 constraint inbox_item_rang_at_least_once check (ring_count >= 1),
    read_at timestamptz,
    read_by text,
    title_sealed bytea,
    body_sealed bytea,
    envelope_sealed bytea,
    happened_at timestamptz,
    things integer,
    constraint inbox_item_does_not_pile_up unique nulls not distinct (recipient, template, about, audience),
    constraint inbox_item_read_by_somebody check ((read_at is null) = (read_by is null)),
    constraint inbox_item_ring_is_whole_in_clear_or_sealed
        check ((audience is null) = (grade is null) and (audience is null) = (envelope is null and envelope_sealed is null)),
    constraint inbox_item_is_sealed_or_in_clear
        check ((title_sealed is null or title = '') and (body_sealed is null or body = '') and (envelope_sealed is null or envelope is null))
);
comment on table inbox_item is 'What people and offices are told, inside the wall. Protected B.';
comment on column inbox_item.item_id is 'Id of the item.';
comment on column inbox_item.recipient is 'Subject of a person, or an office such as institutional-head/mission; whoever holds the office sees it.';
comment on column inbox_item.template is 'Template code.';
comment on column inbox_item.about is 'Concern, referral, case or review the item tells of.';
comment on column inbox_item.audience is 'For a concern: the audience whose envelope this is. One item for (recipient, concern, audience), however often it rings.';
comment on column inbox_item.reference is 'What an outside notice may quote: safe to read out on the telephone.';
comment on column inbox_item.grade is 'For a concern: its grade.';
comment on column inbox_item.language is 'Language of title and body; en+fr where the recipient has not said [LOLA].';
comment on column inbox_item.title is 'Empty; in clear while it is not sealed. Protected B.';
comment on column inbox_item.body is 'Empty; in clear while it is not sealed. Protected B.';
comment on column inbox_item.envelope is 'Null; in clear while it is not sealed. Protected B.';
comment on column inbox_item.created_at is 'When the item first stood in the inbox.';
comment on column inbox_item.last_rung_at is 'When it last rang, or was created: inboxes are sorted by it.';
comment on column inbox_item.ring_count is 'How many rings this one item stands for.';
comment on column inbox_item.read_at is 'When it was read; a later ring makes it unread again.';
comment on column inbox_item.read_by is 'Subject of the person who read it.';
comment on column inbox_item.title_sealed is 'Rendered title, sealed under the key of what it is about. Protected B.';
comment on column inbox_item.body_sealed is 'Rendered text, sealed likewise. Protected B.';
comment on column inbox_item.envelope_sealed is 'For a concern: protobuf ro.safety.v1.Envelope, cut to the classes of the audience, sealed likewise. Protected B.';
comment on column inbox_item.happened_at is 'When what it tells of happened; the same thing of a later moment is told again. Null for alarms, and where no moment was told.';
comment on column inbox_item.things is 'How many things it tells of, where that grows: the referrals of an import. It is told again when there are more. Null for one thing.';
create index inbox_item_by_thing on inbox_item (about);
create index inbox_item_alarms_unread on inbox_item (recipient, last_rung_at desc, item_id desc) where audience is not null and read_at is null;
create index inbox_item_rest on inbox_item (recipient, last_rung_at desc, item_id desc) where audience is null or read_at is not null;
create index inbox_item_rest_unread on inbox_item (recipient, last_rung_at desc, item_id desc) where audience is null and read_at is null;
create index inbox_item_in_clear on inbox_item (item_id) where title <> '' or body <> '' or envelope is not null;

create table delivery (
    delivery_id uuid not null constraint delivery_one_row_per_delivery primary key,
    item_id uuid constraint delivery_is_of_an_item references inbox_item (item_id),
    recipient text not null,
    victim_ref text,
    template text not null,
    channel text not null constraint delivery_channel_known check (channel in ('inbox', 'email', 'gateway', 'push', 'text', 'voice')),
    via uuid not null default '00000000-0000-0000-0000-000000000000',
    state text not null constraint delivery_state_known check (state in ('pending', 'sent', 'delivered', 'retrying', 'withheld', 'failed')),
    language text not null constraint delivery_language_known check (language in ('en', 'fr', 'en+fr')),
    reference text not null,
    grade text constraint delivery_urgency_known check (grade in ('imminent', 'concern', 'question', 'drill')),
    attempts integer not null,
    reason text not null default '',
    created_at timestamptz not null,
    due_at timestamptz not null,
    finished_at timestamptz,
    held_until timestamptz,
    participant_id uuid,
    constraint delivery_finishes_with_its_state check ((finished_at is null) = (state in ('pending', 'sent', 'retrying')))
);
comment on table delivery is 'The ledger: every attempt to tell somebody something, by every channel. No content and no address.';
comment on column delivery.delivery_id is 'Id; also the Message-ID of the mail, so that a mail sent twice is recognisable.';
comment on column delivery.item_id is 'The inbox item it announces.';
comment on column delivery.recipient is 'Person or office, as in inbox_item.';
comment on column delivery.victim_ref is 'Set where the recipient is a victim, as in contact_point: a do-not-contact mark on it beats everything at send time [L26-6]. Protected B.';
comment on column delivery.participant_id is 'Set where it is to a participant of a case, for that case: while contact with them is stopped, nothing is sent [IM1c, L26-6].';
comment on column delivery.template is 'Template code of what it tells of; e-mail carries the content-free form of it only.';
comment on column delivery.channel is 'inbox, email, gateway: the deployment''s own gateway to telephones and pagers, push: a browser of the person, or text and voice: a number of the person, by the gateway.';
comment on column delivery.via is 'The channel of the person''s own that it leaves by, as in channel; nil where it is none.';
comment on column delivery.state is 'pending, sent (a gateway took it, its report is awaited), delivered, retrying, withheld (a rule forbade it before a byte left) or failed (somebody must act).';
comment on column delivery.language is 'Language it is written in.';
comment on column delivery.reference is 'Reference an outside notice quotes.';
comment on column delivery.grade is 'For a concern: its grade.';
comment on column delivery.attempts is 'How often it was tried.';
comment on column delivery.reason is 'Stable code of what went wrong last; empty where nothing did.';
comment on column delivery.created_at is 'When it was asked for.';
comment on column delivery.due_at is 'Not tried before this; while an attempt runs, when another worker may take it over.';
comment on column delivery.finished_at is 'When it came to its end.';
comment on column delivery.held_until is 'Not tried before this: the end of the recipient''s quiet hours. Null where it is not held, or no longer.';
create unique index delivery_one_open_per_item on delivery (item_id, channel, via) where state in ('pending', 'retrying');
create index delivery_newest_first on delivery (created_at desc, delivery_id desc);
create index delivery_by_item on delivery (item_id);
create index delivery_by_reference on delivery (reference, created_at desc, delivery_id desc);
create index delivery_open_to_a_participant on delivery (participant_id) where participant_id is not null and state in ('pending', 'retrying');
create index delivery_to_send on delivery (grade, due_at) where channel = 'email' and state in ('pending', 'retrying');
create index delivery_to_call on delivery (due_at) where channel in ('gateway', 'text', 'voice') and state in ('pending', 'sent', 'retrying');
create index delivery_to_push on delivery (due_at) where channel = 'push' and state in ('pending', 'retrying');
create index delivery_to_send_notice on delivery (due_at) where channel = 'email' and state in ('pending', 'retrying') and grade is null;

create table import_told (
    about uuid not null constraint import_told_once_per_site primary key,
    site text not null,
    reference text not null,
    referrals integer not null constraint import_told_counts_referrals check (referrals > 0),
    begun_at timestamptz not null
);
comment on table import_told is 'How many referrals of an import from one site were told of so far. Ids, counts and clocks only. Open class.';
comment on column import_told.about is 'What the item in the inbox is about: made of the import and the site.';
comment on column import_told.site is 'The site that the referrals are from.';
comment on column import_told.reference is 'What the item is quoted by: safe to read out on the telephone.';
comment on column import_told.referrals is 'Referrals that have come so far.';
comment on column import_told.begun_at is 'When the first of them came.';

-- Tables: how each person wants to be told.

create table preference (
    subject text not null constraint preference_one_row_per_person primary key,
    language text constraint preference_language_known check (language in ('en', 'fr')),
    email text constraint preference_email_is_not_empty check (email <> ''),
    updated_at timestamptz not null,
    email_sealed bytea,
    zone text,
    quiet_from smallint constraint preference_quiet_hours_begin_in_a_day check (quiet_from between 0 and 1439),
    quiet_until smallint constraint preference_quiet_hours_end_in_a_day check (quiet_until between 0 and 1439),
    awaiting_sealed bytea,
    code_sealed bytea,
    code_expires_at timestamptz,
    code_tries integer not null default 0,
    constraint preference_address_awaits_a_code check (num_nonnulls(awaiting_sealed, code_sealed, code_expires_at) in (0, 3)),
    constraint preference_quiet_hours_are_whole check
        (num_nonnulls(quiet_from, quiet_until) in (0, 2) and (quiet_from is null or zone is not null and quiet_from <> quiet_until)),
    constraint preference_email_is_sealed_or_in_clear check (email_sealed is null or email is null)
);
comment on table preference is 'Language and staff e-mail address of each person, set by themselves [LOLA, TS1a]. Protected B.';
comment on column preference.subject is 'Identity of the person, an opaque id.';
comment on column preference.language is 'en or fr; empty: both languages are sent.';
comment on column preference.email is 'Null; in clear while it is not sealed. Protected B.';
comment on column preference.updated_at is 'When it was last set.';
comment on column preference.zone is 'Time zone of the person, by its name in the tz database.';
comment on column preference.quiet_from is 'Minute of the day at which their quiet hours begin, on the clock of their zone; null: they have none.';
comment on column preference.quiet_until is 'Minute of the day at which these end.';
comment on column preference.email_sealed is 'Staff address, sealed under a key of the person. Protected B.';
comment on column preference.awaiting_sealed is 'Address that is used once the code that was sent to it was given, sealed likewise; null: none waits. Protected B.';
comment on column preference.code_sealed is 'That code, sealed likewise. Protected B.';
comment on column preference.code_expires_at is 'Until when that code is good.';
comment on column preference.code_tries is 'How often a code was given for it in vain.';
create index preference_in_clear on preference (subject) where email is not null;

create table channel (
    channel_id uuid not null constraint channel_one_row_per_channel primary key,
    subject text not null,
    kind text not null constraint channel_kind_known check (kind in ('push', 'text', 'voice')),
    place_index text not null,
    place_sealed bytea not null,
    name_sealed bytea not null,
    key_version integer,
    added_at timestamptz not null,
    confirmed_at timestamptz,
    used_at timestamptz,
    reason text not null default '',
    code_sealed bytea,
    code_expires_at timestamptz,
    code_tries integer not null default 0,
    constraint channel_code_is_good_until_some_time check ((code_sealed is null) = (code_expires_at is null)),
    constraint channel_place_is_one_channel unique (kind, place_index),
    constraint channel_push_is_under_a_key check (key_version is not null or kind <> 'push')
);
comment on table channel is 'Channels of each person''s own, added and removed by themselves. Protected B.';
comment on column channel.channel_id is 'Id of the channel, as in delivery.via.';
comment on column channel.subject is 'Identity of the person, an opaque id.';
comment on column channel.kind is 'push: a browser, with the page closed; text and voice: a number, by the gateway.';
comment on column channel.place_index is 'A keyed index of the place, so that one browser is one channel, of the person who used it last; and one number of a person one. Protected B.';
comment on column channel.place_sealed is 'Address and keys of the browser at its push service, or the number, sealed under a key of the person. Protected B.';
comment on column channel.name_sealed is 'What the person knows it by, sealed likewise. Protected B.';
comment on column channel.key_version is 'For a browser: version of the key of the deployment that it was enrolled under.';
comment on column channel.added_at is 'When it was added.';
comment on column channel.confirmed_at is 'When it was shown to be the person''s: a browser as it was added, a number by a code. Null: it is sent nothing but its code.';
comment on column channel.used_at is 'When something was last taken by it; null: never.';
comment on column channel.reason is 'Stable code of what went wrong last; empty where the last attempt was taken.';
comment on column channel.code_sealed is 'The code that was sent to it last, sealed likewise; null once it was given. Protected B.';
comment on column channel.code_expires_at is 'Until when that code is good.';
comment on column channel.code_tries is 'How often a code was given for it in vain.';
create index channel_by_person on channel (subject, added_at);

-- Tables: the contact register. Every value a region ever pushed, the do-not-contact marks, and the comparisons people owe.

create table contact_point (
    contact_id uuid not null constraint contact_point_is_taken_once primary key,
    victim_ref text not null constraint contact_point_is_somebodys check (victim_ref <> ''),
    region text not null constraint contact_point_region_known check (region in ('atlantic', 'quebec', 'ontario', 'prairie', 'pacific')),
    kind text not null constraint contact_point_kind_known check (kind in ('unknown', 'phone', 'email', 'post', 'tty')),
    value text not null,
    language text constraint contact_point_language_known check (language in ('en', 'fr')),
    safe_contact text not null,
    do_not_contact boolean not null,
    receipt_number text not null,
    effective_at timestamptz not null,
    taken_at timestamptz not null,
    value_sealed bytea,
    safe_contact_sealed bytea,
    in_one_form boolean not null default false,
    constraint contact_point_is_sealed_or_in_clear
        check ((value_sealed is null or value = '') and (safe_contact_sealed is null or safe_contact = ''))
);
comment on table contact_point is 'Contacts of victims as the regions pushed them. Rows are only added: no value is ever lost [CARD5, R5b]. Protected B; no name stands here.';
comment on column contact_point.contact_id is 'Id that intake gave the push.';
comment on column contact_point.victim_ref is 'A keyed index of the reference that the region gave, so that it can be looked up and not read. Protected B.';
comment on column contact_point.region is 'Region that pushed it.';
comment on column contact_point.kind is 'phone, email, post, tty, or unknown.';
comment on column contact_point.value is 'Empty; in clear while it is not sealed. Protected B.';
comment on column contact_point.language is 'Language the victim asked for.';
comment on column contact_point.safe_contact is 'Empty; in clear while it is not sealed. Protected B.';
comment on column contact_point.do_not_contact is 'This push carried the mark.';
comment on column contact_point.receipt_number is 'Receipt number of the referral it belongs to, where there is one.';
comment on column contact_point.effective_at is 'From when it holds, as the region said; otherwise when intake received it.';
comment on column contact_point.taken_at is 'When it stood in this register.';
comment on column contact_point.value_sealed is 'Number or address, sealed under a key of the push; null where the push was only a mark. Protected B.';
comment on column contact_point.safe_contact_sealed is 'When and how it is safe to call, in the region''s words, sealed likewise. Protected B.';
comment on column contact_point.in_one_form is 'The index was made of the one form of the reference; where it was made of the spelling, the contact is fetched from intake once more.';
create index contact_point_by_victim on contact_point (victim_ref, kind);
create index contact_point_as_spelled on contact_point (contact_id) where not in_one_form;
create index contact_point_in_clear on contact_point (contact_id) where value <> '' or safe_contact <> '';
create index contact_point_without_index on contact_point (victim_ref) where not starts_with(victim_ref, 'hmac-sha256:');

create table do_not_contact (
    victim_ref text not null constraint do_not_contact_marks_a_victim_once primary key,
    contact_id uuid not null constraint do_not_contact_came_with_a_push references contact_point (contact_id),
    marked_at timestamptz not null
);
comment on table do_not_contact is 'Victims who asked not to be contacted. A later push without the mark does not lift it [CCRA 26(6)]. Protected B.';
comment on column do_not_contact.victim_ref is 'As in contact_point.';
comment on column do_not_contact.contact_id is 'The push that brought the mark.';
comment on column do_not_contact.marked_at is 'When it was marked.';
create index do_not_contact_by_contact on do_not_contact (contact_id);

create table contact_stop (
    participant_id uuid not null constraint contact_stop_once_per_participant primary key,
    case_id uuid not null,
    sequence bigint not null,
    stopped boolean not null,
    changed_at timestamptz not null,
    heard_at timestamptz not null
);
comment on table contact_stop is 'Participants of a case with whom contact is or was stopped, as cases last told it. It stands beside a do-not-contact mark, and lifts none [IM1c, L26-6]. Ids and clocks only. Open class.';
comment on column contact_stop.participant_id is 'The participant, an id of cases: a person has another one in each case.';
comment on column contact_stop.case_id is 'The case.';
comment on column contact_stop.sequence is 'Of the newest that came: what comes with a lower one changes nothing.';
comment on column contact_stop.stopped is 'Nothing is sent; otherwise contact is clear again.';
comment on column contact_stop.changed_at is 'When it changed at cases.';
comment on column contact_stop.heard_at is 'When it was heard here.';
create index contact_stop_by_case on contact_stop (case_id);

create table contact_review (
    review_id uuid not null constraint contact_review_one_row_per_review primary key,
    victim_ref text not null,
    kind text not null,
    reference text not null,
    opened_at timestamptz not null,
    closed_at timestamptz
);
comment on table contact_review is 'Somebody must compare: regions hold different values for one victim [CARD5]. Protected B.';
comment on column contact_review.review_id is 'Id of the task.';
comment on column contact_review.victim_ref is 'As in contact_point.';
comment on column contact_review.kind is 'Kind of contact in which the regions differ.';
comment on column contact_review.reference is 'Safe to read out on the telephone.';
comment on column contact_review.opened_at is 'When the difference was first seen.';
comment on column contact_review.closed_at is 'When somebody settled it.';
create unique index contact_review_one_open_per_kind on contact_review (victim_ref, kind) where closed_at is null;

-- Tables: what is guarded for the alarm. Concerns that an audience has not accepted, and by when they must have rung again [R3e, TRAP-1].

create table guarded (
    concern_id uuid not null,
    audience text not null constraint guarded_audience_known check (audience in ('nhq', 'responsible-head')),
    reference text not null,
    grade text not null constraint guarded_urgency_known check (grade in ('imminent', 'concern', 'question', 'drill')),
    next_ring_by timestamptz,
    settled_at timestamptz,
    alarmed_at timestamptz,
    heard_at timestamptz,
    closed_at timestamptz,
    constraint guarded_once_per_audience primary key (concern_id, audience)
);
comment on table guarded is 'Concerns as this database knows them, so that the alarm is missed when it falls silent or forgets one. Ids, codes and clocks only.';
comment on column guarded.concern_id is 'The concern.';
comment on column guarded.audience is 'Who must accept: nhq, or the responsible head.';
comment on column guarded.reference is 'For the telephone.';
comment on column guarded.grade is 'Its grade.';
comment on column guarded.next_ring_by is 'When the alarm rings next, as its newest ring has said, on the clock of this service; null where it did not say.';
comment on column guarded.settled_at is 'When the alarm was last known to need no acceptance of this audience; null while it rings.';
comment on column guarded.alarmed_at is 'When this service last rang in the place of the alarm; null since its last ring.';
comment on column guarded.heard_at is 'When its newest ring came, on the clock of this service. A clock before this was set back. Null where none has come.';
comment on column guarded.closed_at is 'When the concern was last known to be closed; null while it is guarded.';
create index guarded_accepted on guarded (concern_id, audience) where settled_at is not null and closed_at is null;
create index guarded_by_next_ring on guarded (next_ring_by, concern_id, audience) where settled_at is null;
create index guarded_heard on guarded (heard_at) where settled_at is null;

create table alarm_answer (
    one boolean not null default true constraint alarm_answer_is_one_row primary key constraint alarm_answer_is_the_only_row check (one),
    answered_at timestamptz,
    rung_at timestamptz
);
comment on table alarm_answer is 'Whether the alarm answers: one row for all instances of this service. Clocks only.';
comment on column alarm_answer.one is 'There is one row.';
comment on column alarm_answer.answered_at is 'When it last answered any instance; null: never.';
comment on column alarm_answer.rung_at is 'When it was last rung that it does not answer; null since its last answer.';

-- Tables: what was purged [LPR4].

create table purged_thing (
    about uuid not null constraint purged_thing_once primary key,
    case_id uuid not null,
    purged_at timestamptz not null
);
comment on table purged_thing is 'Cases that were purged, with their referrals and break-glasses: nobody is told anything of them again. Ids only. Open class.';
comment on column purged_thing.about is 'Case, referral or break-glass, as in inbox_item.';
comment on column purged_thing.case_id is 'The case it is of.';
comment on column purged_thing.purged_at is 'When this service deleted what it held of it.';

-- Functions: what is told no more.

create function purged_among(things uuid[]) returns setof uuid language plpgsql volatile as $$
begin
    perform pg_advisory_xact_lock_shared(hashtextextended('purge ' || thing::text, 0)) from unnest(things) as thing;
    return query select about from purged_thing where about = any(things);
end $$;
comment on function purged_among is 'Those of these things of which nothing is told any more. Whoever asks waits for a purge that is under way, and sees what it has done.';

-- Row security: an inbox is seen by whom it belongs to, a preference by its person, the ledger by whoever looks after it, and everything
-- else by the service alone [R3c, CCRA 26].

alter table ring enable row level security, force row level security;
alter table inbox_item enable row level security, force row level security;
alter table delivery enable row level security, force row level security;
alter table import_told enable row level security, force row level security;
alter table preference enable row level security, force row level security;
alter table channel enable row level security, force row level security;
alter table contact_point enable row level security, force row level security;
alter table do_not_contact enable row level security, force row level security;
alter table contact_stop enable row level security, force row level security;
alter table contact_review enable row level security, force row level security;
alter table guarded enable row level security, force row level security;
alter table alarm_answer enable row level security, force row level security;
alter table purged_thing enable row level security, force row level security;

create policy the_service_alone on ring using ((select acting_for_service())) with check ((select acting_for_service()));

-- The names are those of the caller and of the offices they hold.
create policy the_service_posts on inbox_item
    using ((select acting_for_service())) with check ((select acting_for_service()));
create policy whose_inbox_it_is on inbox_item for select
    using ((select acting_subject()) is not null and recipient = any((select acting_names())::text[]));
create policy whoever_reads_marks on inbox_item for update
    using ((select acting_subject()) is not null and recipient = any((select acting_names())::text[]));
-- The service's policy stands for every command: what may be deleted is narrowed to what was told of a purged case. An alarm, or anything
-- else about a concern, is never deleted [LPR4, R3e].
create policy only_of_a_purged_thing on inbox_item as restrictive for delete
    using (audience is null and exists (select from purged_thing where purged_thing.about = inbox_item.about)
        and not exists (select from ring where ring.concern_id = inbox_item.about));

create policy the_service_delivers on delivery
    using ((select acting_for_service())) with check ((select acting_for_service()));
create policy the_ledger_is_read on delivery for select
    using ((select acting_subject()) is not null and (select acting_reach()) is not distinct from 'ledger');
-- Likewise narrowed.
create policy only_of_a_purged_thing on delivery as restrictive for delete
    using (grade is null
        and exists (select from inbox_item join purged_thing using (about)
                    where inbox_item.audience is null
                      and (inbox_item.item_id = delivery.item_id
                           or (delivery.item_id is null and inbox_item.reference = delivery.reference))));

create policy the_service_alone on import_told using ((select acting_for_service())) with check ((select acting_for_service()));

create policy ones_own on preference
    using ((select acting_for_service()) or subject = (select acting_subject()))
    with check ((select acting_for_service()) or subject = (select acting_subject()));

create policy ones_own on channel
    using ((select acting_for_service()) or subject = (select acting_subject()))
    with check ((select acting_for_service()) or subject = (select acting_subject()));

create policy the_service_alone on contact_point using ((select acting_for_service())) with check ((select acting_for_service()));

create policy the_service_alone on do_not_contact using ((select acting_for_service())) with check ((select acting_for_service()));

create policy the_service_alone on contact_stop using ((select acting_for_service())) with check ((select acting_for_service()));
-- Likewise narrowed.
create policy only_of_a_purged_case on contact_stop as restrictive for delete
    using (exists (select from purged_thing where purged_thing.about = contact_stop.case_id));

create policy the_service_alone on contact_review using ((select acting_for_service())) with check ((select acting_for_service()));

create policy the_service_alone on guarded using ((select acting_for_service())) with check ((select acting_for_service()));

create policy the_service_alone on alarm_answer using ((select acting_for_service())) with check ((select acting_for_service()));

create policy the_service_alone on purged_thing using ((select acting_for_service())) with check ((select acting_for_service()));

-- Rights: as the shared tables have them, but for these.

call only_added_to('purged_thing');

-- What was told of a purged case is deleted, and a channel that its person removed; the restrictive policies above keep the right from reaching
-- anything else of an inbox.
do $$
begin
    execute format('grant delete on inbox_item, delivery, channel, contact_stop to %I', regexp_replace(current_user, '_owner$', ''));
end $$;
