-- What the gate asks: every open concern that names a case, whoever raised it; the end of a consent; and, after a withdrawal, the
-- participant's own initiative.

alter table case_concern drop constraint case_concern_one_row_per_concern;
alter table case_concern add constraint case_concern_one_row_per_concern_and_case primary key (concern_id, case_id);
alter table case_concern alter column raise_event_id drop not null;
comment on table case_concern is 'Concerns that name a case or its referral, whoever raised them. While one is open, contact between the parties is frozen, whether safety answers or not; it ends when safety, asked, says that it is closed [RM1]. Protected B.';
comment on column case_concern.case_id is 'The case it names. Protected B beside the concern id.';
comment on column case_concern.raise_event_id is 'Outbox event that carries it to safety, sent again until safety has it; null where somebody else raised it. Open.';
comment on column case_concern.raised_at is 'When it was raised here, or heard of. Open.';
comment on column case_concern.revision is 'Kept for the version before: 0. Safety is asked how a concern stands, and no revision is trusted. Open.';
comment on column case_concern.closed_at is 'When safety, asked, said that it is closed. Open.';
create index case_concern_still_open on case_concern (concern_id) where closed_at is null;

alter table case_file add column referral_number text constraint referral_number_is_not_empty check (referral_number <> '');
comment on column case_file.referral_number is 'Receipt number of the referral, by which a concern may name it; null where intake has not said it. Open.';
create index case_file_by_referral_number on case_file (referral_number);
create index case_file_in_mediation on case_file (id) where stage = 'mediation';

alter table consent_record add column ends_on date;
alter table consent_record add column initiative text constraint consent_initiative_is_known
    check (initiative in ('in_person', 'by_telephone', 'in_writing', 'by_video', 'through_representative'));
alter table consent_record add column initiative_at timestamptz;
alter table consent_record add constraint an_initiative_says_how_and_when check ((initiative is null) = (initiative_at is null));
alter table consent_record add constraint an_initiative_comes_with_an_offer check (initiative is null or status = 'offered');
comment on column consent_record.ends_on is 'Last day, in UTC, on which a consent given counts; null for a former line: as long after its recording as the programme allows. Protected B.';
comment on column consent_record.initiative is 'How the participant said, on their own initiative and after a withdrawal, that they want to go on; null otherwise [IM1c]. Protected B.';
comment on column consent_record.initiative_at is 'When they said so. Protected B.';
