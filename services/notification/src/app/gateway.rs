//! Use case: the calls that are due are made by the gateway, and it is asked what came of those it took. No inbox waits for it [R3e].

use base::refusal::store_error;
use futures::StreamExt as _;

use super::{App, alarm_guard::ALARM, channel, ring::unreached};
use crate::{
    channels::gateway::Gateway,
    domain::{
        concern::Grade,
        delivery::{Reason, State, Verdict},
        gateway::{Answer, Call, Number, REPORT_WITHIN, Says, after, unreported},
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
    let (delivery, attempts) = (due.delivery_id, due.attempts);
    let verdict = attempt(app, gateway, &due).await?;
    let (now, reason) = (app.clock.now(), verdict.reason.map_or("", Reason::code));
    let mut tx = app.begin().await?;
    store::delivery::conclude(&mut tx, delivery, verdict, now).await?;
    unreached::look(&mut tx, app, delivery, verdict, attempts).await?;
    if let Some((_, channel)) = due.own {
        store::channel::note(&mut tx, channel, verdict, now).await?;
    }
    tx.commit().await?;
    match verdict.state {
        State::Failed => {
            app.wake_others(due.grade);
            tracing::error!(delivery.id = %delivery, attempts, reason, "a call by the gateway failed: the other channels go on");
        }
        State::Retrying => tracing::warn!(delivery.id = %delivery, attempts, reason, "the gateway did not take a call: trying again"),
        State::Withheld => tracing::warn!(delivery.id = %delivery, reason, "call withheld"),
        State::Pending | State::Sent | State::Delivered => tracing::debug!(delivery.id = %delivery, attempts, "the gateway has a call"),
    }
    Ok(())
}

/// Asks the gateway to call, or what came of a call that it took.
async fn attempt(app: &App, gateway: &Gateway, due: &Due) -> sqlx::Result<Verdict> {
    let ended = |reason| Verdict { state: State::Withheld, reason: Some(reason), again_at: None };
    if due.was_taken {
        let answer = gateway.report(due.delivery_id, app.clock.now()).await;
        let now = app.clock.now();
        return Ok(answer.map_or_else(|| unreported(due.asked_at, now), |answer| after(answer, due.attempts, due.asked_at, now)));
    }
    let answer = match compose(app, due).await? {
        Ok(call) => gateway.call(&call, app.clock.now()).await,
        // The number cannot be opened at the moment, and a ring is not given up.
        Err(Reason::AddressMissing) => Answer::NotTaken(Reason::AddressMissing),
        Err(reason) => return Ok(ended(reason)),
    };
    Ok(after(answer, due.attempts, due.asked_at, app.clock.now()))
}

/// The call, with the number it goes to at this moment; or why there is none. A number that was not confirmed is sent nothing but its code.
async fn compose(app: &App, due: &Due) -> sqlx::Result<Result<Call, Reason>> {
    let call = |to, says| Call {
        delivery_id: due.delivery_id,
        recipient: due.recipient.clone(),
        to,
        // The notice that the alarm does not answer is about no concern.
        concern_id: due.about.filter(|about| *about != ALARM),
        reference: due.reference.clone(),
        says,
    };
    let ring = Says::Ring(due.grade.unwrap_or(Grade::Imminent));
    let Some((by, own)) = due.own else { return Ok(Ok(call(None, ring))) };
    let destination = match channel::destination(app, own, &due.recipient).await? {
        Ok(destination) => destination,
        Err(reason) => return Ok(Err(reason)),
    };
    let says = match destination.code {
        Some(sent) if due.is_code && app.clock.now() < sent.expires_at => Says::Code(sent.code),
        _ if due.is_code => return Ok(Err(Reason::CodeOver)),
        _ if !destination.is_confirmed => return Ok(Err(Reason::ChannelUnconfirmed)),
        _ => ring,
    };
    Ok(Ok(call(Some(Number { by, number: destination.place }), says)))
}
