-- Who holds an office whose items are announced by mail to each holder: seen when they come to their inbox.

create table office_holder (
    office text not null constraint office_holder_has_an_office check (office <> ''),
    subject text not null constraint office_holder_names_somebody check (subject <> ''),
    seen_at timestamptz not null,
    constraint office_holder_one_row_per_office_and_person primary key (office, subject)
);
comment on table office_holder is 'Who was last seen holding an office, so that each holder gets a mail that there is something in its inbox. Opens nothing: whose inbox it is, is asked at every reading. Open class.';
comment on column office_holder.office is 'The office.';
comment on column office_holder.subject is 'Opaque id of the person.';
comment on column office_holder.seen_at is 'When they were first seen holding it.';
