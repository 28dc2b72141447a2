//! Use cases: read a version of the protocols, and list all of them [R1].

use audit_log::Act as Entry;
use base::{Caller, Error, Result};
use time::OffsetDateTime;

use crate::{
    app::{App, protocol::KIND},
    domain::protocol::{
        act::Act,
        compare::{Compared, compare},
    },
    store::protocol::{
        part,
        version::{self, Done, Version},
    },
};

/// Most versions or acts in one answer.
const LIMIT: i64 = 500;

/// A version with all that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    pub version: Version,
    pub parts: Vec<Compared>,
    /// For whoever drafts and approves; row security leaves them out for everybody else.
    pub acts: Vec<Done>,
    /// The moment for which this is true.
    pub at: OffsetDateTime,
}

/// A version, compared with the one in force; 0 is the one in force.
///
/// # Errors
/// Not found: none, a draft for somebody who neither drafts nor approves, or nothing is in force.
pub async fn get_protocol(app: &App, caller: &Caller, number: i32) -> Result<Whole> {
    let mut tx = app.begin_for_protocols(caller).await?;
    let at = app.clock.now();
    let in_force = version::in_force(&mut tx, at).await?;
    let number = if number == 0 { in_force.ok_or(Error::NotFound)? } else { number };
    let version = version::find(&mut tx, number).await?.ok_or(Error::NotFound)?;
    let own = part::of_version(&mut tx, number).await?;
    let before = match in_force {
        Some(in_force) if in_force != number => part::of_version(&mut tx, in_force).await?,
        Some(_) => own.clone(),
        None => Vec::new(),
    };
    let acts = version::acts(&mut tx, number, LIMIT).await?;
    audit_log::granted(&mut tx, &Entry::new(caller, Act::Read.permission(), KIND, &number.to_string()), at).await?;
    tx.commit().await?;
    Ok(Whole { version, parts: compare(&own, &before), acts, at })
}

/// The versions, newest first, and the number of the one in force at the moment for which this is true.
///
/// # Errors
/// The database does not answer.
pub async fn list_protocols(app: &App, caller: &Caller) -> Result<(Vec<Version>, Option<i32>, OffsetDateTime)> {
    let mut tx = app.begin_for_protocols(caller).await?;
    let at = app.clock.now();
    let in_force = version::in_force(&mut tx, at).await?;
    let all = version::all(&mut tx, LIMIT).await?;
    audit_log::granted(&mut tx, &Entry::new(caller, Act::List.permission(), KIND, ""), at).await?;
    tx.commit().await?;
    Ok((all, in_force, at))
}
