//! Encoding of domain types of the directory for the wire.

use base::{Caller, caller::Grant, wire::timestamp};
use proto::safety::v1;

use crate::{
    app::directory::{
        devices::Enrolled,
        grants::GrantRow,
        people::Known,
        proposals::{Outcome, Proposal, What},
        sites::{self, Site, Source},
    },
    domain::directory::{device::Enrolment, grant::Wanted, office::Holder},
};

pub fn site(site: Site) -> v1::Site {
    let (zone, zone_source) = match sites::zone(&site) {
        None => ("", v1::ZoneSource::Unspecified),
        Some((zone, Source::Set)) => (zone, v1::ZoneSource::Set),
        Some((zone, Source::Province)) => (zone, v1::ZoneSource::Province),
        Some((zone, Source::MostOfProvince)) => (zone, v1::ZoneSource::MostOfProvince),
    };
    v1::Site {
        zone: zone.to_owned(),
        zone_source: zone_source.into(),
        code: site.code,
        name_en: site.name_en,
        name_fr: site.name_fr,
        kind: site.kind,
        region: site.region,
        verified: site.verified,
    }
}

pub fn holder(holder: Holder) -> v1::OfficeHolder {
    v1::OfficeHolder { office: holder.office, holder: holder.holder, rank: i32::from(holder.rank), cannot_accept: false }
}

pub fn person((subject, known): (String, Known)) -> v1::Person {
    v1::Person {
        subject,
        name: known.name.into_inner(),
        telephone: known.telephone.into_inner(),
        offices: known.offices.into_iter().map(|holder| holder.office).collect(),
        roles: known.roles.into_iter().map(place).collect(),
    }
}

pub fn outcome(outcome: &Outcome) -> v1::Proposed {
    match outcome {
        Outcome::Waits(id) => v1::Proposed { proposal_id: id.to_string(), ..v1::Proposed::default() },
        Outcome::InForce(grant) => {
            v1::Proposed { in_force: true, grant_id: grant.map(|id| id.to_string()).unwrap_or_default(), ..v1::Proposed::default() }
        }
    }
}

fn place(grant: Grant) -> v1::RoleGrant {
    v1::RoleGrant {
        role: grant.role,
        site: grant.site.unwrap_or_default(),
        region: grant.region.unwrap_or_default(),
        ..v1::RoleGrant::default()
    }
}

pub fn grant(held: GrantRow) -> v1::RoleGrant {
    v1::RoleGrant {
        grant_id: held.line.id.to_string(),
        subject: held.line.subject,
        since: Some(timestamp(held.line.since)),
        until: held.line.until.map(timestamp),
        ended_at: held.line.ended_at.map(timestamp),
        proposed_by: held.proposed_by,
        confirmed_by: held.confirmed_by.unwrap_or_default(),
        ended_by: held.ended_by.unwrap_or_default(),
        ..place(held.line.grant)
    }
}

fn wanted(wanted: Wanted) -> v1::RoleGrant {
    v1::RoleGrant { subject: wanted.subject, since: wanted.since.map(timestamp), until: wanted.until.map(timestamp), ..place(wanted.grant) }
}

pub fn device(device: Enrolled) -> v1::Device {
    v1::Device {
        device_id: device.id.to_string(),
        person: device.person,
        public_key: device.public_key,
        since: Some(timestamp(device.since)),
        until: Some(timestamp(device.until)),
        ended_at: device.ended_at.map(timestamp),
        proposed_by: device.proposed_by,
        confirmed_by: device.confirmed_by,
        ended_by: device.ended_by.unwrap_or_default(),
    }
}

fn enrolment(device: Enrolment) -> v1::Device {
    v1::Device {
        device_id: device.id().to_string(),
        person: device.person,
        public_key: device.public_key,
        until: Some(timestamp(device.until)),
        ..v1::Device::default()
    }
}

pub fn proposal(proposal: Proposal) -> v1::Proposal {
    v1::Proposal {
        proposal_id: proposal.id.to_string(),
        what: Some(match proposal.what {
            What::Grant(line) => v1::proposal::What::Grant(wanted(line)),
            What::Office(office) => v1::proposal::What::Office(holder(office)),
            What::Leaving(office) => v1::proposal::What::Leaving(holder(office)),
            What::Device(device) => v1::proposal::What::Device(enrolment(device)),
            What::Ending(ending) => {
                let named = v1::RoleGrant { grant_id: ending.id.to_string(), subject: ending.subject, ..place(ending.grant) };
                v1::proposal::What::Ending(named)
            }
        }),
        proposed_by: proposal.proposed_by,
        proposed_at: Some(timestamp(proposal.proposed_at)),
        expires_at: Some(timestamp(proposal.expires_at)),
    }
}

pub fn who(caller: Caller) -> v1::WhoAmIResponse {
    v1::WhoAmIResponse {
        subject: caller.subject,
        device_id: caller.device.unwrap_or_default(),
        expires_at: Some(timestamp(caller.expires_at)),
        grants: caller.grants.into_iter().map(place).collect(),
    }
}
