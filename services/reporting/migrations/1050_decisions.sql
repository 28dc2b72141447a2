-- Every decision on a referral, so that a report of a finished year says what was decided by its end, whatever is decided anew later [L13].

create table decision_fact (
    referral_id  uuid        not null,
    disposition  text        not null,
    screened_at  timestamptz not null,
    constraint decision_fact_stands_once primary key (referral_id, screened_at, disposition),
    constraint decision_fact_disposition_is_known
        check (disposition in ('accepted', 'indirect_only', 'deferred_for_preparation', 'other_party_inaccessible',
                               'other_party_unwilling', 'motivation_not_appropriate', 'no_contact_permitted',
                               'withdrawn', 'out_of_jurisdiction', 'duplicate'))
);
comment on table decision_fact is 'One screening decision on a referral, as far as statistics need it; rows are only ever added.';
comment on column decision_fact.referral_id is 'Random id of the referral in intake; its receipt may arrive later.';
comment on column decision_fact.disposition is 'Code of the decision.';
comment on column decision_fact.screened_at is 'When it was taken.';

alter table decision_fact enable row level security, force row level security;
create policy the_service_records on decision_fact using ((select acting_for_service())) with check ((select acting_for_service()));
create policy a_report_counts on decision_fact for select using ((select a_report_is_made()));

insert into decision_fact (referral_id, disposition, screened_at)
select referral_id, disposition, screened_at from referral_fact where screened_at is not null;

comment on column referral_fact.disposition is 'Written by the version before decisions were kept each; read by nobody.';
comment on column referral_fact.screened_at is 'Written by the version before decisions were kept each; read by nobody.';
