-- The contact register: every value a region ever pushed, the do-not-contact marks, and the comparisons people owe.

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
    taken_at timestamptz not null
);
comment on table contact_point is 'Contacts of victims as the regions pushed them. Rows are only added: no value is ever lost [CARD5, R5b]. Protected B; no name stands here.';
comment on column contact_point.contact_id is 'Id that intake gave the push.';
comment on column contact_point.victim_ref is 'The opaque reference of the victim. Protected B.';
comment on column contact_point.region is 'Region that pushed it.';
comment on column contact_point.kind is 'phone, email, post, tty, or unknown.';
comment on column contact_point.value is 'Number or address; empty where the push was only a mark. Protected B.';
comment on column contact_point.language is 'Language the victim asked for.';
comment on column contact_point.safe_contact is 'When and how it is safe to call, in the region''s words. Protected B.';
comment on column contact_point.do_not_contact is 'This push carried the mark.';
comment on column contact_point.receipt_number is 'Receipt number of the referral it belongs to, where there is one.';
comment on column contact_point.effective_at is 'From when it holds, as the region said; otherwise when intake received it.';
comment on column contact_point.taken_at is 'When it stood in this register.';
create index contact_point_by_victim on contact_point (victim_ref, kind);

create table do_not_contact (
    victim_ref text not null constraint do_not_contact_marks_a_victim_once primary key,
    contact_id uuid not null constraint do_not_contact_came_with_a_push references contact_point (contact_id),
    marked_at timestamptz not null
);
comment on table do_not_contact is 'Victims who asked not to be contacted. A later push without the mark does not lift it [CCRA 26(6)]. Protected B.';
comment on column do_not_contact.victim_ref is 'As in contact_point.';
comment on column do_not_contact.contact_id is 'The push that brought the mark.';
comment on column do_not_contact.marked_at is 'When it was marked.';

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
