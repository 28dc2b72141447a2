//! Proposals that need two persons: what decides who is rung, who accepts and who gives roles is proposed by one administrator and
//! confirmed by another.

use std::collections::BTreeSet;

use audit_log::Act;
use auth::grants::Line;
use base::{Caller, Error, Result};
use proto::role;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{app::App, devices, grants, roster, sites};
pub use crate::store::directory::proposal::{Ending, Proposal, What};
use crate::{
    domain::directory::{
        device::Enrolment,
        grant::{self, Wanted},
        office::{Holder, NMC, RJ_UNIT},
    },
    error, store,
};

const KIND: &str = "proposal";
/// Largest number of pending proposals.
const MAX_PROPOSALS: i64 = 1_000;

/// Result of one change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A second administrator is needed: id of the proposal.
    Waits(Uuid),
    /// In force; the id of the grant, where it is one.
    InForce(Option<Uuid>),
}

/// Proposes the holder of an office.
///
/// # Errors
/// A refusal where the office, the rank or the site does not exist, or too much waits.
pub async fn propose_office(tx: &mut PgConnection, app: &App, caller: &Caller, holder: Holder) -> Result<Outcome> {
    sites::check(tx, &holder).await?;
    store::directory::grant::lock_directory(tx).await?;
    let held = roster::named(tx, app, std::slice::from_ref(&holder.office)).await?;
    if held.contains(&holder) {
        return Ok(Outcome::InForce(None));
    }
    wait(tx, app, caller, What::Office(holder)).await
}

/// Proposes that a person leaves an office: it decides who is rung, so it takes two persons too [R3e, THREAT-2].
///
/// # Errors
/// A refusal where they do not hold it, or too much waits.
pub async fn propose_leaving(tx: &mut PgConnection, app: &App, caller: &Caller, office: &str, holder: &str) -> Result<Outcome> {
    store::directory::grant::lock_directory(tx).await?;
    // As it stands in the table, believed or not: this also removes a row written directly into the database.
    let held = store::directory::office::assigned(tx, &[office.to_owned()]).await?;
    let Some(row) = held.into_iter().find(|row| row.holder.holder == holder) else { return Err(error::office_not_held().into()) };
    stays_held(tx, app, &row.holder).await?;
    wait(tx, app, caller, What::Leaving(row.holder)).await
}

/// Refuses to empty one of the two national offices: nobody is rung in their place.
async fn stays_held(tx: &mut PgConnection, app: &App, leaves: &Holder) -> Result<()> {
    if ![RJ_UNIT, NMC].contains(&leaves.office.as_str()) {
        return Ok(());
    }
    let held = roster::holders(tx, app, std::slice::from_ref(&leaves.office)).await?;
    if held.iter().any(|holder| holder.holder != leaves.holder) { Ok(()) } else { Err(error::office_must_be_held().into()) }
}

/// Ends a grant. One administrator is enough, except where the holder of an office could not accept without it: that decides who is rung,
/// so it takes two persons as leaving the office does [R3e, THREAT-2].
///
/// # Errors
/// `NotFound`, or a refusal where two administrators of the directory, or one person in a national office, would not remain.
pub async fn propose_ending(tx: &mut PgConnection, app: &App, caller: &Caller, id: Uuid) -> Result<Outcome> {
    store::directory::grant::lock_directory(tx).await?;
    let line = store::directory::grant::not_over(tx, id, app.clock.now()).await?.ok_or(Error::NotFound)?;
    if silences(tx, app, &line).await? {
        let ending = Ending { id, subject: line.subject, grant: line.grant };
        return wait(tx, app, caller, What::Ending(ending)).await;
    }
    grants::end(tx, app, caller, id).await?;
    Ok(Outcome::InForce(Some(id)))
}

/// Whether an office would have one believed holder less without the grant; a refusal where it must not end at all.
async fn silences(tx: &mut PgConnection, app: &App, line: &Line) -> Result<bool> {
    if line.grant.role == role::DIRECTORY_ADMINISTRATOR {
        let lasting = store::directory::grant::lasting_administrators(tx, app.clock.now()).await?;
        let others: BTreeSet<&str> = lasting.iter().filter(|other| other.id != line.id).map(|other| other.subject.as_str()).collect();
        if !grant::enough_administrators(others.len()) {
            return Err(error::two_administrators_must_remain().into());
        }
    }
    let offices = roster::offices_of(tx, app, &line.subject).await?;
    let mut silences = false;
    for office in offices {
        let named = roster::named(tx, app, std::slice::from_ref(&office)).await?;
        let before = roster::able(tx, app, &named, None).await?;
        let after = roster::able(tx, app, &named, Some(line.id)).await?;
        if after.is_empty() && !before.is_empty() && [RJ_UNIT, NMC].contains(&office.as_str()) {
            return Err(error::office_must_be_held().into());
        }
        silences |= after.len() < before.len();
    }
    Ok(silences)
}

