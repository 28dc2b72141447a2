//! Use case: the calls that are due are made by the gateway, and it is asked what came of those it took. No inbox waits for it [R3e].

use base::refusal::store_error;
use futures::StreamExt as _;

use super::App;
use crate::{
    channels::gateway::Gateway,
    domain::{
        delivery::{Reason, State},
        gateway::{REPORT_WITHIN, after, unreported},
    },
    store::{self, gateway::Due},
};

/// Calls taken in one pass.
pub const BATCH: usize = 20;
/// Requests to the gateway at one time.
const MAX_AT_ONCE: usize = 10;
/// Longer than a whole pass can take: 20 calls, 10 at once, 5 seconds each.
const LEASE: time::Duration = time::Duration::seconds(30);

/// One pass over what is due; returns how many calls were tried. One that fails stops no other.
///
/// # Errors
/// The ledger cannot be read; leased calls become due when the lease ends.
pub async fn call_due(app: &App, gateway: &Gateway) -> sqlx::Result<usize> {
    let now = app.clock.now();
    let mut tx = app.begin().await?;
    let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
    let due = store::gateway::lease(&mut tx, now, now + LEASE, now + REPORT_WITHIN, limit).await?;
    tx.commit().await?;
    let tried = due.len();
    let mut calls = futures::stream::iter(due.into_iter().map(|due| try_one(app, gateway, due))).buffer_unordered(MAX_AT_ONCE);
    while let Some(settled) = calls.next().await {
        if let Err(error) = settled {
            tracing::error!(error = store_error(&error), "a call cannot be recorded: it is tried again when its lease ends");
        }
    }
    Ok(tried)
}

async fn try_one(app: &App, gateway: &Gateway, due: Due) -> sqlx::Result<()> {
    let (delivery, attempts) = (due.call.delivery_id, due.attempts);
    let answer =
        if due.was_taken { gateway.report(delivery, app.clock.now()).await } else { Some(gateway.call(&due.call, app.clock.now()).await) };
    let now = app.clock.now();
    let verdict = answer.map_or_else(|| unreported(due.asked_at, now), |answer| after(answer, attempts, due.asked_at, now));
    let reason = verdict.reason.map_or("", Reason::code);
    let mut tx = app.begin().await?;
    store::delivery::conclude(&mut tx, delivery, verdict, now).await?;
    tx.commit().await?;
    match verdict.state {
        State::Failed => {
            app.wake_others(Some(due.call.grade));
            tracing::error!(delivery.id = %delivery, attempts, reason, "a call by the gateway failed: the other channels go on");
        }
        State::Retrying => tracing::warn!(delivery.id = %delivery, attempts, reason, "the gateway did not take a call: trying again"),
        State::Pending | State::Sent | State::Delivered | State::Withheld => {
            tracing::debug!(delivery.id = %delivery, attempts, "the gateway has a call");
        }
    }
    Ok(())
}
