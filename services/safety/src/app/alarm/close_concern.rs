//! Use case: the RJ Unit closes a concern that every audience has accepted.

use chassis::{Caller, Error, Refusal, Result, database::act_as};
use sqlx::PgConnection;
use uuid::Uuid;

use super::signed;
use crate::{
    app::{App, Change, record, row_security},
    domain::alarm::{
        concern::{CloseRefusal, State},
        core::may_close,
    },
    store,
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
    let told = signed::believed(app, id, store::alarm::audience::of(tx, id).await?);
    may_close(&told, concern.said, outcome).map_err(refusal)?;
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

fn refusal(why: CloseRefusal) -> Refusal {
    match why {
        CloseRefusal::NotEveryAudienceAccepted => Refusal::precondition(
            "not-every-audience-accepted",
            "R3e",
            "not every audience has accepted this concern: it keeps ringing and cannot be closed",
            "tous les destinataires n'ont pas accepté ce signalement : il continue de sonner et ne peut être clos",
        ),
        CloseRefusal::OutcomeMissing => Refusal::invalid(
            "outcome-missing",
            "R3e",
            "outcome",
            "say in a line how it ended",
            "dites en une ligne comment cela s'est terminé",
        ),
    }
}
