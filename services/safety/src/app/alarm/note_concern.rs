//! Use case: a note on a concern, for those who answer for it. It rings nobody and silences nobody [R3e].

use base::{Caller, Error, Result, database::act_as};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    app::App,
    change::{Change, record},
    read_concerns::viewer,
};
use crate::{
    app::row_security,
    domain::alarm::{concern::State, note},
    error,
    store::{self, alarm::note::New},
};

/// Adds a note in the caller's capacity: for NHQ, or for the heads. Whether it is new: the same note twice is one.
///
/// # Errors
/// `NotFound` where the caller may not know of the concern or it is closed; a refusal where they do not answer for it, or of the text.
pub async fn note(tx: &mut PgConnection, app: &App, caller: &Caller, id: Uuid, (note_id, text): (Uuid, &str)) -> Result<bool> {
    let viewer = viewer(tx, app, caller).await?;
    // Before the concern is locked: who may not know of it waits for no lock [TRAP-6].
    let statuses = store::alarm::audience::of(tx, id).await?;
    if !viewer.may_know(&statuses) {
        return Err(Error::NotFound);
    }
    let audience = viewer.reads(&statuses).ok_or_else(error::not_this_audience)?;
    let text = note::check(text).map_err(error::note)?;
    let concern = store::alarm::concern::lock(tx, id).await?.filter(|concern| concern.state != State::Closed).ok_or(Error::NotFound)?;
    act_as(tx, &row_security::itself()).await?;
    let note = New { id: note_id, concern: id, audience, by: &caller.subject, at: app.clock.now(), text };
    if !store::alarm::note::add(tx, &app.vault, &note).await? {
        return Ok(false);
    }
    let change = Change {
        concern: id,
        revision: store::alarm::concern::advance(tx, id, concern.state).await?,
        state: concern.state,
        what: "noted",
        audience: Some(audience),
        level: None,
        graver: None,
        actor: &caller.subject,
        device: caller.device.as_deref(),
    };
    record(tx, app, &change).await?;
    Ok(true)
}
