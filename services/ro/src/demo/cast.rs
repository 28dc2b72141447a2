//! The characters of the demo: development identities, chosen by role and site.

use local::{Description, description::Identity};
use proto::role;

use crate::client::failure::Failure;

/// Identities of the people and the one system of the day.
pub struct Cast {
    pub institution_system: Identity,
    pub staff: Identity,
    pub parole_office: Identity,
    pub victim_services: Identity,
    pub nhq: Identity,
    pub mediator: Identity,
    pub other_mediator: Identity,
    pub head: Identity,
    pub head_of_another_site: Identity,
    /// The institution the day is about.
    pub site: String,
    pub parole_site: String,
    pub region: String,
}

impl Cast {
    /// # Errors
    /// An identity is missing.
    pub fn of(stack: &Description) -> Result<Self, Failure> {
        let find = |what: &str, fits: &dyn Fn(&Identity) -> bool| {
            let found = stack.identities.iter().find(|i| fits(i)).cloned();
            found.ok_or_else(|| Failure::Usage(format!("stack.json has no identity for the part of {what}")))
        };
        let is = |i: &Identity, role: &str| i.roles.iter().any(|r| r == role);
        let first = |codes: &[String]| codes.first().cloned().unwrap_or_default();
        let institution_system =
            find("an institution's system", &|i| is(i, role::PUBLISHING_SYSTEM) && i.nats_seed_file.is_some() && !i.sites.is_empty())?;
        let site = first(&institution_system.sites);
        let at = |i: &Identity| i.sites.contains(&site);
        let mediator = find("a mediator", &|i| is(i, role::MEDIATOR))?;
        let parole_office = find("a parole officer supervisor", &|i| is(i, role::PAROLE_OFFICER_SUPERVISOR) && !i.sites.is_empty())?;
        let victim_services = find("a victim services officer", &|i| is(i, role::VICTIM_SERVICES_OFFICER) && !i.regions.is_empty())?;
        Ok(Self {
            staff: find("a staff member", &|i| is(i, role::STAFF) && at(i))?,
            nhq: find("an RJ officer", &|i| is(i, role::RJ_OFFICER))?,
            other_mediator: find("another mediator", &|i| is(i, role::MEDIATOR) && i.subject != mediator.subject)?,
            head: find("the institutional head", &|i| is(i, role::INSTITUTIONAL_HEAD) && at(i))?,
            head_of_another_site: find("another site's head", &|i| is(i, role::INSTITUTIONAL_HEAD) && !at(i))?,
            parole_site: first(&parole_office.sites),
            region: first(&victim_services.regions),
            institution_system,
            parole_office,
            victim_services,
            mediator,
            site,
        })
    }
}
