-- Rings already taken, what stands in each inbox, and the ledger of every attempt to tell somebody something.

create table ring (
    ring_id uuid not null constraint ring_is_taken_once primary key,
    concern_id uuid not null,
    audience text not null constraint ring_audience_known check (audience in ('nhq', 'responsible-head')),
    step integer not null,
    level integer not null,
    no_route boolean not null,
    delivered_at timestamptz not null
);
comment on table ring is 'Rings of the safety ladder that stand in inboxes. Ids, codes and clocks only [R3e].';
comment on column ring.ring_id is 'Made by safety for (concern, audience, step): the same ring twice is one ring, by whichever road it comes.';
comment on column ring.concern_id is 'The concern that rings.';
comment on column ring.audience is 'Who must accept: nhq, or the responsible head.';
comment on column ring.step is 'Counts from 0; 0 is the first ring.';
comment on column ring.level is 'How far up the ladder it has climbed.';
comment on column ring.no_route is 'Safety knew nobody who holds the office.';
comment on column ring.delivered_at is 'When it stood in the inboxes; the same answer is given to every repeat.';

create table inbox_item (
    item_id uuid not null constraint inbox_item_one_row_per_item primary key,
    recipient text not null constraint inbox_item_has_a_recipient check (recipient <> ''),
    template text not null,
    about uuid not null,
    audience text constraint inbox_item_audience_known check (audience in ('nhq', 'responsible-head')),
    reference text not null,
    grade text constraint inbox_item_urgency_known check (grade in ('imminent', 'concern', 'question')),
    language text not null constraint inbox_item_language_known check (language in ('en', 'fr', 'en+fr')),
    title text not null,
    body text not null,
    envelope bytea,
    created_at timestamptz not null,
    last_rung_at timestamptz not null,
    ring_count integer not null default 1 constraint inbox_item_rang_at_least_once check (ring_count >= 1),
    read_at timestamptz,
    read_by text,
    constraint inbox_item_does_not_pile_up unique nulls not distinct (recipient, template, about, audience),
    constraint inbox_item_ring_is_whole check ((audience is null) = (grade is null) and (audience is null) = (envelope is null)),
    constraint inbox_item_read_by_somebody check ((read_at is null) = (read_by is null))
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
comment on column inbox_item.title is 'Rendered title. Protected B.';
comment on column inbox_item.body is 'Rendered text. Protected B.';
comment on column inbox_item.envelope is 'For a concern: protobuf ro.safety.v1.Envelope, cut to the classes of the audience. Protected B.';
comment on column inbox_item.created_at is 'When the item first stood in the inbox.';
comment on column inbox_item.last_rung_at is 'When it last rang, or was created: inboxes are sorted by it.';
comment on column inbox_item.ring_count is 'How many rings this one item stands for.';
comment on column inbox_item.read_at is 'When it was read; a later ring makes it unread again.';
comment on column inbox_item.read_by is 'Subject of the person who read it.';
create index inbox_item_by_recipient on inbox_item (recipient, last_rung_at desc);

create table delivery (
    delivery_id uuid not null constraint delivery_one_row_per_delivery primary key,
    item_id uuid constraint delivery_is_of_an_item references inbox_item (item_id),
    recipient text not null,
    victim_ref text,
    template text not null,
    channel text not null constraint delivery_channel_known check (channel in ('inbox', 'email')),
    state text not null constraint delivery_state_known check (state in ('pending', 'delivered', 'retrying', 'withheld', 'failed')),
    language text not null constraint delivery_language_known check (language in ('en', 'fr', 'en+fr')),
    reference text not null,
    grade text constraint delivery_urgency_known check (grade in ('imminent', 'concern', 'question')),
    attempts integer not null,
    reason text not null default '',
    created_at timestamptz not null,
    due_at timestamptz not null,
    finished_at timestamptz,
    constraint delivery_finishes_with_its_state check ((finished_at is null) = (state in ('pending', 'retrying')))
);
comment on table delivery is 'The ledger: every attempt to tell somebody something, by every channel. No content and no address.';
comment on column delivery.delivery_id is 'Id; also the Message-ID of the mail, so that a mail sent twice is recognisable.';
comment on column delivery.item_id is 'The inbox item it announces.';
comment on column delivery.recipient is 'Person or office, as in inbox_item.';
comment on column delivery.victim_ref is 'Set where the recipient is a victim: a do-not-contact mark on it beats everything at send time [L26-6]. Protected B.';
comment on column delivery.template is 'Template code of what it tells of; e-mail carries the content-free form of it only.';
comment on column delivery.channel is 'inbox or email.';
comment on column delivery.state is 'pending, delivered, retrying, withheld (a rule forbade it before a byte left) or failed (somebody must act).';
comment on column delivery.language is 'Language it is written in.';
comment on column delivery.reference is 'Reference an outside notice quotes.';
comment on column delivery.grade is 'For a concern: its grade.';
comment on column delivery.attempts is 'How often it was tried.';
comment on column delivery.reason is 'Stable code of what went wrong last; empty where nothing did.';
comment on column delivery.created_at is 'When it was asked for.';
comment on column delivery.due_at is 'Not tried before this; while an attempt runs, when another worker may take it over.';
comment on column delivery.finished_at is 'When it came to its end.';
create index delivery_due on delivery (due_at) where state in ('pending', 'retrying');
create unique index delivery_one_open_per_item on delivery (item_id, channel) where state in ('pending', 'retrying');
create index delivery_newest_first on delivery (created_at desc, delivery_id desc);
