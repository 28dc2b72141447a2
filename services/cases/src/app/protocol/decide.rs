//! Use cases: approve a version of the protocols, or send it back [R1].

use base::{Caller, Result};
use time::OffsetDateTime;

use crate::{
    app::{App, protocol::Change},
    domain::{
        protocol::{
            act::Act,
            effect,
            machine::{Command, State, second_person},
        },
        text,
    },
    error,
    store::protocol::version as store,
};

/// Approves a version that waits; it takes effect as its day begins. Approving one that is approved changes nothing.
///
/// # Errors
/// A refusal: no such version, one that does not wait, one's own draft, a day that has begun, or one that another version has.
pub async fn approve(app: &App, caller: &Caller, number: i32) -> Result<(State, OffsetDateTime)> {
    let mut change = Change::begin(app, caller, number).await?;
    let state = change.allowed(Command::Approve)?;
    second_person(&store::drafters(&mut change.tx, number).await?, &caller.subject)?;
    let moment = effect::ahead(change.version.effective_on, change.at)?;
    if store::is_taken(&mut change.tx, number, moment).await? {
        return Err(error::effective_day_taken().into());
    }
    if change.version.decided != state {
        change.record(caller, Command::Approve, (state, Some(moment)), "").await?;
    }
    change.finish(caller, Act::Approve).await?;
    Ok((state, moment))
}

/// Sends a version back with a reason: one that waits, or one that is approved and not in force yet.
///
/// # Errors
/// A refusal: no such version, one that was not submitted or took effect, or no reason.
pub async fn send_back(app: &App, caller: &Caller, number: i32, reason: &str) -> Result<State> {
    let mut change = Change::begin(app, caller, number).await?;
    let state = change.allowed(Command::Return)?;
    let reason = text::given(reason, text::NARRATIVE, "reason", error::return_reason_missing())?;
    if change.version.decided != state {
        change.record(caller, Command::Return, (state, None), &reason).await?;
    }
    change.finish(caller, Act::Return).await?;
    Ok(state)
}