/// Gives grants; those that take two persons are proposed.
///
/// # Errors
/// A refusal where one of them is invalid: then none is given.
pub async fn propose_grants(tx: &mut PgConnection, app: &App, caller: &Caller, list: Vec<Wanted>) -> Result<Vec<Outcome>> {
    let now = app.clock.now();
    store::directory::grant::lock_directory(tx).await?;
    let mut outcomes = Vec::with_capacity(list.len());
    for wanted in list {
        check(tx, &wanted, now).await?;
        outcomes.push(if let Some(id) = store::directory::grant::same(tx, &wanted.subject, &wanted.grant, wanted.until, now).await? {
            Outcome::InForce(Some(id))
        } else if grant::needs_second_person(&wanted.grant.role) {
            wait(tx, app, caller, What::Grant(wanted)).await?
        } else {
            Outcome::InForce(Some(grants::give(tx, app, wanted, &caller.subject, None).await?))
        });
    }
    Ok(outcomes)
}

/// Proposes a device that authenticates a person.
///
/// # Errors
/// A refusal where it cannot be enrolled, or too many proposals wait.
pub async fn propose_device(tx: &mut PgConnection, app: &App, caller: &Caller, wanted: Enrolment) -> Result<Outcome> {
    store::directory::grant::lock_directory(tx).await?;
    devices::check(tx, app, &wanted).await?;
    wait(tx, app, caller, What::Device(wanted)).await
}

async fn wait(tx: &mut PgConnection, app: &App, caller: &Caller, what: What) -> Result<Outcome> {
    let now = app.clock.now();
    if i64::try_from(store::directory::proposal::waiting(tx, now, MAX_PROPOSALS).await?.len()).unwrap_or(MAX_PROPOSALS) >= MAX_PROPOSALS {
        return Err(error::too_many_proposals().into());
    }
    let action = match &what {
        What::Grant(_) => "grant.propose",
        What::Office(_) => "office.assign",
        What::Leaving(_) => "office.end",
        What::Device(_) => "device.propose",
        What::Ending(_) => "grant.end",
    };
    let proposal =
        Proposal { id: app.ids.uuid(), what, proposed_by: caller.subject.clone(), proposed_at: now, expires_at: now + app.proposals_last };
    store::directory::proposal::insert(tx, &proposal).await?;
    audit_log::granted(tx, &Act::new(caller, action, KIND, &proposal.id.to_string()), now).await?;
    Ok(Outcome::Waits(proposal.id))
}

/// Proposals that wait for a second administrator, oldest first.
///
/// # Errors
/// The database does not answer.
pub async fn waiting(db: &mut PgConnection, now: OffsetDateTime) -> Result<Vec<Proposal>> {
    Ok(store::directory::proposal::waiting(db, now, MAX_PROPOSALS).await?)
}

/// Puts proposals in force: all of them or none. Neither the proposer nor a person who gains by it counts as the second person.
///
/// # Errors
/// `NotFound`, or a refusal where the proposal has expired or the caller is no second person.
pub async fn confirm(tx: &mut PgConnection, app: &App, caller: &Caller, ids: &[Uuid]) -> Result<()> {
    let now = app.clock.now();
    store::directory::grant::lock_directory(tx).await?;
    for id in ids {
        let proposal = store::directory::proposal::lock(tx, *id).await?.ok_or(Error::NotFound)?;
        if now >= proposal.expires_at {
            return Err(error::proposal_over().into());
        }
        let about = match &proposal.what {
            What::Grant(wanted) => &wanted.subject,
            What::Office(holder) | What::Leaving(holder) => &holder.holder,
            What::Device(device) => &device.person,
            What::Ending(ending) => &ending.subject,
        };
        if [&proposal.proposed_by, about].contains(&&caller.subject) {
            return Err(error::second_person_needed().into());
        }
        store::directory::proposal::confirm(tx, *id, &caller.subject, now).await?;
        audit_log::granted(tx, &Act::new(caller, "change.confirm", KIND, &id.to_string()), now).await?;
        put_in_force(tx, app, caller, proposal, now).await?;
    }
    Ok(())
}

async fn put_in_force(tx: &mut PgConnection, app: &App, caller: &Caller, proposal: Proposal, now: OffsetDateTime) -> Result<()> {
    match proposal.what {
        What::Grant(wanted) => {
            check(tx, &wanted, now).await?;
            if store::directory::grant::same(tx, &wanted.subject, &wanted.grant, wanted.until, now).await?.is_none() {
                grants::give(tx, app, wanted, &proposal.proposed_by, Some(&caller.subject)).await?;
            }
        }
        What::Office(holder) => {
            sites::check(tx, &holder).await?;
            roster::assign(tx, app, holder, &proposal.proposed_by, &caller.subject).await?;
        }
        What::Leaving(holder) => {
            stays_held(tx, app, &holder).await?;
            roster::release(tx, app, caller, &holder).await?;
        }
        What::Ending(ending) => {
            // If it was ended meanwhile, the proposal is fulfilled.
            if let Some(line) = store::directory::grant::not_over(tx, ending.id, now).await? {
                silences(tx, app, &line).await?;
                grants::end(tx, app, caller, ending.id).await?;
            }
        }
        What::Device(wanted) => devices::enrol(tx, app, wanted, &proposal.proposed_by, &caller.subject).await?,
    }
    Ok(())
}

async fn check(db: &mut PgConnection, wanted: &Wanted, now: OffsetDateTime) -> Result<()> {
    grant::check(wanted, now).map_err(error::grant)?;
    if let Some(site) = &wanted.grant.site
        && store::directory::office::kind_of(db, site).await?.is_none()
    {
        return Err(error::site_of_grant_unknown().into());
    }
    Ok(())
}
