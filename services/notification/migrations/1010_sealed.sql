-- What people are told, and how victims and staff can be reached, is sealed. The clear columns stay for the version before, and for
-- rings that come while no key can be had; what stands in them is sealed as soon as there is a key.

alter table inbox_item add column title_sealed bytea;
alter table inbox_item add column body_sealed bytea;
alter table inbox_item add column envelope_sealed bytea;
alter table inbox_item drop constraint inbox_item_ring_is_whole;
alter table inbox_item add constraint inbox_item_ring_is_whole_in_clear_or_sealed
    check ((audience is null) = (grade is null) and (audience is null) = (envelope is null and envelope_sealed is null));
alter table inbox_item add constraint inbox_item_is_sealed_or_in_clear
    check ((title_sealed is null or title = '') and (body_sealed is null or body = '') and (envelope_sealed is null or envelope is null));
comment on column inbox_item.title is 'Empty; in clear while it is not sealed. Protected B.';
comment on column inbox_item.body is 'Empty; in clear while it is not sealed. Protected B.';
comment on column inbox_item.envelope is 'Null; in clear while it is not sealed. Protected B.';
comment on column inbox_item.title_sealed is 'Rendered title, sealed under the key of what it is about. Protected B.';
comment on column inbox_item.body_sealed is 'Rendered text, sealed likewise. Protected B.';
comment on column inbox_item.envelope_sealed is 'For a concern: protobuf ro.safety.v1.Envelope, cut to the classes of the audience, sealed likewise. Protected B.';

alter table preference add column email_sealed bytea;
alter table preference add constraint preference_email_is_sealed_or_in_clear check (email_sealed is null or email is null);
comment on column preference.email is 'Null; in clear while it is not sealed. Protected B.';
comment on column preference.email_sealed is 'Staff address, sealed under a key of the person. Protected B.';

alter table contact_point add column value_sealed bytea;
alter table contact_point add column safe_contact_sealed bytea;
alter table contact_point add constraint contact_point_is_sealed_or_in_clear
    check ((value_sealed is null or value = '') and (safe_contact_sealed is null or safe_contact = ''));
comment on column contact_point.value is 'Empty; in clear while it is not sealed. Protected B.';
comment on column contact_point.safe_contact is 'Empty; in clear while it is not sealed. Protected B.';
comment on column contact_point.value_sealed is 'Number or address, sealed under a key of the push; null where the push was only a mark. Protected B.';
comment on column contact_point.safe_contact_sealed is 'When and how it is safe to call, in the region''s words, sealed likewise. Protected B.';
comment on column contact_point.victim_ref is 'A keyed index of the reference that the region gave, so that it can be looked up and not read. Protected B.';
comment on column delivery.victim_ref is 'Set where the recipient is a victim, as in contact_point: a do-not-contact mark on it beats everything at send time [L26-6]. Protected B.';
