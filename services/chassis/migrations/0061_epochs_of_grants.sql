-- A directory that goes on from an older state says so with a higher epoch: the copies then take revisions that went back with it.

alter table grant_held add column epoch bigint not null default 0;
comment on column grant_held.epoch is 'Epoch of the directory in which the line was told; a line of a later epoch is newer whatever its revision. Signed where it is not 0.';
