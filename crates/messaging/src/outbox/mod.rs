//! Outbox: messages are written in the same transaction as the state they report, and published from memory after the commit. The relay
//! publishes what that missed.
//!
//! Order is kept within an aggregate, by leases: the publisher of a message has its row leased, and nothing behind it is published
//! meanwhile. A publish acknowledgement is a hint; a message that must be confirmed is final only when the receiver's own database has it,
//! and is sent again until then.

pub mod direct;
mod fresh;
mod publisher;
mod publishing;
mod relay;
mod stream_loss;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use sqlx::PgConnection;
use time::OffsetDateTime;
use tokio::sync::{Notify, watch};
use uuid::Uuid;

use self::publisher::Queue;
pub use self::{
    fresh::{Columns, Fresh, LEASE, enqueue_fresh},
    relay::ManualRelay,
};
pub(crate) use self::{publisher::Publisher, relay::Relay};
use crate::BATCH;
use base::{clock::Ids, trace};
use vault::{DataKey, Fault, Keys, Owner, Place, Vault, month};

/// Time after publishing at which a message that must be confirmed, and was not, is sent again.
const CONFIRM_WITHIN: time::Duration = time::Duration::seconds(3);

/// Message waiting for the bus.
#[derive(Clone)]
pub struct Outgoing {
    /// Event id: `ce-id`, the same for every attempt.
    pub id: Uuid,
    /// Messages of one aggregate keep their order.
    pub aggregate: Uuid,
    pub subject: String,
    pub body: Vec<u8>,
    /// Body in clear, where [`body`](Self::body) is sealed: for publishing from memory. It is never stored.
    pub in_clear: Option<Vec<u8>>,
    /// Send again until [`confirm`]ed.
    pub confirm: bool,
    /// Publish before anything that is not urgent.
    pub urgent: bool,
    /// The body is sealed: it is opened when it is published.
    pub sealed: bool,
    /// May travel in a batch with others of its subject that wait with it.
    pub batched: bool,
}

impl Outgoing {
    /// Fact or answer, published at least once.
    #[must_use]
    pub fn event(ids: &Ids, aggregate: Uuid, subject: impl Into<String>, message: &impl prost::Message) -> Self {
        Self {
            id: ids.uuid(),
            aggregate,
            subject: subject.into(),
            body: message.encode_to_vec(),
            in_clear: None,
            confirm: false,
            urgent: false,
            sealed: false,
            batched: false,
        }
    }

    /// The same, sent again until the receiver has confirmed it. What must arrive is urgent.
    #[must_use]
    pub fn until_confirmed(self) -> Self {
        Self { confirm: true, urgent: true, ..self }
    }

    /// The same with its body sealed under `key`, while it waits and afterwards.
    ///
    /// # Errors
    /// The body cannot be sealed.
    pub fn sealed(self, key: &DataKey) -> Result<Self, Fault> {
        Ok(Self { body: key.seal(place(self.id), &self.body)?, in_clear: Some(self.body), sealed: true, ..self })
    }

    /// The same, sealed where there is a key: what must not be lost waits for none, and is sealed later.
    ///
    /// # Errors
    /// The body cannot be sealed.
    pub fn sealed_if(self, key: Option<&DataKey>) -> Result<Self, Fault> {
        match key {
            Some(key) => self.sealed(key),
            None => Ok(self),
        }
    }

    /// The same, in a batch with others of its subject where several wait together. Its receivers are our own, and its aggregate has no
    /// other message: it needs no order.
    #[must_use]
    pub fn batched(self) -> Self {
        Self { batched: true, ..self }
    }

    /// The same, published before anything that is not urgent: an alarm, or an answer that a person waits for.
    #[must_use]
    pub fn urgent(self) -> Self {
        Self { urgent: true, ..self }
    }
}

/// Place of a message's body.
const fn place(id: Uuid) -> Place {
    Place::new("outbox", "body", id)
}

