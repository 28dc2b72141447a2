#![doc = include_str!("../README.md")]

use std::{path::Path, sync::Arc, time::Duration};

use audit_log::{Act, row_signed_by};
use base::{
    clock::Clock,
    database::{self, Actor},
    refusal,
    tasks::Failed,
};
use bytes::Bytes;
use messaging::{
    Endpoint,
    bus::ConsumerSpec,
    inbox::{Handler, Incoming, Rejection},
    outbox::Fresh,
};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

/// Poll interval for due orders: an order waits for hours before it is due.
const CHECK_INTERVAL: Duration = Duration::from_secs(3);
/// Retry interval of an order that could not be executed; it goes behind the others.
const RETRY_INTERVAL: time::Duration = time::Duration::minutes(1);
/// Orders per poll.
const BATCH: i64 = 200;

/// Decoded order. Nothing of it is believed before its signature is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed<T> {
    /// Object it is about; one order for each.
    pub about: Uuid,
    /// Signed values, in their order.
    pub values: Vec<String>,
    pub signature: Vec<u8>,
    pub order: T,
}

/// Receiver of the orders of one kind, with the service's own rules.
pub trait Receiver: Send + Sync + 'static {
    /// Decoded order of this service.
    type Order: Send;
    /// Service that gives these orders.
    const MAKER: &'static str;
    /// Kind in the signature: keeps an order from passing for another row.
    const KIND: &'static str;

    /// Decodes an order, which holds ids, codes and times only: it is stored as received.
    ///
    /// # Errors
    /// It is no such order.
    fn read(&self, body: &[u8]) -> Result<Signed<Self::Order>, Rejection>;

    /// Reason this service does not destroy it, from its own data, as a stable code. Checked when the order is received, and again when it
    /// is due.
    fn forbids(&self, tx: &mut PgConnection, order: &Self::Order) -> impl Future<Output = refusal::Result<Option<&'static str>>> + Send;

    /// Reason it is not destroyed yet, from other services' answers, as a stable code: checked when the order is due, before any
    /// transaction, and again until no reason remains.
    ///
    /// # Errors
    /// Unknown: the order is tried again.
    fn keeps(&self, _order: &Self::Order) -> impl Future<Output = refusal::Result<Option<&'static str>>> + Send {
        std::future::ready(Ok(None))
    }

    /// Destroys it and reports that, in the caller's transaction.
    fn carry_out(&self, tx: &mut PgConnection, order: Self::Order) -> impl Future<Output = refusal::Result<()>> + Send;
}

/// Handler of the orders of one kind, which executes them when they are due.
pub struct Orders<R> {
    pub receiver: R,
    /// Public key of the maker; without it no order is believed.
    pub key: Option<Vec<u8>>,
    pub clock: Clock,
    /// How long an order can be stopped.
    pub wait: time::Duration,
}

/// Receives orders of one kind from a durable consumer, and executes each `wait` after it was received, until the process stops. `peers` is
/// the folder of the other services' public keys.
///
/// # Errors
/// The public audit key of the maker cannot be read.
pub fn receive<R: Receiver + Clone>(
    endpoint: &Endpoint,
    spec: ConsumerSpec,
    wait: time::Duration,
    peers: Option<&Path>,
    receiver: R,
) -> anyhow::Result<()> {
    let key = key(peers, R::MAKER)?;
    let orders = |receiver| Orders { receiver, key: key.clone(), clock: endpoint.clock.clone(), wait };
    endpoint.consume(spec, orders(receiver.clone()));
    let (due, executing) = (Arc::new(orders(receiver)), endpoint.clone());
    endpoint.tasks.every_delayed(R::KIND, CHECK_INTERVAL, None, move || {
        let (due, endpoint) = (due.clone(), executing.clone());
        async move {
            if due.look(&endpoint.pool, endpoint.name).await? > 0 {
                endpoint.outbox.wake();
            }
            Ok::<_, Failed>(())
        }
    });
    Ok(())
}

fn key(peers: Option<&Path>, maker: &str) -> anyhow::Result<Option<Vec<u8>>> {
    let Some(folder) = peers else {
        tracing::warn!("no keys of other services are set: nothing is destroyed at the word of another service");
        return Ok(None);
    };
    audit_log::public_key(folder, maker).map(Some)
}

impl<R: Receiver> Orders<R> {
    /// Order in these bytes, if its maker signed it.
    fn believed(&self, body: &[u8]) -> Result<Signed<R::Order>, Rejection> {
        let signed = self.receiver.read(body)?;
        let values: Vec<&str> = signed.values.iter().map(String::as_str).collect();
        let genuine = self.key.as_ref().is_some_and(|key| row_signed_by(key, R::KIND, &values, &signed.signature));
        if genuine {
            return Ok(signed);
        }
        let (maker, known) = (R::MAKER, self.key.is_some());
        let detail =
            if known { format!("{maker} did not sign this order") } else { format!("there is no key of {maker} to check it with") };
        Err(Rejection::Never { reason: "order-not-genuine", detail })
    }

    /// One poll; returns how many orders ended. One that fails stops no other.
    ///
    /// # Errors
    /// The query of due orders failed.
    pub async fn look(&self, pool: &PgPool, service: &'static str) -> sqlx::Result<usize> {
        let now = self.clock.now();
        note_stops(pool, service, now).await?;
        let mut tx = database::begin(pool, &Actor::service(service)).await?;
        let due = sqlx::query_scalar!(
            "select about from destruction
             where kind = $1 and due_at <= $2 and ended_at is null and stopped_at is null order by due_at, about limit $3",
            R::KIND,
            now,
            BATCH
        )
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        let mut ended = 0;
        for about in due {
            match self.one(pool, service, about, now).await {
                Ok(done) => ended += usize::from(done),
                Err(error) => {
                    tracing::error!(destruction.id = %about, error = %error, "what was ordered to be destroyed is not: trying again");
                    postpone(pool, service, (R::KIND, about), None, now + RETRY_INTERVAL).await?;
                }
            }
        }
        Ok(ended)
    }

