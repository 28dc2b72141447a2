//! Proposals that need two persons: what decides who is rung, who accepts and who gives roles is proposed by one administrator and
//! confirmed by another.

use std::collections::BTreeSet;

use chassis::{
    Caller, Error, Refusal, Result,
    audit::{self, Act},
    grants::Line,
};
use proto::role;
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{devices, grants, roster, sites};
pub use crate::store::directory::proposal::{Ending, Proposal, What};
use crate::{
    app::App,
    domain::{
        alarm::route::{Holder, NMC, RJ_UNIT},
        directory::{
            device::Enrolment,
            grant::{self, Fault, Wanted},
        },
    },
    store,
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
pub async fn propose_office(tx: &mut PgConnection, app: &App, caller: &Caller, holder: Holder, lasts: Duration) -> Result<Outcome> {
    sites::check(tx, &holder).await?;
    store::directory::grant::lock_directory(tx).await?;
    let held = roster::named(tx, app, std::slice::from_ref(&holder.office)).await?;
    if held.contains(&holder) {
        return Ok(Outcome::InForce(None));
    }
    wait(tx, app, caller, What::Office(holder), lasts).await
}

/// Proposes that a person leaves an office: it decides who is rung, so it takes two persons too [R3e, THREAT-2].
///
/// # Errors
/// A refusal where they do not hold it, or too much waits.
pub async fn propose_leaving(
    tx: &mut PgConnection,
    app: &App,
    caller: &Caller,
    office: &str,
    holder: &str,
    lasts: Duration,
) -> Result<Outcome> {
    store::directory::grant::lock_directory(tx).await?;
    // As it stands in the table, believed or not: this also removes a row written directly into the database.
    let held = store::directory::office::assigned(tx, &[office.to_owned()]).await?;
    let Some(row) = held.into_iter().find(|row| row.holder.holder == holder) else { return Err(not_held()) };
    stays_held(tx, app, &row.holder).await?;
    wait(tx, app, caller, What::Leaving(row.holder), lasts).await
}

/// Refuses to empty one of the two national offices: nobody is rung in their place.
async fn stays_held(tx: &mut PgConnection, app: &App, leaves: &Holder) -> Result<()> {
    if ![RJ_UNIT, NMC].contains(&leaves.office.as_str()) {
        return Ok(());
    }
    let held = roster::holders(tx, app, std::slice::from_ref(&leaves.office)).await?;
    if held.iter().any(|holder| holder.holder != leaves.holder) { Ok(()) } else { Err(nobody_left()) }
}

fn nobody_left() -> Error {
    Refusal::precondition(
        "office-must-be-held",
        "R3e",
        "nobody would be left in this office, and nobody is rung in its place: name somebody first",
        "personne ne resterait dans cette fonction, et personne n'est alerté à sa place : nommez d'abord quelqu'un",
    )
    .into()
}

/// Ends a grant. One administrator is enough, except where the holder of an office could not accept without it: that decides who is rung,
/// so it takes two persons as leaving the office does [R3e, THREAT-2].
///
/// # Errors
/// `NotFound`, or a refusal where two administrators of the directory, or one person in a national office, would not remain.
pub async fn propose_ending(tx: &mut PgConnection, app: &App, caller: &Caller, id: Uuid, lasts: Duration) -> Result<Outcome> {
    store::directory::grant::lock_directory(tx).await?;
    let line = store::directory::grant::not_over(tx, id, app.clock.now()).await?.ok_or(Error::NotFound)?;
    if silences(tx, app, &line).await? {
        let ending = Ending { id, subject: line.subject, grant: line.grant };
        return wait(tx, app, caller, What::Ending(ending), lasts).await;
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
            return Err(two_must_remain());
        }
    }
    let offices = roster::offices_of(tx, app, &line.subject).await?;
    let mut silences = false;
    for office in offices {
        let named = roster::named(tx, app, std::slice::from_ref(&office)).await?;
        let before = roster::able(tx, app, &named, None).await?;
        let after = roster::able(tx, app, &named, Some(line.id)).await?;
        if after.is_empty() && !before.is_empty() && [RJ_UNIT, NMC].contains(&office.as_str()) {
            return Err(nobody_left());
        }
        silences |= after.len() < before.len();
    }
    Ok(silences)
}

fn two_must_remain() -> Error {
    Refusal::precondition(
        "two-administrators-must-remain",
        "A1",
        "two administrators of the directory without an end must remain, or nobody could name others: name somebody first",
        "deux administrateurs du répertoire sans date de fin doivent rester, sinon personne ne pourrait en nommer : nommez d'abord quelqu'un",
    )
    .into()
}

