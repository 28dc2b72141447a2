//! Holders of offices that are believed, and who of them can accept.

use audit_log::Act;
use base::{Caller, Result};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    app::App,
    trust::{KIND, log_cannot_accept},
};
use crate::{
    domain::directory::{grant, office::Holder},
    store::{self, directory::office::Assigned},
};

/// Holders of the offices who can accept, first to last. An office whose every row was tampered with, or whose every holder has lost the
/// role to accept with, has none: it rings NHQ and the monitoring centre at once.
///
/// # Errors
/// The database does not answer.
pub async fn holders(db: &mut PgConnection, app: &App, offices: &[String]) -> sqlx::Result<Vec<Holder>> {
    let named = named(db, app, offices).await?;
    let able = able(db, app, &named, None).await?;
    for holder in named.iter().filter(|holder| !able.contains(holder)) {
        log_cannot_accept(holder);
    }
    Ok(able)
}

/// Persons assigned to the offices, whether or not they can accept.
///
/// # Errors
/// The database does not answer.
pub async fn named(db: &mut PgConnection, app: &App, offices: &[String]) -> sqlx::Result<Vec<Holder>> {
    let rows = store::directory::office::assigned(db, offices).await?;
    Ok(rows.into_iter().filter(|row| app.trust.is_believed(row)).map(|row| row.holder).collect())
}

/// Those of `named` who hold a role to accept with that this service signed; `without` one grant, where one is given.
///
/// # Errors
/// The database does not answer.
pub async fn able(db: &mut PgConnection, app: &App, named: &[Holder], without: Option<Uuid>) -> sqlx::Result<Vec<Holder>> {
    let people: Vec<String> = named.iter().map(|holder| holder.holder.clone()).collect();
    let mut lines = store::directory::grant::in_force(db, &people, app.clock.now()).await?;
    lines.retain(|line| Some(line.id) != without && app.trust.is_signed(line));
    let can =
        |holder: &&Holder| lines.iter().any(|line| line.subject == holder.holder && grant::accepts_for(&line.grant.role, &holder.office));
    Ok(named.iter().filter(can).cloned().collect())
}

/// The same as [`holders`] for callers that poll twice a second, without logging: what is not believed was logged when it was rung.
///
/// # Errors
/// The database does not answer.
pub async fn holders_quietly(db: &mut PgConnection, app: &App, offices: &[String]) -> sqlx::Result<Vec<Holder>> {
    let rows = store::directory::office::assigned(db, offices).await?;
    let named: Vec<Holder> = rows.into_iter().filter(|row| app.trust.fits(row)).map(|row| row.holder).collect();
    able(db, app, &named, None).await
}

/// Offices that a person is believed to hold.
///
/// # Errors
/// The database does not answer.
pub async fn offices_of(db: &mut PgConnection, app: &App, holder: &str) -> sqlx::Result<Vec<String>> {
    let rows = store::directory::office::assigned_to(db, holder).await?;
    Ok(rows.into_iter().filter(|row| app.trust.is_believed(row)).map(|row| row.holder.office).collect())
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
    row.signature = app.trust.signature(&row);
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
    audit_log::granted(tx, &Act::new(caller, store::directory::office::LEFT, KIND, &whom.to_string()), app.clock.now()).await?;
    if store::directory::office::release(tx, &holder.office, &holder.holder).await? {
        tracing::info!(office = holder.office, rank = holder.rank, "somebody left an office");
    }
    Ok(())
}
