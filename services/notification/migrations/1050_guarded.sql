-- What notification guards for the alarm: concerns that an audience has not accepted, and by when they must have rung again [R3e, TRAP-1].

create table guarded (
    concern_id uuid not null,
    audience text not null constraint guarded_audience_known check (audience in ('nhq', 'responsible-head')),
    reference text not null,
    grade text not null constraint guarded_urgency_known check (grade in ('imminent', 'concern', 'question')),
    next_ring_by timestamptz,
    settled_at timestamptz,
    alarmed_at timestamptz,
    constraint guarded_once_per_audience primary key (concern_id, audience)
);
comment on table guarded is 'Concerns as this database knows them, so that the alarm is missed when it falls silent or forgets one. Ids, codes and clocks only.';
comment on column guarded.concern_id is 'The concern.';
comment on column guarded.audience is 'Who must accept: nhq, or the responsible head.';
comment on column guarded.reference is 'For the telephone.';
comment on column guarded.grade is 'Its grade.';
comment on column guarded.next_ring_by is 'When the alarm said that it would ring next; null where it did not say.';
comment on column guarded.settled_at is 'When the alarm was last known to need no acceptance of this audience; null while it rings.';
comment on column guarded.alarmed_at is 'When this service last rang in the place of the alarm; null since its last ring.';
create index guarded_open on guarded (next_ring_by) where settled_at is null;

alter table guarded enable row level security, force row level security;
create policy the_service_alone on guarded using ((select acting_for_service())) with check ((select acting_for_service()));