/// Handle that publishes from memory or wakes the relay right after a commit, and notifies those in this process that watch for commits.
#[derive(Debug, Clone, Default)]
pub struct Wake {
    relay: Arc<Notify>,
    /// Something is known to wait for the relay: it claims without checking first.
    told: Arc<AtomicBool>,
    committed: watch::Sender<()>,
    queue: Queue,
}

impl Wake {
    /// Wakes the relay: a commit left something for it.
    pub fn wake(&self) {
        self.told.store(true, Ordering::Relaxed);
        self.relay.notify_one();
        self.committed.send_replace(());
    }

    /// Wakes the relay to check: a commit may have left something for it.
    pub(crate) fn look(&self) {
        self.relay.notify_one();
        self.committed.send_replace(());
    }

    /// Publishes what was just committed, in the background: the caller does not wait for the bus.
    pub fn publish(&self, fresh: Fresh) {
        if fresh.left {
            self.queue.left.store(true, Ordering::Relaxed);
            self.told.store(true, Ordering::Relaxed);
            self.relay.notify_one();
        }
        self.queue.push(fresh);
        self.committed.send_replace(());
    }

    /// Changes with every commit of this process that wrote a message. A hint: commits of other instances are found by polling.
    #[must_use]
    pub fn committed(&self) -> watch::Receiver<()> {
        self.committed.subscribe()
    }
}

/// Writes a message into the outbox, with the trace context of the current span.
///
/// # Errors
/// The statement failed; the caller's transaction with it.
pub async fn enqueue(tx: &mut PgConnection, outgoing: &Outgoing, at: OffsetDateTime) -> sqlx::Result<()> {
    enqueue_all(tx, std::slice::from_ref(outgoing), at).await
}

