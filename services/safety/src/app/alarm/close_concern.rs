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
    let closing = signed::closing(app, id, &caller.subject, app.clock.now());
    let revision = store::alarm::concern::close(tx, &app.vault, id, &closing, outcome.trim()).await?;
    let change = Change {
        concern: id,
        revision,
        state: State::Closed,
        what: "closed",
        audience: None,
        level: None,
        graver: None,
        actor: &caller.subject,
        device: caller.device.as_deref(),
    };
    record(tx, app, &change).await?;
    Ok(())
}
