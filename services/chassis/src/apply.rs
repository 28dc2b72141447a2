//! Applies messages that were read: in one transaction where that goes well, and with whatever must be saved of those that fail.

use std::{future::Future, panic::AssertUnwindSafe, time::Duration};

use async_nats::jetstream;
use futures::FutureExt;
use sqlx::{Acquire, PgConnection};
use tokio::time::Instant;
use tracing::Instrument;

use crate::{
    bus::ConsumerSpec,
    database::{self, Actor},
    inbox::{Handler, Incoming, Rejection},
    lifecycle::Context,
    outbox::Fresh,
    refusal::{is_passing, store_error},
    set_aside,
};

/// What a handler may take to read one message, calls to other services included.
pub(crate) const READ_DEADLINE: Duration = Duration::from_secs(10);
/// What a handler may take to write one message.
pub(crate) const APPLY_DEADLINE: Duration = Duration::from_secs(10);
/// A message whose application the database refuses is tried again so often before it counts as one that can never succeed: two that meet at
/// the same row refuse each other once.
const TRIES: i64 = 3;
/// From this delivery on, what must not be lost of a message is saved although the message itself may still succeed.
const SAVED_AFTER: i64 = 5;
/// What a batch may take before it is committed; what was not begun by then is applied with the next one. Below the server's patience
/// ([`crate::bus::ACK_WAIT`]), together with one message that takes as long as it may.
const BATCH_BUDGET: Duration = Duration::from_secs(10);
/// The reason of a message whose application the database refused.
pub(crate) const STORE_REFUSED: &str = "store-refused";

/// What came of a message.
pub(crate) enum Verdict {
    Applied,
    Later(String),
}

/// Applies a batch in one transaction, each message in a savepoint of its own, and commits.
pub(crate) async fn apply_all<H: Handler>(
    ctx: &Context,
    spec: ConsumerSpec,
    handler: &H,
    messages: &[(jetstream::Message, Incoming)],
    works: Vec<(tracing::Span, Result<H::Work, Rejection>)>,
) -> sqlx::Result<Vec<Verdict>> {
    let mut fresh = Fresh::default();
    let mut tx = database::begin(&ctx.pool, &Actor::service(ctx.name)).await?;
    let mut verdicts = Vec::with_capacity(messages.len());
    let begun = Instant::now();
    for ((_, message), (span, work)) in messages.iter().zip(works) {
        verdicts.push(if begun.elapsed() < BATCH_BUDGET {
            apply_one(ctx, spec, handler, (&mut tx, &mut fresh), message, work).instrument(span).await?
        } else {
            Verdict::Later("those before it took too long".to_owned())
        });
    }
    tx.commit().await?;
    ctx.outbox.publish(fresh);
    Ok(verdicts)
}

/// Each message in a transaction of its own. One that spoils even that is given up, with what must be saved of it.
pub(crate) async fn apply_each<H: Handler>(
    ctx: &Context,
    spec: ConsumerSpec,
    handler: &H,
    messages: &[(jetstream::Message, Incoming)],
) -> Vec<Verdict> {
    let mut verdicts = Vec::with_capacity(messages.len());
    for alone in messages.chunks(1) {
        let mut works = Vec::with_capacity(1);
        for (_, message) in alone {
            works.push((tracing::Span::current(), guarded(READ_DEADLINE, handler.read(message)).await));
        }
        verdicts.extend(match apply_all(ctx, spec, handler, alone, works).await {
            Ok(verdicts) => verdicts,
            Err(error) if is_passing(&error) => vec![Verdict::Later(store_error(&error))],
            Err(error) => {
                let given_up = alone.iter().map(|_| {
                    let detail = store_error(&error);
                    (tracing::Span::current(), Err(Rejection::Never { reason: STORE_REFUSED, detail }))
                });
                let ended = apply_all(ctx, spec, handler, alone, given_up.collect()).await;
                ended.unwrap_or_else(|error| vec![Verdict::Later(store_error(&error))])
            }
        });
    }
    verdicts
}

