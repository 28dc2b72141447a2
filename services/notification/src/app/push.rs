//! Use case: the push messages that are due are sent. No inbox waits for it: acceptance does not depend on them [R3e].

use base::refusal::store_error;
use futures::StreamExt as _;

use super::{App, alarm_guard::ALARM, channel, ring::unreached};
use crate::{
    channels::push::{Pusher, Target},
    domain::{
        channel::Subscription,
        delivery::{Reason, State},
        push::{Answer, LONGEST_PAUSE, Lane, Push, after},
    },
    store::{self, push::Due},
};

/// Messages taken in one pass, and requests at one time: a pass is over with its slowest request.
pub const BATCH: usize = 50;
/// Longer than a whole pass can take.
const LEASE: time::Duration = time::Duration::seconds(30);

/// One pass over what is due in one lane; returns how many messages were tried. One that fails stops no other.
///
/// # Errors
/// The ledger cannot be read; leased messages become due when the lease ends.
pub async fn push_due(app: &App, pusher: &Pusher, lane: Lane) -> sqlx::Result<usize> {
    let now = app.clock.now();
    let mut tx = app.begin().await?;
    let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
    let furthest = now + LONGEST_PAUSE.max(LEASE) + time::Duration::MINUTE;
    let due = store::push::lease(&mut tx, lane, now, now + LEASE, furthest, limit).await?;
    tx.commit().await?;
    let tried = due.len();
    let mut pushes = futures::stream::iter(due.into_iter().map(|due| try_one(app, pusher, due))).buffer_unordered(BATCH);
    while let Some(settled) = pushes.next().await {
        if let Err(error) = settled {
            tracing::error!(error = store_error(&error), "a push cannot be recorded: it is tried again when its lease ends");
        }
    }
    Ok(tried)
}

async fn try_one(app: &App, pusher: &Pusher, due: Due) -> sqlx::Result<()> {
    let answer = attempt(app, pusher, &due).await?;
    let now = app.clock.now();
    let (delivery, attempts) = (due.delivery_id, due.attempts);
    let verdict = after(answer, attempts, due.push.grade, now);
    let reason = verdict.reason.map_or("", Reason::code);
    let mut tx = app.begin().await?;
    store::delivery::conclude(&mut tx, delivery, verdict, now).await?;
    unreached::look(&mut tx, app, delivery, verdict, attempts).await?;
    store::channel::note(&mut tx, due.via, verdict, now).await?;
    tx.commit().await?;
    match verdict.state {
        State::Failed => {
            app.wake_others(due.push.grade);
            tracing::warn!(delivery.id = %delivery, attempts, reason, "a push failed: the other channels go on");
        }
        State::Retrying => tracing::warn!(delivery.id = %delivery, attempts, reason, "a push service did not take a push: trying again"),
        State::Withheld => tracing::warn!(delivery.id = %delivery, reason, "push withheld"),
        State::Pending | State::Sent | State::Delivered => tracing::debug!(delivery.id = %delivery, attempts, "push sent"),
    }
    Ok(())
}

/// Sends one message to where its channel leads at this moment.
async fn attempt(app: &App, pusher: &Pusher, due: &Due) -> sqlx::Result<Answer> {
    let destination = match channel::destination(app, due.via, &due.recipient).await? {
        Ok(destination) => destination,
        Err(reason @ Reason::ChannelRemoved) => return Ok(Answer::Forbidden(reason)),
        Err(reason @ Reason::AddressMissing) => return Ok(Answer::NotTaken(reason, None)),
        Err(reason) => return Ok(Answer::Hopeless(reason)),
    };
    let (Some(subscription), Some(key_version)) = (Subscription::parse(destination.place.expose()), destination.key_version) else {
        return Ok(Answer::Hopeless(Reason::AddressMalformed));
    };
    // The notice that the alarm does not answer is about no concern.
    let concern_id = due.push.concern_id.filter(|about| *about != ALARM);
    let target = Target { subscription: &subscription, key_version, topic: due.push.concern_id.unwrap_or(due.delivery_id) };
    Ok(pusher.send(&target, &Push { concern_id, ..due.push.clone() }, app.clock.now()).await)
}
