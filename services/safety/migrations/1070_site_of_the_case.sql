-- Where the person of a concern is, as the case file has it: cases tells it, and what it told last is not told again [R3e, TRAP-2].

alter table concern add column case_site uuid;
comment on column concern.case_site is 'Id of the last word of cases on where the person is: the same word again changes nothing, so that what NHQ routed by hand since then stands. Null before the first. Open.';
