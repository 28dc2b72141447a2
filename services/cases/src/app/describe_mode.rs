//! Use case: describe a mode that is not on the list, and record whether it is direct [D-VOM, R3a].

use chassis::{Caller, Result};
use uuid::Uuid;

use super::{App, lock, mode_of, move_case};
use crate::{
    domain::{
        decision::Verb,
        mode::{self as rules, Described, Mode},
        stage::{self, Standing},
    },
    store::{described_mode, sealed::Unopened},
};

/// Adds a described mode, which counts as direct, or returns the one already described in the same words.
///
/// # Errors
/// Not found, or a refusal: a description that is missing or too long.
pub async fn describe_mode(app: &App, caller: &Caller, case_ref: &str, description: &str) -> Result<Uuid> {
    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, Verb::DescribeMode, case_ref).await?;
    let text = rules::describe(description)?;
    let known = described_mode::of_case(&mut tx, &app.vault, file.id, Unopened::Refused).await?;
    if let Some(same) = rules::described_already(&known, &text) {
        tx.commit().await?;
        return Ok(same.mode.id);
    }
    let id = app.ids.uuid();
    described_mode::add(&mut tx, &app.vault, (file.id, id), &text, &caller.subject, at).await?;
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
    let Mode::Other(Some(known)) = mode_of(&mut tx, file.id, "other", mode_id).await? else { return Err(rules::unknown().into()) };
    let said = Described { direct, ..known };
    described_mode::say(&mut tx, file.id, said, &caller.subject, at).await?;
    let now = Standing { mode: file.standing.mode.map(|mode| mode.said(said)), ..file.standing };
    let to = if file.indirect_only { stage::after_indirect_only(now) } else { now };
    move_case::apply(&mut tx, (&app.vault, &app.ids), file.id, now, to, "", move_case::BY_ITSELF, at).await?;
    tx.commit().await?;
    app.outbox.wake();
    Ok(())
}
