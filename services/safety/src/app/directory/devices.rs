//! Devices that authenticate people while the identity provider is away: enrolment, ending, and the refresh of the in-memory copy.
//!
//! A device is authenticated by a copy in memory of the rows that this service signed. It outlasts a database that cannot be read, and a
//! row written directly into the database is never in it.

use std::sync::Arc;

use audit_log::Act;
use auth::devices::{self, Device};
use base::{Caller, Error, Result, database};
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

use super::app::App;
pub use crate::store::directory::device::Enrolled;
use crate::{
    app::row_security,
    domain::directory::device::{self, Enrolment},
    error, store,
};

/// Kind of a device in the audit log and in its signature.
pub const KIND: &str = "device";

/// Checks whether a device may be enrolled now.
///
/// # Errors
/// A refusal where the person, the key or the end cannot be, the key was enrolled before, or there are too many.
pub async fn check(tx: &mut PgConnection, app: &App, wanted: &Enrolment) -> Result<()> {
    let now = app.clock.now();
    device::check(wanted, now, app.devices.longest).map_err(error::device)?;
    if app.trust.signer.is_none() {
        return Err(error::device_cannot_be_signed().into());
    }
    if store::directory::device::lock(tx, wanted.id()).await?.is_some() {
        return Err(error::device_known().into());
    }
    if usize::try_from(store::directory::device::count(tx, now).await?).unwrap_or(usize::MAX) >= devices::MAX_DEVICES {
        return Err(error::too_many_devices().into());
    }
    Ok(())
}

/// Enrols a device: proposed by one, confirmed by another, signed by this service.
///
/// # Errors
/// As [`check`], or a statement failed.
pub async fn enrol(tx: &mut PgConnection, app: &App, wanted: Enrolment, proposed_by: &str, confirmed_by: &str) -> Result<()> {
    check(tx, app, &wanted).await?;
    let now = app.clock.now();
    let mut device = Enrolled {
        id: wanted.id(),
        person: wanted.person,
        public_key: wanted.public_key,
        since: now,
        until: wanted.until,
        proposed_by: proposed_by.to_owned(),
        confirmed_by: confirmed_by.to_owned(),
        ended_at: None,
        ended_by: None,
        signature: Vec::new(),
    };
    device.signature = signature(app, &device)?;
    store::directory::device::insert(tx, &device).await?;
    audit_log::granted(tx, &Act::by(confirmed_by, "device.enrol", KIND, &device.id.to_string()), now).await?;
    tracing::info!(device.id = %device.id, "a device was enrolled");
    Ok(())
}

/// Ends a device, now. One administrator is enough: ending a lost device waits for nobody.
///
/// # Errors
/// `NotFound` where no such device is in force.
pub async fn end(tx: &mut PgConnection, app: &App, caller: &Caller, id: Uuid) -> Result<()> {
    let now = app.clock.now();
    let device = store::directory::device::lock(tx, id).await?.filter(|device| device.ended_at.is_none()).ok_or(Error::NotFound)?;
    let mut ended = Enrolled { ended_at: Some(now), ended_by: Some(caller.subject.clone()), ..device.clone() };
    // An unsigned row stays unsigned: ending it must not make it valid.
    if is_believed(app, &device) {
        ended.signature = signature(app, &ended)?;
    }
    if !store::directory::device::end(tx, &ended).await? {
        return Err(Error::NotFound);
    }
    audit_log::granted(tx, &Act::new(caller, store::directory::device::ENDED, KIND, &id.to_string()), now).await?;
    tracing::info!(device.id = %id, "a device was ended");
    Ok(())
}

/// Cursor of a list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Position {
    at: i128,
    id: Uuid,
}

/// Page of the devices of a person, or of all people; newest first, ended ones too.
///
/// # Errors
/// The database does not answer.
pub async fn list(db: &mut PgConnection, person: &str, after: Option<Position>, limit: i64) -> Result<(Vec<Enrolled>, Option<Position>)> {
    let person = (!person.is_empty()).then_some(person);
    let before = after.map(|p| (OffsetDateTime::from_unix_timestamp_nanos(p.at).unwrap_or(OffsetDateTime::UNIX_EPOCH), p.id));
    let mut found = store::directory::device::list(db, person, before, limit + 1).await?;
    let more = i64::try_from(found.len()).unwrap_or(i64::MAX) > limit;
    found.truncate(usize::try_from(limit).unwrap_or_default());
    let next = found.last().filter(|_| more).map(|device| Position { at: device.since.unix_timestamp_nanos(), id: device.id });
    Ok((found, next))
}

/// Refreshes the cache from the database. Returns the rows that are not believed, because this service did not sign them.
///
/// # Errors
/// A statement failed: the cache keeps what it has.
pub async fn refresh(pool: &PgPool, app: &App) -> sqlx::Result<Vec<Uuid>> {
    let now = app.clock.now();
    let most = i64::try_from(devices::MAX_DEVICES).unwrap_or(i64::MAX);
    let mut tx = database::begin(pool, &row_security::itself()).await?;
    let rows = store::directory::device::in_force(&mut tx, now, most).await?;
    tx.commit().await?;
    let longest = app.devices.longest;
    let (believed, forged): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| is_believed(app, row));
    app.devices.in_use.replace(believed.into_iter().map(|row| Device {
        id: row.id,
        person: row.person,
        public_key: row.public_key,
        // A shortened maximum also applies to devices enrolled before.
        until: row.until.min(row.since + longest),
    }));
    Ok(forged.into_iter().map(|row| row.id).collect())
}

/// Without a key a genuine row cannot be told from a forged one: then no device is believed.
fn is_believed(app: &App, row: &Enrolled) -> bool {
    let signed = |signer: &Arc<audit_log::Signer>| with_values(row, |values| signer.signed_row(KIND, values, &row.signature));
    row.id == devices::id_of(&row.public_key) && app.trust.signer.as_ref().is_some_and(signed)
}

fn signature(app: &App, row: &Enrolled) -> Result<Vec<u8>> {
    let signer = app.trust.signer.as_ref().ok_or_else(error::device_cannot_be_signed)?;
    Ok(with_values(row, |values| signer.sign_row(KIND, values)))
}

/// The id covers the key, whose digest it is. Times in seconds: the database stores less precision than memory.
fn with_values<T>(row: &Enrolled, read: impl FnOnce(&[&str]) -> T) -> T {
    let second = |at: OffsetDateTime| at.unix_timestamp().to_string();
    let (id, since, until) = (row.id.to_string(), second(row.since), second(row.until));
    let ended_at = row.ended_at.map(second).unwrap_or_default();
    let ended_by = row.ended_by.as_deref().unwrap_or_default();
    read(&[&id, &row.person, &since, &until, &row.proposed_by, &row.confirmed_by, &ended_at, ended_by])
}