    /// Executes one order, or refuses it; `false` where another instance has it, it was stopped, or something keeps it.
    async fn one(&self, pool: &PgPool, service: &'static str, about: Uuid, now: OffsetDateTime) -> refusal::Result<bool> {
        let mut tx = database::begin(pool, &Actor::service(service)).await?;
        let asked = due(&mut tx, (R::KIND, about), now).await?;
        tx.commit().await?;
        let Some(asked) = asked else { return Ok(false) };
        let keeps = match self.believed(&asked) {
            Ok(signed) if signed.about == about => self.receiver.keeps(&signed.order).await?,
            Ok(_) | Err(_) => None,
        };
        if let Some(reason) = keeps {
            postpone(pool, service, (R::KIND, about), Some(reason), now + RETRY_INTERVAL).await?;
            tracing::info!(destruction.id = %about, reason, "what was ordered to be destroyed is kept for now");
            return Ok(false);
        }
        let mut tx = database::begin(pool, &Actor::service(service)).await?;
        // The order that other services were asked about must be the one executed: another one that came meanwhile is asked about first.
        let Some(body) = due(&mut tx, (R::KIND, about), now).await?.filter(|body| *body == asked) else { return Ok(false) };
        let refused = match self.believed(&body) {
            Ok(signed) if signed.about == about => match self.receiver.forbids(&mut tx, &signed.order).await? {
                None => {
                    self.receiver.carry_out(&mut tx, signed.order).await?;
                    None
                }
                found => found,
            },
            Ok(_) | Err(_) => Some("order-not-genuine"),
        };
        sqlx::query!(
            "update destruction set ended_at = $3, refused_for = $4, kept_for = null where kind = $1 and about = $2",
            R::KIND,
            about,
            now,
            refused
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        if let Some(reason) = refused {
            tracing::error!(destruction.id = %about, reason, "an order to destroy was refused: somebody must look");
        }
        Ok(true)
    }
}

impl<R: Receiver> Handler for Orders<R> {
    type Work = (Signed<R::Order>, Bytes);

    async fn read(&self, message: &Incoming) -> Result<Self::Work, Rejection> {
        Ok((self.believed(&message.body)?, message.body.clone()))
    }

    async fn apply(&self, tx: &mut PgConnection, _: &mut Fresh, (signed, body): Self::Work, _: &Incoming) -> Result<(), Rejection> {
        if let Some(reason) = self.receiver.forbids(tx, &signed.order).await? {
            return Err(Rejection::Never { reason, detail: "what this service knows itself stands against the order".to_owned() });
        }
        let now = self.clock.now();
        // A pending order is not postponed by the same order; one that has ended, or another order about the same object, waits from now. A
        // stop stands.
        let kept = sqlx::query!(
            "insert into destruction as held (kind, about, body, heard_at, due_at) values ($1, $2, $3, $4, $5)
             on conflict on constraint destruction_ordered_once do update
             set body = excluded.body, heard_at = excluded.heard_at, due_at = excluded.due_at, ended_at = null, refused_for = null
             where held.stopped_at is null and (held.ended_at is not null or held.body <> excluded.body)",
            R::KIND,
            signed.about,
            body.as_ref(),
            now,
            now + self.wait
        )
        .execute(tx)
        .await?;
        if kept.rows_affected() == 1 {
            let minutes = self.wait.whole_minutes();
            tracing::warn!(destruction.id = %signed.about, kind = R::KIND, minutes, "an order to destroy was heard: it can be stopped until it is due");
        }
        Ok(())
    }
}

/// Enters the stops by operators into the audit log.
async fn note_stops(pool: &PgPool, service: &'static str, at: OffsetDateTime) -> sqlx::Result<()> {
    let mut tx = database::begin(pool, &Actor::service(service)).await?;
    let stopped =
        sqlx::query_scalar!("update destruction set stop_noted = true where stopped_at is not null and not stop_noted returning about")
            .fetch_all(&mut *tx)
            .await?;
    if stopped.is_empty() {
        return Ok(());
    }
    let ids: Vec<String> = stopped.iter().map(Uuid::to_string).collect();
    let acts: Vec<Act<'_>> = ids.iter().map(|id| Act::by("operator", "destruction.stop", "destruction", id)).collect();
    audit_log::granted_all(&mut tx, &acts, at).await?;
    tx.commit().await?;
    tracing::warn!(stopped = ids.len(), "an operator has stopped what was ordered to be destroyed");
    Ok(())
}

/// Due order, locked until the transaction ends; `None` where another instance has it, or it was stopped or has ended.
async fn due(tx: &mut PgConnection, (kind, about): (&str, Uuid), now: OffsetDateTime) -> sqlx::Result<Option<Vec<u8>>> {
    sqlx::query_scalar!(
        "select body from destruction
         where kind = $1 and about = $2 and due_at <= $3 and ended_at is null and stopped_at is null for update skip locked",
        kind,
        about,
        now
    )
    .fetch_optional(tx)
    .await
}

/// Postpones an order; `kept` where the reason is no fault.
async fn postpone(
    pool: &PgPool,
    service: &'static str,
    (kind, about): (&str, Uuid),
    kept: Option<&str>,
    until: OffsetDateTime,
) -> sqlx::Result<()> {
    let mut tx = database::begin(pool, &Actor::service(service)).await?;
    sqlx::query!(
        "update destruction set due_at = $3, kept_for = $4 where kind = $1 and about = $2 and ended_at is null",
        kind,
        about,
        until,
        kept
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}
