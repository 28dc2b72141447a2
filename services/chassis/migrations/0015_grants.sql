-- What people may do: this service's own copy of the grants, looked at on every call.

create table grant_held (
    id uuid not null constraint grant_held_once primary key,
    subject text not null,
    role text not null,
    site text,
    region text,
    since timestamptz not null,
    until timestamptz,
    ended_at timestamptz,
    revision bigint not null,
    constraint grant_held_is_for_one_place check (site is null or region is null)
);
comment on table grant_held is 'Copy of the grants that the directory keeps; the newest revision of each line. Ids and codes only. Open class.';
comment on column grant_held.id is 'Id of the line in the directory.';
comment on column grant_held.subject is 'Opaque id of the person or system, as its identity is proven.';
comment on column grant_held.role is 'Role code.';
comment on column grant_held.site is 'Site the role is held for, where it is held for one.';
comment on column grant_held.region is 'Region the role is held for, where it is held for one.';
comment on column grant_held.since is 'In force from here.';
comment on column grant_held.until is 'In force before this; null where no end is set.';
comment on column grant_held.ended_at is 'When it was taken back; null while it was not.';
comment on column grant_held.revision is 'Rises with every change of the line; an older one that comes late is not taken.';
create index grant_held_by_subject on grant_held (subject);
