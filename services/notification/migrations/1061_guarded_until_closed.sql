-- What is guarded is guarded until it is closed: accepted concerns that the alarm has lost come back too [R3e, TRAP-1].

alter table guarded add column heard_at timestamptz;
alter table guarded add column closed_at timestamptz;
comment on column guarded.next_ring_by is 'When the alarm rings next, as its newest ring has said, on the clock of this service; null where it did not say.';
comment on column guarded.settled_at is 'When the alarm was last known to need no acceptance of this audience; null while it rings.';
comment on column guarded.heard_at is 'When its newest ring came, on the clock of this service. A clock before this was set back. Null for rings of a former version.';
comment on column guarded.closed_at is 'When the concern was last known to be closed; null while it is guarded.';
create index guarded_accepted on guarded (concern_id, audience) where settled_at is not null and closed_at is null;
create index guarded_by_next_ring on guarded (next_ring_by, concern_id, audience) where settled_at is null;
create index guarded_heard on guarded (heard_at) where settled_at is null;
drop index guarded_open;

create table alarm_answer (
    one boolean not null default true constraint alarm_answer_is_one_row primary key constraint alarm_answer_is_the_only_row check (one),
    answered_at timestamptz,
    rung_at timestamptz
);
comment on table alarm_answer is 'Whether the alarm answers: one row for all instances of this service. Clocks only.';
comment on column alarm_answer.one is 'There is one row.';
comment on column alarm_answer.answered_at is 'When it last answered any instance; null: never.';
comment on column alarm_answer.rung_at is 'When it was last rung that it does not answer; null since its last answer.';
alter table alarm_answer enable row level security, force row level security;
create policy the_service_alone on alarm_answer using ((select acting_for_service())) with check ((select acting_for_service()));
