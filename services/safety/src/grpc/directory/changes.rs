//! Changes by administrators: grants, offices, devices, and the confirmation by a second person.

use std::str::FromStr;

use audit_log::Act;
use base::{Caller, Result, caller::Grant, wire::instant};
use prost_types::Timestamp;
use proto::safety::v1;
use time::OffsetDateTime;
use uuid::Uuid;

use super::server::DirectoryServer;
use crate::{
    app::directory::{
        devices, people,
        proposals::{self, Outcome},
        sites::{self, Site},
    },
    domain::directory::{device::Enrolment, grant::Wanted, office::Holder},
    error,
};

/// Largest number of changes in one call.
const MAX_GRANTS: usize = 100;

impl DirectoryServer {
    pub(super) async fn propose_office(&self, caller: &Caller, holder: v1::OfficeHolder) -> Result<Outcome> {
        let holder = Holder {
            office: holder.office.trim().to_owned(),
            holder: holder.holder.trim().to_owned(),
            rank: i16::try_from(holder.rank).unwrap_or(i16::MAX),
        };
        let mut tx = self.transactions.begin(caller).await?;
        let ended = proposals::propose_office(&mut tx, &self.app, caller, holder).await;
        self.transactions.settle(tx, Act::new(caller, "office.assign", "proposal", ""), ended).await
    }

    pub(super) async fn propose_leaving(&self, caller: &Caller, office: &str, holder: &str) -> Result<Outcome> {
        let mut tx = self.transactions.begin(caller).await?;
        let ended = proposals::propose_leaving(&mut tx, &self.app, caller, office.trim(), holder.trim()).await;
        self.transactions.settle(tx, Act::new(caller, "office.end", "proposal", ""), ended).await
    }

    pub(super) async fn propose(&self, caller: &Caller, grants: Vec<v1::RoleGrant>) -> Result<Vec<Outcome>> {
        some_of(grants.len())?;
        let wanted = grants.into_iter().map(wanted).collect::<Result<Vec<_>>>()?;
        let mut tx = self.transactions.begin(caller).await?;
        let ended = proposals::propose_grants(&mut tx, &self.app, caller, wanted).await;
        let settled = self.transactions.settle(tx, Act::new(caller, "grant.propose", "proposal", ""), ended).await;
        self.directory_changed();
        settled
    }

    pub(super) async fn confirm(&self, caller: &Caller, ids: &[String]) -> Result<()> {
        some_of(ids.len())?;
        let parsed: Vec<Uuid> = ids.iter().map(|id| named(id)).collect();
        let mut tx = self.transactions.begin(caller).await?;
        let ended = proposals::confirm(&mut tx, &self.app, caller, &parsed).await;
        let first = ids.first().map_or("", String::as_str);
        let settled = self.transactions.settle(tx, Act::new(caller, "change.confirm", "proposal", first.trim()), ended).await;
        self.directory_changed();
        settled
    }

    pub(super) async fn propose_enrolment(&self, caller: &Caller, device: v1::Device) -> Result<Outcome> {
        let wanted = enrolment(device)?;
        let mut tx = self.transactions.begin(caller).await?;
        let ended = proposals::propose_device(&mut tx, &self.app, caller, wanted).await;
        self.transactions.settle(tx, Act::new(caller, "device.propose", "proposal", ""), ended).await
    }

    pub(super) async fn end_enrolment(&self, caller: &Caller, id: &str) -> Result<()> {
        let mut tx = self.transactions.begin(caller).await?;
        let ended = devices::end(&mut tx, &self.app, caller, named(id)).await;
        self.transactions.settle(tx, Act::new(caller, "device.end", devices::KIND, id.trim()), ended).await?;
        self.app.devices.refresh_now();
        Ok(())
    }

    pub(super) async fn set_zone(&self, caller: &Caller, site: &str, zone: &str) -> Result<Site> {
        let mut tx = self.transactions.begin(caller).await?;
        let ended = sites::set_zone(&mut tx, &self.app, caller, site.trim(), zone.trim()).await;
        self.transactions.settle(tx, Act::new(caller, "site.zone", sites::KIND, site.trim()), ended).await
    }

    pub(super) async fn name(&self, caller: &Caller, request: &v1::NamePersonRequest) -> Result<()> {
        let v1::NamePersonRequest { subject, name, telephone } = request;
        let mut tx = self.transactions.begin(caller).await?;
        let ended = people::name(&mut tx, &self.app, caller, (subject, name, telephone)).await;
        self.transactions.settle(tx, Act::new(caller, "person.name", people::KIND, ""), ended).await
    }

    pub(super) async fn end(&self, caller: &Caller, id: &str) -> Result<Outcome> {
        let mut tx = self.transactions.begin(caller).await?;
        let ended = proposals::propose_ending(&mut tx, &self.app, caller, named(id)).await;
        let settled = self.transactions.settle(tx, Act::new(caller, "grant.end", "grant", id.trim()), ended).await;
        self.directory_changed();
        settled
    }

    /// Refreshes the caches: what was committed, or may have been where the answer was lost, counts at once.
    fn directory_changed(&self) {
        self.app.cache.forget();
        self.app.devices.refresh_now();
    }
}

/// Id of a text. What is no id becomes one that names nothing, and takes the same path.
fn named(id: &str) -> Uuid {
    Uuid::from_str(id.trim()).unwrap_or_default()
}

fn wanted(grant: v1::RoleGrant) -> Result<Wanted> {
    let place = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    Ok(Wanted {
        since: moment(grant.since.as_ref())?,
        until: moment(grant.until.as_ref())?,
        subject: grant.subject.trim().to_owned(),
        grant: Grant { role: grant.role.trim().to_owned(), site: place(grant.site), region: place(grant.region) },
    })
}

/// An end is required: no device is valid for ever.
fn enrolment(device: v1::Device) -> Result<Enrolment> {
    let until = moment(device.until.as_ref())?.unwrap_or(OffsetDateTime::UNIX_EPOCH);
    Ok(Enrolment { person: device.person.trim().to_owned(), public_key: device.public_key, until })
}

fn moment(stamp: Option<&Timestamp>) -> Result<Option<OffsetDateTime>> {
    stamp.map(|stamp| instant(stamp).ok_or_else(|| error::instant_unreadable().into())).transpose()
}

fn some_of(count: usize) -> Result<()> {
    if (1..=MAX_GRANTS).contains(&count) {
        return Ok(());
    }
    Err(error::changes_count().into())
}
