//! Names of people: set by an administrator, read by all who work in the programme.

use std::collections::BTreeMap;

use audit_log::Act;
use base::{Caller, Private, Result, caller::Grant, database};
use proto::role;
use sqlx::PgConnection;
use vault::object_of;

use super::app::App;
use crate::{
    app::row_security,
    domain::directory::{office::Holder, person},
    error, store,
};

/// Kind of a person in the audit log.
pub const KIND: &str = "person";
/// Most people of one answer.
pub const MOST: usize = 5_000;
/// Most rows read of what they hold: grants, and names.
const MOST_ROWS: i64 = 20_000;

/// What is known of a person of the directory.
#[derive(Debug, Default)]
pub struct Known {
    pub name: Private<String>,
    pub telephone: Private<String>,
    /// Highest rank first.
    pub offices: Vec<Holder>,
    pub roles: Vec<Grant>,
}

/// Sets what is shown for an identity.
///
/// # Errors
/// A refusal where it cannot be shown so; a statement failed, or there is no key to seal it with.
pub async fn name(tx: &mut PgConnection, app: &App, caller: &Caller, (subject, name, telephone): (&str, &str, &str)) -> Result<()> {
    let person = person::parse(subject, name, telephone).map_err(error::person)?;
    let now = app.clock.now();
    let object = object_of(&person.subject).to_string();
    audit_log::granted(tx, &Act::new(caller, "person.name", KIND, &object), now).await?;
    // The table and its keys are the service's own.
    database::act_as(tx, &row_security::itself()).await?;
    store::directory::person::put(tx, &app.vault, &person, &caller.subject, now).await?;
    Ok(())
}

/// Everybody who holds an office or a role, or for whom something is shown, by identity; systems and displays are no people. Returns
/// whether there are more.
///
/// # Errors
/// The database does not answer.
pub async fn everybody(tx: &mut PgConnection, app: &App) -> Result<(BTreeMap<String, Known>, bool)> {
    let mut people: BTreeMap<String, Known> = BTreeMap::new();
    let lines = store::directory::grant::all_in_force(tx, app.clock.now(), MOST_ROWS).await?;
    for line in lines.into_iter().filter(|line| app.trust.is_signed(line) && !role::SYSTEMS.contains(&line.grant.role.as_str())) {
        people.entry(line.subject).or_default().roles.push(line.grant);
    }
    let assigned = store::directory::office::all_assigned(tx).await?;
    for row in assigned.into_iter().filter(|row| app.trust.fits(row)) {
        people.entry(row.holder.holder.clone()).or_default().offices.push(row.holder);
    }
    for person in store::directory::person::all(tx, &app.vault, MOST_ROWS).await? {
        let known = people.entry(person.subject).or_default();
        (known.name, known.telephone) = (person.name, person.telephone);
    }
    for known in people.values_mut() {
        known.offices.sort_by_key(|holder| holder.rank);
    }
    let is_cut = people.len() > MOST;
    Ok((people.into_iter().take(MOST).collect(), is_cut))
}
