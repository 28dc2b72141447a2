//! Holders of offices that are believed: a row that was changed directly in the database counts for nobody.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use chassis::{
    Caller, Result,
    audit::{self, Act},
    grants::Line,
};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    app::App,
    domain::{alarm::route::Holder, directory::grant},
    store::{self, directory::office::Assigned},
};

/// Kind of the signature.
const KIND: &str = "office-holder";

/// Number of times each person left each office, cached: ringing does not wait for the audit log. Cheap to clone.
#[derive(Clone, Default)]
pub struct Left(Arc<RwLock<HashMap<String, i64>>>);

impl Left {
    /// Number of times each left, as read last.
    pub(in crate::app) fn all(&self) -> HashMap<String, i64> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn times(&self, holder: &Holder) -> i64 {
        let whom = store::directory::office::in_office(&holder.office, &holder.holder).to_string();
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&whom).copied().unwrap_or_default()
    }
}

/// Refreshes the cache from the audit log.
///
/// # Errors
/// A statement failed: the cache keeps what it has.
pub async fn learn(db: &mut PgConnection, app: &App) -> sqlx::Result<()> {
    let times = store::directory::office::times_left(db, None).await?;
    *app.left.0.write().unwrap_or_else(PoisonError::into_inner) = times;
    Ok(())
}

/// Holders of the offices who can accept, first to last. An office whose every row was tampered with, or whose every holder has lost the
/// role to accept with, has none: it rings NHQ and the monitoring centre at once.
///
/// # Errors
/// The database does not answer.
pub async fn holders(db: &mut PgConnection, app: &App, offices: &[String]) -> sqlx::Result<Vec<Holder>> {
    let named = named(db, app, offices).await?;
    let able = able(db, app, &named, None).await?;
    for holder in named.iter().filter(|holder| !able.contains(holder)) {
        tell_cannot_accept(holder);
    }
    Ok(able)
}

pub(in crate::app) fn tell_cannot_accept(holder: &Holder) {
    tracing::error!(office = holder.office, rank = holder.rank, "somebody in the office holds no role to accept with: they are not rung");
}

pub(in crate::app) fn tell_not_believed(office: &str) {
    tracing::error!(office, "who holds the office was changed behind this service's back: the row is not believed");
}

/// Persons assigned to the offices, whether or not they can accept.
///
/// # Errors
/// The database does not answer.
pub async fn named(db: &mut PgConnection, app: &App, offices: &[String]) -> sqlx::Result<Vec<Holder>> {
    let rows = store::directory::office::assigned(db, offices).await?;
    Ok(rows.into_iter().filter(|row| is_believed(app, row)).map(|row| row.holder).collect())
}

/// Those of `named` who hold a role to accept with that this service signed; `without` one grant, where one is given.
///
/// # Errors
/// The database does not answer.
pub async fn able(db: &mut PgConnection, app: &App, named: &[Holder], without: Option<Uuid>) -> sqlx::Result<Vec<Holder>> {
    let people: Vec<String> = named.iter().map(|holder| holder.holder.clone()).collect();
    let mut lines = store::directory::grant::in_force(db, &people, app.clock.now()).await?;
    lines.retain(|line| Some(line.id) != without && is_signed(app, line));
    let can =
        |holder: &&Holder| lines.iter().any(|line| line.subject == holder.holder && grant::accepts_for(&line.grant.role, &holder.office));
    Ok(named.iter().filter(can).cloned().collect())
}

/// Without a key every grant is believed; the process logs that at its start.
pub(in crate::app) fn is_signed(app: &App, line: &Line) -> bool {
    app.signer.as_ref().is_none_or(|signer| line.is_signed_by(&signer.public()))
}

/// The same as [`holders`] for callers that poll twice a second, without logging: what is not believed was logged when it was rung.
///
/// # Errors
/// The database does not answer.
pub async fn holders_quietly(db: &mut PgConnection, app: &App, offices: &[String]) -> sqlx::Result<Vec<Holder>> {
    let rows = store::directory::office::assigned(db, offices).await?;
    let named: Vec<Holder> = rows.into_iter().filter(|row| fits(app, row)).map(|row| row.holder).collect();
    able(db, app, &named, None).await
}

/// Offices that a person is believed to hold.
///
/// # Errors
/// The database does not answer.
pub async fn offices_of(db: &mut PgConnection, app: &App, holder: &str) -> sqlx::Result<Vec<String>> {
    let rows = store::directory::office::assigned_to(db, holder).await?;
    Ok(rows.into_iter().filter(|row| is_believed(app, row)).map(|row| row.holder.office).collect())
}

/// Puts an assignment in force: proposed by one, confirmed by another, signed by this service.
///
/// # Errors
/// A statement failed.
pub async fn assign(tx: &mut PgConnection, app: &App, holder: Holder, proposed_by: &str, confirmed_by: &str) -> Result<()> {
    let whom = store::directory::office::in_office(&holder.office, &holder.holder);
    let left = store::directory::office::times_left(tx, Some(whom)).await?.into_values().sum::<i64>();
    let term = i32::try_from(left).map_or(i32::MAX, |left| left.saturating_add(1));
    let (assigned_by, confirmed_by) = (proposed_by.to_owned(), Some(confirmed_by.to_owned()));
    let mut row = Assigned { holder, assigned_by, confirmed_by, term, signature: None };
    row.signature = app.signer.as_ref().map(|signer| with_values(&row, |values| signer.sign_row(KIND, values)));
    store::directory::office::assign(tx, &row, app.clock.now()).await?;
    tracing::info!(office = row.holder.office, rank = row.holder.rank, "an office was assigned");
    Ok(())
}

/// Takes a person out of an office, at once: they are rung no more, and no longer see its concerns. Where no holder is left, NHQ and the
/// monitoring centre are rung in its place. The audit log records that they left: their row does not count again if it is written back.
///
/// # Errors
/// A statement failed.
pub async fn release(tx: &mut PgConnection, app: &App, caller: &Caller, holder: &Holder) -> Result<()> {
    let whom = store::directory::office::in_office(&holder.office, &holder.holder);
    audit::granted(tx, &Act::new(caller, store::directory::office::LEFT, KIND, &whom.to_string()), app.clock.now()).await?;
    if store::directory::office::release(tx, &holder.office, &holder.holder).await? {
        tracing::info!(office = holder.office, rank = holder.rank, "somebody left an office");
    }
    Ok(())
}

/// Without a key nothing is signed and every row is believed; the process logs that at its start.
fn is_believed(app: &App, row: &Assigned) -> bool {
    let believed = fits(app, row);
    if !believed {
        tell_not_believed(&row.holder.office);
    }
    believed
}

/// Whether the row counts: this service signed it as it reads, and its holder has not left since.
pub(in crate::app) fn fits(app: &App, row: &Assigned) -> bool {
    let Some(signer) = &app.signer else { return true };
    let signature = row.signature.as_deref().unwrap_or_default();
    i64::from(row.term) > app.left.times(&row.holder) && with_values(row, |values| signer.signed_row(KIND, values, signature))
}

fn with_values<T>(row: &Assigned, read: impl FnOnce(&[&str]) -> T) -> T {
    let (rank, term) = (row.holder.rank.to_string(), row.term.to_string());
    let confirmed_by = row.confirmed_by.as_deref().unwrap_or_default();
    let values: [&str; 6] = [&row.holder.office, &row.holder.holder, &rank, &row.assigned_by, confirmed_by, &term];
    // A first term is signed as it was before terms existed.
    read(if row.term == 1 { values.split_last().map_or(&values[..], |(_, first)| first) } else { &values })
}
