-- How each person wants to be told.

create table preference (
    subject text not null constraint preference_one_row_per_person primary key,
    language text constraint preference_language_known check (language in ('en', 'fr')),
    email text constraint preference_email_is_not_empty check (email <> ''),
    updated_at timestamptz not null
);
comment on table preference is 'Language and staff e-mail address of each person, set by themselves [LOLA, TS1a]. Protected B.';
comment on column preference.subject is 'Identity of the person, an opaque id.';
comment on column preference.language is 'en or fr; empty: both languages are sent.';
comment on column preference.email is 'Staff address. Protected B.';
comment on column preference.updated_at is 'When it was last set.';
