-- Break-glass: one case outside the portfolio, with a reason, to read only, for some hours; told at once and reviewed [R3c, IM1a].

create table break_glass (
    id uuid not null constraint break_glass_one_row_per_breaking primary key,
    case_id uuid not null constraint break_glass_is_of_a_case references case_file (id),
    subject text not null constraint break_glass_names_somebody check (subject <> ''),
    reason_sealed bytea not null,
    broken_at timestamptz not null,
    review_due date not null,
    finding text constraint break_glass_finding_is_known check (finding in ('justified', 'not-justified')),
    note_sealed bytea,
    reviewed_by text,
    reviewed_at timestamptz,
    constraint a_review_is_whole check
        ((finding is null) = (reviewed_by is null) and (finding is null) = (reviewed_at is null)),
    constraint nobody_reviews_their_own_glass check (reviewed_by is null or reviewed_by <> subject),
    constraint what_was_not_justified_is_explained check (finding is distinct from 'not-justified' or note_sealed is not null)
);
comment on table break_glass is 'Every break-glass: who opened which case, why, and what the review found. Protected B.';
comment on column break_glass.id is 'Glass id. Open.';
comment on column break_glass.case_id is 'The case that was opened. Protected B beside the subject.';
comment on column break_glass.subject is 'Identity of who broke it. Protected B.';
comment on column break_glass.reason_sealed is 'Why, in their own words. Protected B. Sealed under the key of the file.';
comment on column break_glass.broken_at is 'When. Open.';
comment on column break_glass.review_due is 'Last day, in UTC, on which a review is in time: the calendar day after. Open.';
comment on column break_glass.finding is 'What the review found; null until then. Protected B.';
comment on column break_glass.note_sealed is 'The reviewer Sealed under the key of the file; null where nothing was noted.''s words. Protected B.';
comment on column break_glass.reviewed_by is 'Identity of the reviewer, never who broke it. Protected B.';
comment on column break_glass.reviewed_at is 'When it was reviewed. Open.';
create index break_glass_by_subject on break_glass (subject, broken_at);
create index break_glass_to_review on break_glass (review_due, id) where finding is null;

alter table case_access add column break_glass_id uuid constraint case_access_is_of_a_glass references break_glass (id);
comment on column case_access.break_glass_id is 'The break-glass that opened this line; null for any other line. Open.';
alter table case_access add constraint a_glass_line_is_of_a_glass check ((role = 'break-glass') = (break_glass_id is not null));
alter table case_access add constraint a_glass_line_ends_by_itself check (role <> 'break-glass' or until is not null);
create unique index a_glass_opens_one_line on case_access (break_glass_id) where break_glass_id is not null;

create table break_glass_use (
    position bigint generated always as identity constraint break_glass_use_in_order_of_writing primary key,
    break_glass_id uuid constraint break_glass_use_is_of_a_glass references break_glass (id),
    at timestamptz not null,
    actor text not null,
    action text not null,
    object text not null,
    outcome text not null,
    reason text not null,
    entered_at timestamptz
);
comment on table break_glass_use is 'What was done by break-glass, and refused tries: kept here in the same transaction, and entered into the audit log when that takes it, so that break-glass works while it does not. Open class.';
comment on column break_glass_use.position is 'Order of writing; gaps are usual.';
comment on column break_glass_use.break_glass_id is 'The break-glass; null where it was refused.';
comment on column break_glass_use.at is 'When it happened, by the service''s clock.';
comment on column break_glass_use.actor is 'Opaque id of the caller.';
comment on column break_glass_use.action is 'Permission code.';
comment on column break_glass_use.object is 'Opaque id or number of the case.';
comment on column break_glass_use.outcome is 'granted, hidden or refused.';
comment on column break_glass_use.reason is 'break-glass, or the reason code of a refusal.';
comment on column break_glass_use.entered_at is 'When it was entered into the audit log; null until then.';
create index break_glass_use_to_enter on break_glass_use (position) where entered_at is null;
create index break_glass_use_by_glass on break_glass_use (break_glass_id);

create table break_glass_notice (
    id uuid not null constraint break_glass_notice_one_row_per_notice primary key,
    kind text not null constraint break_glass_notice_kind_is_known check (kind in ('quota-reached', 'review-due')),
    subject text not null,
    day date not null,
    constraint a_glass_notice_is_told_once_a_day unique (kind, subject, day)
);
comment on table break_glass_notice is 'What supervisors were told of break-glass beside each breaking: at most once a day. Protected B.';
comment on column break_glass_notice.id is 'Id of the notice. Open.';
comment on column break_glass_notice.kind is 'A person reached the quota, or reviews are overdue. Open.';
comment on column break_glass_notice.subject is 'Identity of who reached the quota; empty for overdue reviews. Protected B.';
comment on column break_glass_notice.day is 'The day, in UTC. Open.';