/// Writes several messages in one statement, in their order.
///
/// # Errors
/// The statement failed; the caller's transaction with it.
pub async fn enqueue_all(tx: &mut PgConnection, list: &[Outgoing], at: OffsetDateTime) -> sqlx::Result<()> {
    let columns = Columns::of(list);
    sqlx::query!(
        "insert into outbox (id, aggregate, subject, body, must_be_confirmed, urgent, sealed, traceparent, created_at, next_attempt_at)
         select id, aggregate, subject, body, must_be_confirmed, urgent, sealed, $8, $9, $9
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::bytea[], $5::bool[], $6::bool[], $7::bool[]) with ordinality
              as waiting (id, aggregate, subject, body, must_be_confirmed, urgent, sealed, place)
         order by place",
        &columns.ids,
        &columns.aggregates,
        &columns.subjects,
        &columns.bodies,
        &columns.confirm,
        &columns.urgent,
        &columns.sealed,
        trace::current(),
        at,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Records that the receiver's own database has every message of these aggregates that must be confirmed; returns how many were not before.
/// They are locked in the order in which they were written.
///
/// # Errors
/// The statement failed.
pub async fn confirm_aggregates(db: &mut PgConnection, aggregates: &[Uuid], at: OffsetDateTime) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "with held as materialized (
             select id from outbox where aggregate = any($1) and must_be_confirmed and confirmed_at is null order by position for update)
         update outbox set confirmed_at = $2, carried_at = coalesce(carried_at, $2) from held where outbox.id = held.id",
        aggregates,
        at
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// Records that the receiver's own database has the message. `false` where it was confirmed before, or is not ours.
///
/// # Errors
/// The statement failed.
pub async fn confirm(tx: &mut PgConnection, id: Uuid, at: OffsetDateTime) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update outbox set confirmed_at = $2, carried_at = coalesce(carried_at, $2)
         where id = $1 and must_be_confirmed and confirmed_at is null",
        id,
        at
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The same for several messages, locked in the order in which they were written: two transactions with several do not deadlock.
///
/// # Errors
/// The statement failed.
pub async fn confirm_all(tx: &mut PgConnection, ids: &[Uuid], at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!(
        // All are locked before the first is changed.
        "with held as materialized (select id from outbox where id = any($1) order by position for update)
         update outbox set confirmed_at = $2, carried_at = coalesce(carried_at, $2)
         where (select count(*) from held) > 0 and id = any($1) and must_be_confirmed and confirmed_at is null",
        ids,
        at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Message that was not confirmed in time.
pub struct Unconfirmed {
    pub id: Uuid,
    pub subject: String,
    pub body: Vec<u8>,
}

/// Unconfirmed messages: in clear, and the ids of those that cannot be opened.
pub struct Overdue {
    pub open: Vec<Unconfirmed>,
    pub closed: Vec<Uuid>,
}

/// Messages on these subjects (`*` stands for anything) that must be confirmed and were not within three seconds, without those of these
/// ids, oldest first; at most `limit`. Those in clear come before those that need a key: without one, they are what can still be delivered.
/// A time further ahead than that was written before the clock was set back.
///
/// # Errors
/// The statement failed.
pub async fn unconfirmed(
    db: &mut PgConnection,
    vault: &Vault,
    (subjects, left_out): (&[&str], &[Uuid]),
    at: OffsetDateTime,
    limit: i64,
) -> sqlx::Result<Overdue> {
    let rows = sqlx::query!(
        "select id, subject, body, sealed from outbox
         where must_be_confirmed and confirmed_at is null and (created_at < $1 or created_at > $2)
             and subject like any($3) and id <> all($4)
         order by sealed, position limit $5",
        at - CONFIRM_WITHIN,
        at + CONFIRM_WITHIN,
        &patterns(subjects),
        left_out,
        limit
    )
    .fetch_all(&mut *db)
    .await?;
    let sealed: Vec<&[u8]> = rows.iter().filter(|row| row.sealed).map(|row| row.body.as_slice()).collect();
    let keys = vault.keys_of(db, &sealed).await?;
    let mut overdue = Overdue { open: Vec::new(), closed: Vec::new() };
    for row in rows {
        match readable(&keys, row.id, row.body, row.sealed) {
            Some(body) => overdue.open.push(Unconfirmed { id: row.id, subject: row.subject, body }),
            None => overdue.closed.push(row.id),
        }
    }
    Ok(overdue)
}

/// Subjects as patterns of the database.
fn patterns(subjects: &[&str]) -> Vec<String> {
    subjects.iter().map(|subject| subject.replace('*', "%")).collect()
}

/// Body in clear. One whose key is unavailable waits, and does not delay the others.
fn readable(keys: &Keys, id: Uuid, body: Vec<u8>, sealed: bool) -> Option<Vec<u8>> {
    if !sealed {
        return Some(body);
    }
    match keys.open(place(id), &body) {
        Ok(body) => Some(body.into_inner()),
        Err(fault) => {
            tracing::error!(event.id = %id, error = %fault, "a message that waits cannot be opened: it stays in the outbox");
            None
        }
    }
}

/// Seals bodies that were written without a key, or by a version that did not seal, under the key of the month; returns how many.
pub(crate) async fn seal_in_clear(tx: &mut PgConnection, vault: &Vault, subjects: &[&str], at: OffsetDateTime) -> sqlx::Result<usize> {
    if subjects.is_empty() {
        return Ok(0);
    }
    // Most messages hold ids and codes and stay in clear for ever: the query goes from subject to subject, and never over the rows of one.
    let in_clear = sqlx::query_scalar!(
        r#"with recursive subjects as (
               (select subject from outbox where not sealed order by subject limit 1)
               union all
               select (select subject from outbox where not sealed and subject > subjects.subject order by subject limit 1)
               from subjects where subjects.subject is not null)
           select subject as "subject!" from subjects where subject like any($1)"#,
        &patterns(subjects)
    )
    .fetch_all(&mut *tx)
    .await?;
    if in_clear.is_empty() {
        return Ok(0);
    }
    let rows = sqlx::query!(
        "select id, body from outbox where not sealed and subject = any($1) limit $2 for update skip locked",
        &in_clear,
        BATCH
    )
    .fetch_all(&mut *tx)
    .await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let key = vault.key(tx, Owner::of("outbox", month(at)), at).await?;
    for row in &rows {
        let sealed = key.seal(place(row.id), &row.body)?;
        sqlx::query!("update outbox set body = $2, sealed = true where id = $1", row.id, sealed).execute(&mut *tx).await?;
    }
    Ok(rows.len())
}
