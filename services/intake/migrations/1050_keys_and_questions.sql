-- Keys compare in one normal form, which the service makes; what was said to each question is kept, so that silence answers nothing; a
-- contact that returns to what was told before counts; and what was corrected after its decision stands in the queue again.

alter table referral add column key_form text;
comment on column referral.key_form is 'The key in the form in which keys compare; null before keys had one, which compare as they were given.';
create unique index one_referral_per_site_and_key_form on referral (site, coalesce(key_form, idempotency_key));

alter table referral add column questions text[];
comment on column referral.questions is 'What the bodies under this key say to each question: origin/question/open, answered or denied. Null before it was kept. Protected B.';

alter table referral add column told_at timestamptz;
comment on column referral.told_at is 'The moment that was last told of it: of a decision, or of a correction after one. Open.';

alter table referral add column gone bytea[] not null default '{}';
comment on column referral.gone is 'Of a purged referral: SHA-256 of the other bodies that were received under its key, which are answered as before. Open.';

create index referral_corrected_oldest_first on referral (received_at, referral_id) where 'corrected-after-decision' = any (flags);
comment on column referral.flags is 'What the RJ Unit must ask or know: stable codes, over content and variants, and that one came after the decision. Protected B.';

alter table contact add column key_form text;
comment on column contact.key_form is 'The key in the form in which keys compare; null before keys had one, which compare as they were given.';
create unique index one_contact_per_region_and_key_form on contact (region, coalesce(key_form, idempotency_key)) where variant_of is null;

alter table contact add column place integer not null default 0;
comment on column contact.place is 'Counts from 0 under its key: the last one is what was told last.';
alter table contact drop constraint one_contact_per_body;
comment on column contact.variant_of is 'Set where the key was already known with another body told last: no value is lost, and a return to an earlier one counts.';
