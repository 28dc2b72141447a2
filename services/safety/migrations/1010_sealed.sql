-- What was said of a danger is sealed under a key of the concern. The clear columns stay for the version before, and for the moment
-- in which no key can be had: the alarm never waits for one. What stands in them is sealed as soon as there is a key.

alter table concern add column content_sealed bytea;
alter table concern add column outcome_sealed bytea;
alter table concern add constraint concern_content_is_sealed_or_in_clear check (content_sealed is null or content = '');
alter table concern add constraint concern_outcome_is_sealed_or_in_clear check (outcome_sealed is null or outcome = '');
comment on column concern.content is 'Empty; ro.safety.v1.Concern in clear while it is not sealed. Protected B.';
comment on column concern.outcome is 'Empty once closed; in clear while it is not sealed. Protected B.';
comment on column concern.content_sealed is 'ro.safety.v1.Concern as received, sealed under the key of the concern. Protected B.';
comment on column concern.outcome_sealed is 'Outcome in words, sealed likewise. Protected B.';

alter table concern_variant add column content_sealed bytea;
alter table concern_variant add constraint variant_content_is_sealed_or_in_clear check (content_sealed is null or content = '');
comment on column concern_variant.content is 'Empty; in clear while it is not sealed. Protected B.';
comment on column concern_variant.content_sealed is 'ro.safety.v1.Concern as received, sealed under the key of the concern. Protected B.';

alter table audience add column note_sealed bytea;
alter table audience add constraint audience_note_is_sealed_or_in_clear check (note_sealed is null or note is null);
comment on column audience.note is 'In clear while it is not sealed; usually null. Protected B.';
comment on column audience.note_sealed is 'What they said, sealed under the key of the concern. Protected B.';
