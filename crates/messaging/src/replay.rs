//! Replay of quarantined messages at an operator's request: with the same bytes, through the same handler, once.

use std::{collections::BTreeMap, time::Duration};

use base::{
    database::{self, Actor},
    refusal::store_error,
};
use sqlx::Acquire;
use uuid::Uuid;

use crate::endpoint::Endpoint;
use crate::{
    apply::{APPLY_DEADLINE, READ_DEADLINE, guarded},
    bus::ConsumerSpec,
    handler::{Handler, Incoming, Rejection},
    outbox::Fresh,
    quarantine,
};

/// Poll interval of each consumer for replay requests: they are not urgent, and a service has many consumers.
const LOOK_INTERVAL: Duration = Duration::from_secs(5);
/// Messages replayed in one poll.
const BATCH: i64 = 16;

/// Polls for replay requests until stopped.
pub(crate) async fn run<H: Handler>(endpoint: &Endpoint, spec: ConsumerSpec, handler: &H) {
    while !endpoint.tasks.stop.is_cancelled() {
        tokio::select! {
            () = endpoint.tasks.stop.cancelled() => return,
            () = tokio::time::sleep(LOOK_INTERVAL) => {}
        }
        if let Err(error) = look(endpoint, spec, handler).await {
            tracing::warn!(consumer = spec.name, error = store_error(&error), "quarantine cannot be looked at");
        }
    }
}

async fn look<H: Handler>(endpoint: &Endpoint, spec: ConsumerSpec, handler: &H) -> sqlx::Result<()> {
    let mut tx = database::begin(&endpoint.pool, &Actor::service(endpoint.name)).await?;
    let asked = sqlx::query!(
        "select id, event_id, subject, headers, body, sealed from quarantine
         where consumer = $1 and replay_asked_at is not null and released_at is null
         order by replay_asked_at limit $2",
        spec.name,
        BATCH
    )
    .fetch_all(&mut *tx)
    .await?;
    // Released before the messages are read: that may take as long as another service takes.
    tx.commit().await?;
    for row in asked {
        let (headers, body): (BTreeMap<String, String>, Vec<u8>) = match row.sealed {
            Some(sealed) => {
                let opened = async {
                    quarantine::open(
                        &mut *database::begin(&endpoint.pool, &Actor::service(endpoint.name)).await?,
                        &endpoint.vault,
                        spec.name,
                        &row.event_id,
                        &sealed,
                    )
                    .await
                };
                match opened.await {
                    Ok(opened) => opened,
                    Err(error) => {
                        tracing::error!(quarantine.id = %row.id, error = store_error(&error), "what was set aside cannot be opened");
                        continue;
                    }
                }
            }
            None => (serde_json::from_value(row.headers).unwrap_or_default(), row.body),
        };
        let message = Incoming { event_id: row.event_id, subject: row.subject, body: body.into(), headers, attempt: 1 };
        again(endpoint, handler, row.id, &message).await?;
        endpoint.outbox.wake();
    }
    Ok(())
}

/// Replays one message; another instance that replays it at the same moment waits for the row and finds it done.
async fn again<H: Handler>(endpoint: &Endpoint, handler: &H, id: Uuid, message: &Incoming) -> sqlx::Result<()> {
    let work = guarded(READ_DEADLINE, handler.read(message)).await;
    let mut tx = database::begin(&endpoint.pool, &Actor::service(endpoint.name)).await?;
    let held = sqlx::query_scalar!(
        "select id from quarantine where id = $1 and replay_asked_at is not null and released_at is null for update",
        id
    )
    .fetch_optional(&mut *tx)
    .await?;
    if held.is_none() {
        return Ok(());
    }
    let mut fresh = Fresh::default();
    let mut step = tx.begin().await?;
    let applied = match work {
        Ok(work) => guarded(APPLY_DEADLINE, handler.apply(&mut step, &mut fresh, work, message)).await,
        Err(rejection) => Err(rejection),
    };
    match applied {
        Ok(()) => step.commit().await?,
        Err(_) => {
            step.rollback().await?;
            fresh = Fresh::default();
        }
    }
    match applied {
        Ok(()) => {
            // A handler that quarantined it once more has cleared the request: then it stays where it is.
            let done = sqlx::query!(
                "update quarantine set released_at = $2 where id = $1 and replay_asked_at is not null",
                id,
                endpoint.clock.now()
            );
            let released = done.execute(&mut *tx).await?.rows_affected() == 1;
            tracing::info!(quarantine.id = %id, released, "a message that was set aside was tried again");
        }
        Err(Rejection::Later(why)) => tracing::warn!(quarantine.id = %id, why, "a message that was set aside is tried again later"),
        Err(Rejection::Never { reason, detail }) => {
            tracing::error!(quarantine.id = %id, reason, detail, "a message that was set aside failed again");
            sqlx::query!(
                "update quarantine set reason = $2, detail = $3, replay_asked_at = null, tries = tries + 1 where id = $1",
                id,
                reason,
                detail
            )
            .execute(&mut *tx)
            .await?;
        }
    }
    tx.commit().await?;
    endpoint.outbox.publish(fresh);
    Ok(())
}
