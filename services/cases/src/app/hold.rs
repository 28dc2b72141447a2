//! Use cases of legal holds: while a hold stands, the case is not purged, however old it is [LPR4].

use base::{Caller, Result};
use uuid::Uuid;

use crate::{
    app::{
        App,
        access::need_to_know::{find, lock, note},
    },
    domain::{
        access::decision::Verb,
        hold::{HoldKind, reason},
    },
    error,
    store::hold::{self as store, Hold},
};

/// Most holds listed for one case.
const LIMIT: i64 = 500;

/// Places a hold; several may stand on one case.
///
/// # Errors
/// Not found, or a refusal: no reason given.
pub async fn place_hold(app: &App, caller: &Caller, case_ref: &str, kind: HoldKind, why: &str) -> Result<Uuid> {
    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, Verb::PlaceHold, case_ref).await?;
    let (id, why) = (app.ids.uuid(), reason(why)?);
    store::place(&mut tx, &app.vault, file.id, (id, kind, &why), &caller.subject, at).await?;
    tx.commit().await?;
    tracing::info!(case.id = %file.id, hold.id = %id, "a hold was placed: the case is not purged while it stands");
    Ok(id)
}

/// Lifts a hold, with a reason. Lifting a lifted hold changes nothing.
///
/// # Errors
/// Not found, or a refusal: no reason given, or no such hold on this case.
pub async fn lift_hold(app: &App, caller: &Caller, case_ref: &str, hold_id: &str, why: &str) -> Result<()> {
    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, Verb::LiftHold, case_ref).await?;
    let why = reason(why)?;
    let id = Uuid::try_parse(hold_id.trim()).map_err(|_| error::hold_unknown())?;
    if !store::exists(&mut tx, file.id, id).await? {
        return Err(error::hold_unknown().into());
    }
    store::lift(&mut tx, &app.vault, file.id, (id, &why), &caller.subject, at).await?;
    tx.commit().await?;
    tracing::info!(case.id = %file.id, hold.id = %id, "a hold was lifted");
    Ok(())
}

/// The holds of a case, lifted ones included.
///
/// # Errors
/// Not found.
pub async fn list_holds(app: &App, caller: &Caller, case_ref: &str) -> Result<Vec<Hold>> {
    let at = app.clock.now();
    let mut tx = app.begin(caller).await?;
    let file = find(&mut tx, at, caller, Verb::ListHolds, case_ref).await?;
    note(&mut tx, caller, Verb::ListHolds, &file, at).await?;
    let holds = store::of_case(&mut tx, &app.vault, file.id, LIMIT).await?;
    tx.commit().await?;
    Ok(holds)
}
