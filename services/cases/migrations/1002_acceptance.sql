-- A case lives by the acceptance of its referral: a newer decision may take that back [R3a].
alter table case_file add column accepted boolean not null default true;
comment on column case_file.accepted is 'The newest decision of the RJ Unit accepts the referral; while it does not, the case does not go on. Protected B.';
