//! Use case: describe a mode that is not on the list, and record whether it is direct [D-VOM, R3a].

use base::{Caller, Result};
use proto::id::CaseId;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    app::{App, access::need_to_know::lock, transition},
    domain::{
        access::decision::Verb,
        case::stage::Standing,
        gate::conditions,
        mode::{self as rules, Described, Mode},
    },
    error,
    store::{mode as store, sealed::Unopened},
};

/// The mode that a request names by code and, for a mode that is not on the list, by the id of its description.
pub(crate) async fn mode_of(tx: &mut PgConnection, case: CaseId, code: &str, described: &str) -> Result<Mode> {
    let known = store::known(tx, case).await?;
    Ok(rules::meant(code, described, &known)?)
}

/// Adds a described mode, which counts as direct, or returns the one already described in the same words.
///
/// # Errors
/// Not found, or a refusal: a description that is missing or too long.
pub async fn describe_mode(app: &App, caller: &Caller, case_ref: &str, description: &str) -> Result<Uuid> {
    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, Verb::DescribeMode, case_ref).await?;
    let text = rules::describe(description)?;
    let known = store::of_case(&mut tx, &app.vault, file.id, Unopened::Refused).await?;
    if let Some(same) = rules::described_already(&known, &text) {
        tx.commit().await?;
        return Ok(same.mode.id);
    }
    let id = app.ids.uuid();
    store::add(&mut tx, &app.vault, (file.id, id), &text, &caller.subject, at).await?;
    tx.commit().await?;
    Ok(id)
}

/// Records whether a described mode is direct. If so and only indirect communication was accepted, mediation in it stops in the same
/// transaction.
///
/// # Errors
/// Not found, or a refusal: a mode that is not described in this case.
pub async fn say_direct(app: &App, caller: &Caller, case_ref: &str, mode_id: &str, direct: bool) -> Result<()> {
    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, Verb::SayDirect, case_ref).await?;
    let Mode::Other(Some(known)) = mode_of(&mut tx, file.id, "other", mode_id).await? else {
        return Err(error::described_mode_unknown().into());
    };
    let said = Described { direct, ..known };
    store::say(&mut tx, file.id, said, &caller.subject, at).await?;
    let now = Standing { mode: file.standing.mode.map(|mode| mode.said(said)), ..file.standing };
    let to = if file.indirect_only { conditions::after_indirect_only(now) } else { now };
    transition::apply(&mut tx, (&app.vault, &app.ids), file.id, now, to, "", transition::BY_ITSELF, at).await?;
    tx.commit().await?;
    app.outbox.wake();
    Ok(())
}