pub(crate) async fn apply_one<H: Handler>(
    ctx: &Context,
    spec: ConsumerSpec,
    handler: &H,
    (tx, fresh): (&mut PgConnection, &mut Fresh),
    message: &Incoming,
    work: Result<H::Work, Rejection>,
) -> sqlx::Result<Verdict> {
    let now = ctx.clock.now();
    let mut step = tx.begin().await?;
    let first = sqlx::query!(
        "insert into inbox (consumer, event_id, received_at) values ($1, $2, $3) on conflict do nothing",
        spec.name,
        message.event_id,
        now
    )
    .execute(&mut *step)
    .await?
    .rows_affected()
        == 1;
    if !first {
        step.commit().await?;
        return Ok(Verdict::Applied);
    }
    let mut told = Fresh::default();
    let applied = match work {
        Ok(work) => guarded(APPLY_DEADLINE, handler.apply(&mut step, &mut told, work, message)).await,
        Err(rejection) => Err(rejection),
    };
    match applied {
        Ok(()) => {
            step.commit().await?;
            fresh.append(told);
            Ok(Verdict::Applied)
        }
        Err(Rejection::Later(why)) => {
            step.rollback().await?;
            if message.attempt >= SAVED_AFTER {
                save(ctx, spec, handler, (tx, fresh), message).await?;
            }
            Ok(Verdict::Later(why))
        }
        Err(Rejection::Never { reason: STORE_REFUSED, detail }) if message.attempt < TRIES => {
            step.rollback().await?;
            Ok(Verdict::Later(detail))
        }
        Err(Rejection::Never { reason, detail }) => {
            step.rollback().await?;
            if !save(ctx, spec, handler, (tx, fresh), message).await? {
                return Ok(Verdict::Later(format!("{reason}, and what must be saved of it cannot be written: {detail}")));
            }
            let mut aside = tx.begin().await?;
            match set_aside::quarantine(&mut aside, &ctx.vault, spec.name, message, (reason, &detail), ctx.ids.uuid(), now).await {
                Ok(()) => {
                    aside.commit().await?;
                    Ok(Verdict::Applied)
                }
                Err(error) => {
                    aside.rollback().await?;
                    Ok(Verdict::Later(format!("{reason}, and it cannot be set aside: {}", store_error(&error))))
                }
            }
        }
    }
}

/// Whether what must be saved of a message is; once, and in a savepoint of its own, so that a failure takes nothing with it.
async fn save<H: Handler>(
    ctx: &Context,
    spec: ConsumerSpec,
    handler: &H,
    (tx, fresh): (&mut PgConnection, &mut Fresh),
    message: &Incoming,
) -> sqlx::Result<bool> {
    let mut told = Fresh::default();
    let mut step = tx.begin().await?;
    let first = sqlx::query!(
        "insert into inbox (consumer, event_id, received_at) values ($1, $2, $3) on conflict do nothing",
        spec.name,
        format!("saved|{}", message.event_id),
        ctx.clock.now()
    )
    .execute(&mut *step)
    .await?
    .rows_affected()
        == 1;
    if !first {
        step.commit().await?;
        return Ok(true);
    }
    match guarded(APPLY_DEADLINE, handler.save(&mut step, &mut told, message)).await {
        Ok(()) => {
            step.commit().await?;
            fresh.append(told);
            Ok(true)
        }
        Err(rejection) => {
            step.rollback().await?;
            tracing::error!(why = ?rejection, attempt = message.attempt, "what must not be lost of a message cannot be saved: it is tried again");
            Ok(false)
        }
    }
}

/// A deadline, and a panic that stays with its own message.
pub(crate) async fn guarded<T>(deadline: Duration, work: impl Future<Output = Result<T, Rejection>>) -> Result<T, Rejection> {
    match tokio::time::timeout(deadline, AssertUnwindSafe(work).catch_unwind()).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => Err(Rejection::Never { reason: "handler-panicked", detail: "this version cannot handle the message".to_owned() }),
        Err(_) => Err(Rejection::Later("it took too long".to_owned())),
    }
}
