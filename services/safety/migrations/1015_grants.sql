-- Who may do what, and since when: the master of what every service holds a copy of. And changes that wait for a second person.

create table role_grant (
    id uuid not null constraint role_grant_once primary key,
    subject text not null,
    role text not null,
    site text,
    region text,
    since timestamptz not null,
    until timestamptz,
    proposed_by text not null,
    confirmed_by text,
    ended_at timestamptz,
    ended_by text,
    revision bigint not null,
    stated_at timestamptz not null,
    constraint role_grant_is_for_one_place check (site is null or region is null),
    constraint role_grant_ends_after_it_begins check (until is null or until > since),
    constraint role_grant_is_ended_by_somebody check ((ended_at is null) = (ended_by is null)),
    constraint role_grant_is_confirmed_by_another check (confirmed_by is null or confirmed_by <> proposed_by)
);
comment on table role_grant is 'One line per role that a person or system holds or held; no line is ever removed. Open class.';
comment on column role_grant.id is 'Id.';
comment on column role_grant.subject is 'Opaque id of the person or system, as its identity is proven.';
comment on column role_grant.role is 'Role code.';
comment on column role_grant.site is 'Site the role is held for, where it is held for one.';
comment on column role_grant.region is 'Region the role is held for, where it is held for one.';
comment on column role_grant.since is 'In force from here.';
comment on column role_grant.until is 'In force before this; null where no end is set.';
comment on column role_grant.proposed_by is 'Identity of the administrator who gave or proposed it, or the service at its very first start.';
comment on column role_grant.confirmed_by is 'Identity of the second administrator; null where one is enough.';
comment on column role_grant.ended_at is 'When it was taken back.';
comment on column role_grant.ended_by is 'Identity of who took it back.';
comment on column role_grant.revision is 'Rises with every change.';
comment on column role_grant.stated_at is 'When every service was last told of it.';
create index role_grant_by_subject on role_grant (subject, since);
create index role_grant_to_state on role_grant (stated_at);

create table proposal (
    id uuid not null constraint proposal_once primary key,
    subject text not null,
    role text,
    site text,
    region text,
    since timestamptz,
    until timestamptz,
    office text,
    rank smallint,
    proposed_by text not null,
    proposed_at timestamptz not null,
    expires_at timestamptz not null,
    confirmed_at timestamptz,
    confirmed_by text,
    constraint proposal_is_of_a_grant_or_of_an_office check ((role is null) <> (office is null) and (office is null) = (rank is null)),
    constraint proposal_is_confirmed_by_another check (confirmed_by <> proposed_by),
    constraint proposal_is_confirmed_by_somebody check ((confirmed_at is null) = (confirmed_by is null))
);
comment on table proposal is 'Changes of the directory that take two persons: in force only when a second one confirms. Open class.';
comment on column proposal.id is 'Id.';
comment on column proposal.subject is 'Opaque id of the person or system it is about.';
comment on column proposal.role is 'Role code, where it is a grant.';
comment on column proposal.site is 'Site of the grant.';
comment on column proposal.region is 'Region of the grant.';
comment on column proposal.since is 'The grant begins here; null for the moment of the confirmation.';
comment on column proposal.until is 'The grant ends here; null where no end is set.';
comment on column proposal.office is 'Office, where it is an assignment.';
comment on column proposal.rank is 'Rank of the holder, where it is an assignment.';
comment on column proposal.proposed_by is 'Identity of the administrator who proposes.';
comment on column proposal.proposed_at is 'When.';
comment on column proposal.expires_at is 'Not to be confirmed from here on.';
comment on column proposal.confirmed_at is 'When it was confirmed.';
comment on column proposal.confirmed_by is 'Identity of the second administrator.';
create index proposal_waiting on proposal (proposed_at) where confirmed_at is null;

alter table office_holder add column confirmed_by text;
comment on column office_holder.confirmed_by is 'Identity of the second administrator; null for assignments from before two were needed.';
