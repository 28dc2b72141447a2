-- Devices that stand for one person each while no identity provider answers: enrolled by two administrators, ended by one (THREAT-15).

create table device (
    id uuid not null constraint device_once primary key,
    person text not null,
    public_key bytea not null,
    since timestamptz not null,
    until timestamptz not null,
    proposed_by text not null,
    confirmed_by text not null,
    ended_at timestamptz,
    ended_by text,
    signature bytea not null,
    constraint device_key_is_a_point check (octet_length(public_key) = 65),
    constraint device_ends_after_it_begins check (until > since),
    constraint device_is_confirmed_by_another check (confirmed_by <> proposed_by),
    constraint device_is_ended_by_somebody check ((ended_at is null) = (ended_by is null))
);
comment on table device is 'One line per device that stands or stood for a person; no line is ever removed, and no key is enrolled twice. Open class.';
comment on column device.id is 'Digest of the public key, as a UUID: what the device calls itself.';
comment on column device.person is 'Opaque id of the one person it stands for.';
comment on column device.public_key is 'Public key of the device, a P-256 point, uncompressed. The private key never leaves the device.';
comment on column device.since is 'In force from here.';
comment on column device.until is 'Proves nobody from here on.';
comment on column device.proposed_by is 'Identity of the administrator who proposed it.';
comment on column device.confirmed_by is 'Identity of the second administrator.';
comment on column device.ended_at is 'When it was ended.';
comment on column device.ended_by is 'Identity of who ended it.';
comment on column device.signature is 'Ed25519 over the row by the service''s audit key; a row that it does not fit proves nobody.';
create index device_in_force on device (since, id) where ended_at is null;
create index device_by_person on device (person, since);

alter table device enable row level security, force row level security;

create policy whose_it_is on device for select
    using ((select sees_every_concern()) or (select acting_reach()) = 'directory' or person = (select acting_subject()));
create policy the_directory_enrols on device for insert
    with check ((select acting_for_service()) or (select acting_reach()) = 'directory');
create policy the_directory_ends on device for update
    using ((select acting_for_service()) or (select acting_reach()) = 'directory');

alter table proposal add column device_key bytea;
comment on column proposal.device_key is 'Public key of the device, where it is an enrolment.';
alter table proposal drop constraint proposal_is_of_a_grant_or_of_an_office;
alter table proposal add constraint proposal_is_of_a_grant_an_office_or_a_device check (
    num_nonnulls(role, office, device_key) = 1 and (office is null) = (rank is null) and (device_key is null or until is not null)
);
