-- A victim is one under every spelling of the reference: do-not-contact holds for them [CCRA 26(6)].

alter table contact_point add column in_one_form boolean not null default false;
comment on column contact_point.in_one_form is 'The index was made of the one form of the reference; a former version made it of the spelling, and these are fetched from intake once more.';
create index contact_point_as_spelled on contact_point (contact_id) where not in_one_form;
create index do_not_contact_by_contact on do_not_contact (contact_id);