/// Gives grants; those that take two persons are proposed.
///
/// # Errors
/// A refusal where one of them is invalid: then none is given.
pub async fn propose_grants(tx: &mut PgConnection, app: &App, caller: &Caller, list: Vec<Wanted>, lasts: Duration) -> Result<Vec<Outcome>> {
    let now = app.clock.now();
    store::directory::grant::lock_directory(tx).await?;
    let mut outcomes = Vec::with_capacity(list.len());
    for wanted in list {
        check(tx, &wanted, now).await?;
        outcomes.push(if let Some(id) = store::directory::grant::same(tx, &wanted.subject, &wanted.grant, wanted.until, now).await? {
            Outcome::InForce(Some(id))
        } else if grant::needs_second_person(&wanted.grant.role) {
            wait(tx, app, caller, What::Grant(wanted), lasts).await?
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
pub async fn propose_device(tx: &mut PgConnection, app: &App, caller: &Caller, wanted: Enrolment, lasts: Duration) -> Result<Outcome> {
    store::directory::grant::lock_directory(tx).await?;
    devices::check(tx, app, &wanted).await?;
    wait(tx, app, caller, What::Device(wanted), lasts).await
}

async fn wait(tx: &mut PgConnection, app: &App, caller: &Caller, what: What, lasts: Duration) -> Result<Outcome> {
    let now = app.clock.now();
    if i64::try_from(store::directory::proposal::waiting(tx, now, MAX_PROPOSALS).await?.len()).unwrap_or(MAX_PROPOSALS) >= MAX_PROPOSALS {
        return Err(Refusal::precondition(
            "too-many-proposals",
            "A1",
            "too many changes wait for a second administrator: confirm those first",
            "trop de changements attendent un second administrateur : confirmez-les d'abord",
        )
        .into());
    }
    let action = match &what {
        What::Grant(_) => "grant.propose",
        What::Office(_) => "office.assign",
        What::Leaving(_) => "office.end",
        What::Device(_) => "device.propose",
        What::Ending(_) => "grant.end",
    };
    let proposal = Proposal { id: app.ids.uuid(), what, proposed_by: caller.subject.clone(), proposed_at: now, expires_at: now + lasts };
    store::directory::proposal::insert(tx, &proposal).await?;
    audit::granted(tx, &Act::new(caller, action, KIND, &proposal.id.to_string()), now).await?;
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
            return Err(over());
        }
        let about = match &proposal.what {
            What::Grant(wanted) => &wanted.subject,
            What::Office(holder) | What::Leaving(holder) => &holder.holder,
            What::Device(device) => &device.person,
            What::Ending(ending) => &ending.subject,
        };
        if [&proposal.proposed_by, about].contains(&&caller.subject) {
            return Err(second_person_needed());
        }
        store::directory::proposal::confirm(tx, *id, &caller.subject, now).await?;
        audit::granted(tx, &Act::new(caller, "change.confirm", KIND, &id.to_string()), now).await?;
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
    grant::check(wanted, now).map_err(fault)?;
    if let Some(site) = &wanted.grant.site
        && store::directory::office::kind_of(db, site).await?.is_none()
    {
        return Err(Refusal::invalid(
            "site-unknown",
            "A1",
            "grants.site",
            "the directory does not know this site",
            "le répertoire ne connaît pas cet établissement",
        )
        .into());
    }
    Ok(())
}

fn fault(fault: Fault) -> Error {
    let (reason, field, en, fr) = match fault {
        Fault::Subject => (
            "subject-missing",
            "grants.subject",
            "name the identity of a person or a system",
            "nommez l'identité d'une personne ou d'un système",
        ),
        Fault::Role => ("role-unknown", "grants.role", "the programme has no such role", "le programme n'a pas un tel rôle"),
        Fault::Place => (
            "place-wrong",
            "grants.site",
            "this role is held for one site, for one region, or for neither: name what belongs to it",
            "ce rôle s'exerce pour un établissement, pour une région ou sans lieu : indiquez ce qui lui revient",
        ),
        Fault::Times => {
            ("times-wrong", "grants.until", "the end lies before the beginning, or is over", "la fin précède le début ou est déjà passée")
        }
    };
    Refusal::invalid(reason, "A1", field, en, fr).into()
}

fn not_held() -> Error {
    Refusal::invalid(
        "office-not-held",
        "R3e",
        "holder",
        "nobody of this name is in this office: ask who is with `ro office list`",
        "personne de ce nom n'occupe cette fonction : voyez qui l'occupe avec `ro office list`",
    )
    .into()
}

fn over() -> Error {
    Refusal::precondition(
        "proposal-over",
        "A1",
        "nobody confirmed this in time: propose it again",
        "personne n'a confirmé à temps : proposez de nouveau",
    )
    .into()
}

fn second_person_needed() -> Error {
    Refusal::denied(
        "second-person-needed",
        "A1",
        "this takes two persons: another administrator confirms it, and nobody what they are given themselves",
        "il faut deux personnes : un autre administrateur confirme, et personne ce qu'il reçoit lui-même",
    )
    .into()
}
