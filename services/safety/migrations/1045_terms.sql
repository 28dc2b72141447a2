-- What was signed once stays signed: a row that was put back after somebody had left an office must not count again. The log knows how
-- often somebody left, and nobody takes a line out of it unnoticed (THREAT-16).

alter table office_holder add column term int not null default 1 constraint office_holder_term_is_counted check (term > 0);
comment on column office_holder.term is 'The how manieth time this person holds this office; signed. It counts only while they have left it less often.';

create index audit_entry_of_leaving on audit_entry (object) where action = 'office.leave';

-- Whoever names somebody anew counts how often they left: a digest, and nothing else of the log.
create policy the_directory_counts_who_left on audit_entry for select
    using (action = 'office.leave' and (select acting_reach()) = 'directory');
create policy the_directory_counts_who_left on audit_staged for select
    using (action = 'office.leave' and (select acting_reach()) = 'directory');
