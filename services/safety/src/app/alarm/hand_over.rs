//! Use case: whoever has accepted for an office hands it over. It owes anew and rings at once those it was handed to; whoever handed it over
//! answers until somebody has accepted, so that no acceptance leaves a hole [R3e].

use base::{Caller, Error, Result, database::act_as};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    app::App,
    change::{Change, record},
    read_concerns::viewer,
    ring, signed,
};
use crate::{
    app::{directory::roster, row_security},
    domain::{
        alarm::{
            concern::{Audience, AudienceStatus, State},
            core, hand_over, note, route,
        },
        directory::office::Holder,
    },
    error,
    store::{self, alarm::note::New},
};

/// Request to hand over.
pub struct Asked<'a> {
    pub audience: Audience,
    /// The person it is handed to; `None`: everybody else who holds the office.
    pub to: Option<&'a str>,
    pub note: &'a str,
}

/// Hands over the caller's office of the audience; handing it over twice to the same is once.
///
/// # Errors
/// `NotFound` where the caller may not know of the concern; a refusal where they have not accepted for it, or where nobody could take it.
pub async fn hand_over(tx: &mut PgConnection, app: &App, caller: &Caller, id: Uuid, asked: Asked<'_>) -> Result<AudienceStatus> {
    let viewer = viewer(tx, app, caller).await?;
    // Before the concern is locked: who may not know of it waits for no lock [TRAP-6].
    if !viewer.may_know(&store::alarm::audience::of(tx, id).await?) {
        return Err(Error::NotFound);
    }
    let concern = store::alarm::concern::lock(tx, id).await?.filter(|concern| concern.state != State::Closed).ok_or(Error::NotFound)?;
    let mut statuses = signed::believed(app, id, store::alarm::audience::of(tx, id).await?);
    let theirs = |status: &AudienceStatus| status.audience == asked.audience && !status.former && viewer.speaks_for(status);
    let at = statuses.iter().position(theirs).ok_or_else(error::not_this_audience)?;
    let status = statuses.get_mut(at).ok_or(Error::NotFound)?;
    if status.handed.as_ref().is_some_and(|handed| handed.by == caller.subject && handed.to.as_deref() == asked.to) {
        return Ok(status.clone());
    }
    // Who else may accept is for the service to read, not for every head.
    act_as(tx, &row_security::itself()).await?;
    let office = route::held_as(&status.office).to_owned();
    let able = match asked.to {
        Some(to) => roster::able(tx, &app.directory, &[Holder { office, holder: to.to_owned(), rank: 0 }], None).await?,
        None => roster::holders(tx, &app.directory, &[office]).await?,
    };
    hand_over::may_hand_over(status, concern.said, &caller.subject, asked.to, &able).map_err(error::not_handed_over)?;
    let now = app.clock.now();
    if !asked.note.trim().is_empty() {
        let text = note::check(asked.note).map_err(error::note)?;
        let note = New { id: app.ids.uuid(), concern: id, audience: asked.audience, by: &caller.subject, at: now, text };
        store::alarm::note::add(tx, &app.vault, &note).await?;
    }
    hand_over::hand_over(status, &caller.subject, asked.to, now);
    ring::attend(tx, app, &concern, &mut statuses).await?;
    let state = core::state_after(concern.state, &statuses, concern.said);
    let change = Change {
        concern: id,
        revision: store::alarm::concern::advance(tx, id, state).await?,
        state,
        what: "handed-over",
        audience: Some(asked.audience),
        level: None,
        graver: None,
        actor: &caller.subject,
        device: caller.device.as_deref(),
    };
    record(tx, app, &change).await?;
    statuses.get(at).cloned().ok_or(Error::NotFound)
}
