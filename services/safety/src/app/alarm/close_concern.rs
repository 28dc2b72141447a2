//! Use case: the RJ Unit closes a concern that every audience has accepted.

use base::{Caller, Error, Result, database::act_as};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    app::App,
    change::{Change, record},
    signed,
};
use crate::{
    app::row_security,
    domain::alarm::{concern::State, core::may_close},
    error, store,
};

/// Closes the concern with an outcome; closing it twice changes nothing.
///
/// # Errors
/// `NotFound`, or a refusal that says what is missing.
pub async fn close(tx: &mut PgConnection, app: &App, caller: &Caller, id: Uuid, outcome: &str) -> Result<()> {
    let concern = store::alarm::concern::lock(tx, id).await?.ok_or(Error::NotFound)?;
    if concern.state == State::Closed {
        return Ok(());
    }
    // By the acceptances themselves, each verified by its signature: a state written into the table closes nothing.
    let statuses = signed::believed(app, id, store::alarm::audience::of(tx, id).await?);
    may_close(&statuses, concern.said, outcome).map_err(error::not_closed)?;
    act_as(tx, &row_security::itself()).await?;
    record_closed(tx, app, (&caller.subject, caller.device.as_deref()), id, outcome.trim()).await
}

/// Closes a concern, as the service: signed, on its timeline, and as a fact.
///
/// # Errors
/// A statement failed.
pub(in crate::app) async fn record_closed(
    tx: &mut PgConnection,
    app: &App,
    (by, device): (&str, Option<&str>),
    id: Uuid,
    outcome: &str,
) -> Result<()> {
    let closing = signed::closing(app, id, by, app.clock.now());
    let revision = store::alarm::concern::close(tx, &app.vault, id, &closing, outcome).await?;
    let change = Change {
        concern: id,
        revision,
        state: State::Closed,
        what: "closed",
        audience: None,
        level: None,
        graver: None,
        actor: by,
        device,
    };
    record(tx, app, &change).await?;
    Ok(())
}
