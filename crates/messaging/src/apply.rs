//! Application of received messages: all in one transaction where that succeeds; a set that fails is split, and each of its messages is
//! applied in a savepoint of its own, with whatever must be saved of those that fail.

use std::{collections::BTreeSet, future::Future, panic::AssertUnwindSafe, time::Duration};

use base::{
    database::{self, Actor},
    refusal::{is_passing, store_error},
};
use futures::{FutureExt, future::join_all};
use sqlx::{Acquire, PgConnection, PgPool};
use time::OffsetDateTime;
use tokio::time::Instant;
use tracing::Instrument;

use crate::endpoint::Endpoint;
use crate::{
    bus::ConsumerSpec,
    handler::{Handler, Incoming, ReadMessage, Rejection, STORE_REFUSED},
    outbox::Fresh,
    quarantine,
};

/// Timeout of reading one message, calls to other services included.
pub(crate) const READ_DEADLINE: Duration = Duration::from_secs(10);
/// Timeout of applying one message.
pub(crate) const APPLY_DEADLINE: Duration = Duration::from_secs(10);
/// Timeout of applying a set of several messages, and of reading each of them again where the set fails. Applying them one by one
/// afterwards must also end within the server's acknowledgement time.
const SET_DEADLINE: Duration = Duration::from_secs(5);
const READ_AGAIN_DEADLINE: Duration = Duration::from_secs(2);
/// Tries of a message whose application the database refuses, before it counts as one that can never succeed: two that meet at the same row
/// refuse each other once.
const MAX_TRIES: i64 = 3;
/// From this delivery on, what must not be lost of a message is saved although the message itself may still succeed.
const SAVED_AFTER: i64 = 5;
/// Time budget of a batch before it is committed; what was not begun by then is applied with the next one. Together with one message at its
/// timeout it is below the server's acknowledgement time ([`crate::bus::ACK_WAIT`]).
const BATCH_BUDGET: Duration = Duration::from_secs(10);

/// Result of a message.
pub(crate) enum Verdict {
    Applied,
    Later(String),
}

/// Result of reading a message, and the span that its application belongs to.
pub(crate) type Read<W> = (tracing::Span, Result<W, Rejection>);

