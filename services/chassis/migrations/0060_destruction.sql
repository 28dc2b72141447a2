-- Orders of other services to destroy something: believed, waiting, stopped, carried out or refused. Nothing is destroyed at a message's word.

create table destruction (
    kind text not null,
    about uuid not null,
    body bytea not null,
    heard_at timestamptz not null,
    due_at timestamptz not null,
    stopped_at timestamptz,
    stopped_because text,
    stop_noted boolean not null default false,
    ended_at timestamptz,
    refused_for text,
    constraint destruction_ordered_once primary key (kind, about),
    constraint destruction_is_stopped_for_a_reason check ((stopped_at is null) = (stopped_because is null) and stopped_because <> ''),
    constraint destruction_is_refused_at_its_end check (refused_for is null or ended_at is not null)
);
comment on table destruction is 'Orders of other services to destroy something, each signed by its maker. They wait for a set time, in which an operator can stop them. Ids only. Open class.';
comment on column destruction.kind is 'Sort of order, as it is signed.';
comment on column destruction.about is 'What it is about.';
comment on column destruction.body is 'The order as it came, with its signature, which is checked once more before anything is destroyed. Ids and clocks only.';
comment on column destruction.heard_at is 'When it was heard.';
comment on column destruction.due_at is 'When it is carried out, unless it is stopped.';
comment on column destruction.stopped_at is 'When an operator stopped it; null: nobody did. Set back to null, it goes on.';
comment on column destruction.stopped_because is 'Why, for the record; no personal data.';
comment on column destruction.stop_noted is 'The audit log knows that it was stopped.';
comment on column destruction.ended_at is 'When it was carried out or refused; null while it waits. Set back to null, it is tried again.';
comment on column destruction.refused_for is 'Code of what this service found against it when it was due; null where it was carried out.';
create index destruction_waiting on destruction (due_at) where ended_at is null and stopped_at is null;
create index destruction_stop_to_note on destruction (stopped_at) where stopped_at is not null and not stop_noted;

alter table destruction enable row level security, force row level security;
create policy the_service_alone on destruction using ((select acting_for_service())) with check ((select acting_for_service()));