/// Applies a batch, whatever fails in it; returns the result of each message. `own` are connections that act for the service, where the
/// handler is idempotent.
pub(crate) async fn apply<H: Handler>(
    endpoint: &Endpoint,
    own: Option<&PgPool>,
    spec: ConsumerSpec,
    handler: &H,
    messages: &[Incoming],
    works: Vec<Read<H::Work>>,
) -> Vec<Verdict> {
    let (mut set, mut refused) = (Vec::with_capacity(works.len()), Vec::new());
    let mut verdicts: Vec<Option<Verdict>> = Vec::with_capacity(works.len());
    for (place, (message, (span, work))) in messages.iter().zip(works).enumerate() {
        verdicts.push(None);
        match work {
            Ok(work) if !handler.is_needed(&work) => fill(&mut verdicts, &[place], || Verdict::Applied),
            Ok(work) => set.push((place, ReadMessage { work, message, span })),
            Err(rejection) => refused.push((place, span, rejection)),
        }
    }
    let (places, set): (Vec<usize>, Vec<ReadMessage<'_, H::Work>>) = set.into_iter().unzip();
    let ended = match own {
        _ if set.is_empty() => Ok(()),
        Some(own) => without_transaction(endpoint, own, handler, set).await,
        None => together(endpoint, spec, handler, set).await,
    };
    let alone = match (ended, places.as_slice()) {
        (Ok(()), _) => {
            fill(&mut verdicts, &places, || Verdict::Applied);
            Vec::new()
        }
        (Err(Failed::Whole(error)), _) if is_passing(&error) => {
            fill(&mut verdicts, &places, || Verdict::Later(store_error(&error)));
            Vec::new()
        }
        // The reason of the failure is known: it is not applied again.
        (Err(Failed::Applying(rejection)), [place]) => {
            refused.push((*place, tracing::Span::current(), rejection));
            Vec::new()
        }
        (Err(_), _) => read_again(handler, messages, &places).await,
    };
    let rest = alone.into_iter().chain(refused.into_iter().map(|(place, span, rejection)| (place, (span, Err(rejection)))));
    let (places, works): (Vec<usize>, Vec<Read<H::Work>>) = rest.unzip();
    let rest: Vec<&Incoming> = places.iter().filter_map(|place| messages.get(*place)).collect();
    let mut apart = apply_apart(endpoint, spec, handler, &rest, works).await.into_iter();
    fill(&mut verdicts, &places, || apart.next().unwrap_or_else(|| Verdict::Later("nothing came of it".to_owned())));
    verdicts.into_iter().map(|verdict| verdict.unwrap_or_else(|| Verdict::Later("nothing came of it".to_owned()))).collect()
}

fn fill(verdicts: &mut [Option<Verdict>], places: &[usize], mut verdict: impl FnMut() -> Verdict) {
    for place in places {
        if let Some(held) = verdicts.get_mut(*place) {
            *held = Some(verdict());
        }
    }
}

/// Reason a set was not applied.
enum Failed {
    /// Its transaction could not be begun or committed, or its messages not recorded.
    Whole(sqlx::Error),
    /// The handler failed.
    Applying(Rejection),
    /// It could not be applied without a transaction, whatever the reason: a connection that is dead, or one bad message.
    WithoutTransaction,
}

/// Applies a set of an idempotent handler, where each statement is a transaction.
async fn without_transaction<H: Handler>(
    endpoint: &Endpoint,
    own: &PgPool,
    handler: &H,
    set: Vec<ReadMessage<'_, H::Work>>,
) -> Result<(), Failed> {
    let mut fresh = Fresh::default();
    let applying = async {
        let mut connection = own.acquire().await?;
        handler.apply_set(&mut connection, &mut fresh, set).await
    };
    if let Err(rejection) = guarded(SET_DEADLINE, applying).await {
        tracing::debug!(why = ?rejection, "messages cannot be applied without a transaction: each takes the way of all others");
        return Err(Failed::WithoutTransaction);
    }
    endpoint.outbox.publish(fresh);
    Ok(())
}

/// Applies a set in one transaction: records its messages in one statement, and applies those that are new.
async fn together<H: Handler>(
    endpoint: &Endpoint,
    spec: ConsumerSpec,
    handler: &H,
    set: Vec<ReadMessage<'_, H::Work>>,
) -> Result<(), Failed> {
    let mut fresh = Fresh::default();
    let mut tx = database::begin(&endpoint.pool, &Actor::service(endpoint.name)).await.map_err(Failed::Whole)?;
    let ids: Vec<String> = set.iter().map(|heard| heard.message.event_id.clone()).collect();
    let mut new = remember(&mut tx, spec.name, &ids, endpoint.clock.now()).await.map_err(Failed::Whole)?;
    // Of two messages with one id the first counts.
    let set: Vec<ReadMessage<'_, H::Work>> = set.into_iter().filter(|heard| new.remove(&heard.message.event_id)).collect();
    if !set.is_empty() {
        let deadline = if set.len() == 1 { APPLY_DEADLINE } else { SET_DEADLINE };
        guarded(deadline, handler.apply_set(&mut tx, &mut fresh, set)).await.map_err(Failed::Applying)?;
    }
    tx.commit().await.map_err(Failed::Whole)?;
    endpoint.outbox.publish(fresh);
    Ok(())
}

/// Records messages in the inbox; returns those that are new. They are inserted in one order, so that two transactions with several do not
/// deadlock.
async fn remember(tx: &mut PgConnection, consumer: &str, ids: &[String], at: OffsetDateTime) -> sqlx::Result<BTreeSet<String>> {
    let new = sqlx::query_scalar!(
        "insert into inbox (consumer, event_id, received_at) select $1, id, $3 from unnest($2::text[]) as heard (id) order by id
         on conflict do nothing returning event_id",
        consumer,
        ids,
        at
    );
    Ok(new.fetch_all(tx).await?.into_iter().collect())
}

/// Reads the messages of a failed set once more: the first result was consumed.
async fn read_again<H: Handler>(handler: &H, messages: &[Incoming], places: &[usize]) -> Vec<(usize, Read<H::Work>)> {
    let reading = places.iter().filter_map(|place| messages.get(*place).map(|message| (*place, message)));
    let reading = reading.map(|(place, message)| async move {
        (place, (tracing::Span::current(), guarded(READ_AGAIN_DEADLINE, handler.read(message)).await))
    });
    join_all(reading).await
}

/// Applies each message in a savepoint of its own, or in a transaction of its own where one of them spoils that of all.
async fn apply_apart<H: Handler>(
    endpoint: &Endpoint,
    spec: ConsumerSpec,
    handler: &H,
    messages: &[&Incoming],
    works: Vec<Read<H::Work>>,
) -> Vec<Verdict> {
    if messages.is_empty() {
        return Vec::new();
    }
    match apply_all(endpoint, spec, handler, messages, works).await {
        Ok(verdicts) => verdicts,
        Err(error) if is_passing(&error) => messages.iter().map(|_| Verdict::Later(store_error(&error))).collect(),
        Err(_) => apply_each(endpoint, spec, handler, messages).await,
    }
}

/// Applies a batch in one transaction, each message in a savepoint of its own, and commits.
async fn apply_all<H: Handler>(
    endpoint: &Endpoint,
    spec: ConsumerSpec,
    handler: &H,
    messages: &[&Incoming],
    works: Vec<Read<H::Work>>,
) -> sqlx::Result<Vec<Verdict>> {
    let mut fresh = Fresh::default();
    let mut tx = database::begin(&endpoint.pool, &Actor::service(endpoint.name)).await?;
    let mut verdicts = Vec::with_capacity(messages.len());
    let begun = Instant::now();
    for (message, (span, work)) in messages.iter().zip(works) {
        verdicts.push(if begun.elapsed() < BATCH_BUDGET {
            apply_one(endpoint, spec, handler, (&mut tx, &mut fresh), message, work).instrument(span).await?
        } else {
            Verdict::Later("those before it took too long".to_owned())
        });
    }
    tx.commit().await?;
    endpoint.outbox.publish(fresh);
    Ok(verdicts)
}

/// Applies each message in a transaction of its own. One that spoils even that is given up, with what must be saved of it.
async fn apply_each<H: Handler>(endpoint: &Endpoint, spec: ConsumerSpec, handler: &H, messages: &[&Incoming]) -> Vec<Verdict> {
    let mut verdicts = Vec::with_capacity(messages.len());
    for alone in messages.chunks(1) {
        let mut works = Vec::with_capacity(1);
        for message in alone {
            works.push((tracing::Span::current(), guarded(READ_DEADLINE, handler.read(message)).await));
        }
        verdicts.extend(match apply_all(endpoint, spec, handler, alone, works).await {
            Ok(verdicts) => verdicts,
            Err(error) if is_passing(&error) => vec![Verdict::Later(store_error(&error))],
            Err(error) => {
                let given_up = alone.iter().map(|_| {
                    let detail = store_error(&error);
                    (tracing::Span::current(), Err(Rejection::Never { reason: STORE_REFUSED, detail }))
                });
                let ended = apply_all(endpoint, spec, handler, alone, given_up.collect()).await;
                ended.unwrap_or_else(|error| vec![Verdict::Later(store_error(&error))])
            }
        });
    }
    verdicts
}

pub(crate) async fn apply_one<H: Handler>(
    endpoint: &Endpoint,
    spec: ConsumerSpec,
    handler: &H,
    (tx, fresh): (&mut PgConnection, &mut Fresh),
    message: &Incoming,
    work: Result<H::Work, Rejection>,
) -> sqlx::Result<Verdict> {
    let now = endpoint.clock.now();
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
                save(endpoint, spec, handler, (tx, fresh), message).await?;
            }
            Ok(Verdict::Later(why))
        }
        Err(Rejection::Never { reason: STORE_REFUSED, detail }) if message.attempt < MAX_TRIES => {
            step.rollback().await?;
            Ok(Verdict::Later(detail))
        }
        Err(Rejection::Never { reason, detail }) => {
            step.rollback().await?;
            if !save(endpoint, spec, handler, (tx, fresh), message).await? {
                return Ok(Verdict::Later(format!("{reason}, and what must be saved of it cannot be written: {detail}")));
            }
            let mut aside = tx.begin().await?;
            match quarantine::put(&mut aside, &endpoint.vault, spec.name, message, (reason, &detail), endpoint.ids.uuid(), now).await {
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

/// Saves what must be saved of a message; once, and in a savepoint of its own, so that a failure undoes nothing else. Returns whether it is
/// saved.
async fn save<H: Handler>(
    endpoint: &Endpoint,
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
        endpoint.clock.now()
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

/// Runs work with a deadline; a panic fails only its own message.
pub(crate) async fn guarded<T>(deadline: Duration, work: impl Future<Output = Result<T, Rejection>>) -> Result<T, Rejection> {
    match tokio::time::timeout(deadline, AssertUnwindSafe(work).catch_unwind()).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => Err(Rejection::Never { reason: "handler-panicked", detail: "this version cannot handle the message".to_owned() }),
        Err(_) => Err(Rejection::Later("it took too long".to_owned())),
    }
}
