//! Messages of one transaction, kept in memory so that they are published as soon as it is committed. The rows are the backup.
//!
//! A row that is published from memory is leased to this process: until the lease ends no relay takes it, nor anything of its aggregate
//! behind it.

use base::trace;
use bytes::Bytes;
use sqlx::PgConnection;
use time::OffsetDateTime;
use tokio::time::Instant;
use uuid::Uuid;

use super::{
    Outgoing,
    publishing::{MAX_RETRY_PAUSE, Message},
};
use crate::bus::PUBLISH_DEADLINE;

/// Lease of a message by the process that wrote it: its row has `next_attempt_at = created_at + LEASE`.
pub const LEASE: time::Duration = time::Duration::seconds(2);
/// Time within which publishing must begin: what is begun then ends before the lease does.
const BEGIN_WITHIN: std::time::Duration = LEASE.unsigned_abs().saturating_sub(PUBLISH_DEADLINE);
// With a longer one the relay would conclude that the clock was set back.
const _: () = assert!(LEASE.whole_milliseconds() < MAX_RETRY_PAUSE.whole_milliseconds());

/// Messages of a transaction, in clear and in order. Passed to [`Wake::publish`](super::Wake::publish) after the commit. If the transaction
/// is rolled back it is dropped, and nothing was published; if it is dropped after a commit, the relay publishes the rows when the lease is
/// over.
#[derive(Default)]
pub struct Fresh {
    pub(super) messages: Vec<Message>,
    /// Deadline of publishing.
    pub(super) until: Option<Instant>,
    /// Some messages wait behind others of their aggregate, and are left to the relay.
    pub(super) left: bool,
}

impl Fresh {
    /// An empty set whose leases begin now, for messages that are known only behind the statement that writes their rows.
    #[must_use]
    pub fn leased_from_now() -> Self {
        Self { until: Some(Instant::now() + BEGIN_WITHIN + PUBLISH_DEADLINE), ..Self::default() }
    }

    /// Adds messages whose rows the caller writes by itself in this transaction, in a statement of its own, with
    /// `next_attempt_at = at + LEASE`. They must be the first of their aggregate: nothing else of it can wait, in any transaction.
    pub fn wrote(&mut self, list: &[Outgoing], at: OffsetDateTime) {
        self.take(list, at, &[]);
    }

    /// Adds a message whose row the caller wrote by itself, leased unless something of its aggregate waits: that is left to the relay.
    pub fn wrote_behind(&mut self, outgoing: &Outgoing, at: OffsetDateTime, traceparent: Option<String>, waiting: &[Uuid]) {
        self.take(std::slice::from_ref(outgoing), at, waiting);
        if let Some(message) = self.messages.last_mut().filter(|message| message.id == outgoing.id) {
            message.traceparent = traceparent;
        }
    }

    /// Appends the messages of another part of the same transaction.
    pub fn append(&mut self, other: Self) {
        self.messages.extend(other.messages);
        self.until = [self.until, other.until].into_iter().flatten().min();
        self.left |= other.left;
    }

    /// Number of messages that are published from memory.
    #[must_use]
    pub fn len(&self) -> usize {
        self.messages.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// Adds the messages, except those of these aggregates, which are left to the relay.
    fn take(&mut self, list: &[Outgoing], at: OffsetDateTime, left: &[Uuid]) {
        let (until, traceparent) = (Instant::now() + BEGIN_WITHIN + PUBLISH_DEADLINE, trace::current());
        let before = self.messages.len();
        for outgoing in list.iter().filter(|outgoing| !left.contains(&outgoing.aggregate)) {
            let body = outgoing.in_clear.as_ref().unwrap_or(&outgoing.body);
            self.messages.push(Message {
                id: outgoing.id,
                aggregate: outgoing.aggregate,
                subject: outgoing.subject.clone(),
                traceparent: traceparent.clone(),
                body: Bytes::from(body.clone()),
                attempt: 0,
                batched: outgoing.batched,
                created_at: at,
            });
        }
        if self.messages.len() > before {
            self.until = Some(self.until.map_or(until, |earlier| earlier.min(until)));
        }
        self.left |= !left.is_empty();
    }
}

/// Writes messages into the outbox in their order, and keeps them to be published from memory after the commit. Those of an aggregate with
/// something still waiting are left to the relay, so that its order is kept. The caller has locked the objects of the messages in an
/// earlier statement, if they existed before.
///
/// # Errors
/// The statement failed; the caller's transaction with it.
pub async fn enqueue_fresh(tx: &mut PgConnection, fresh: &mut Fresh, list: &[Outgoing], at: OffsetDateTime) -> sqlx::Result<()> {
    if list.is_empty() {
        return Ok(());
    }
    // The leases begin before the rows are written.
    fresh.append(Fresh::leased_from_now());
    let columns = Columns::of(list);
    let own: Vec<Uuid> = fresh.messages.iter().map(|message| message.id).collect();
    // Steps: which aggregates have something waiting; the rows, leased where nothing waits.
    let left = sqlx::query_scalar!(
        r#"with waiting as (select aggregate from outbox_waiting($2, $10) as aggregate),
           told as (
               insert into outbox
                   (id, aggregate, subject, body, must_be_confirmed, urgent, sealed, traceparent, created_at, next_attempt_at)
               select id, aggregate, subject, body, must_be_confirmed, urgent, sealed, $8, $9,
                   case when aggregate in (select aggregate from waiting) then $9 else $11::timestamptz end
               from unnest($1::uuid[], $2::uuid[], $3::text[], $4::bytea[], $5::bool[], $6::bool[], $7::bool[]) with ordinality
                    as new (id, aggregate, subject, body, must_be_confirmed, urgent, sealed, place)
               order by place)
           select aggregate as "aggregate!" from waiting"#,
        &columns.ids,
        &columns.aggregates,
        &columns.subjects,
        &columns.bodies,
        &columns.confirm,
        &columns.urgent,
        &columns.sealed,
        trace::current(),
        at,
        &own,
        at + LEASE
    );
    let left = left.fetch_all(tx).await?;
    fresh.take(list, at, &left);
    Ok(())
}

/// Messages column by column, as `unnest` takes them.
pub struct Columns {
    pub ids: Vec<Uuid>,
    pub aggregates: Vec<Uuid>,
    pub subjects: Vec<String>,
    pub bodies: Vec<Vec<u8>>,
    pub confirm: Vec<bool>,
    pub urgent: Vec<bool>,
    pub sealed: Vec<bool>,
}

impl Columns {
    /// For a statement that writes outbox rows beside its own; their trace context is [`trace::current`].
    #[must_use]
    pub fn of(list: &[Outgoing]) -> Self {
        Self {
            ids: list.iter().map(|o| o.id).collect(),
            aggregates: list.iter().map(|o| o.aggregate).collect(),
            subjects: list.iter().map(|o| o.subject.clone()).collect(),
            bodies: list.iter().map(|o| o.body.clone()).collect(),
            confirm: list.iter().map(|o| o.confirm).collect(),
            urgent: list.iter().map(|o| o.urgent).collect(),
            sealed: list.iter().map(|o| o.sealed).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_that_began_before_its_rows_were_written_is_the_one_that_counts() {
        let mut fresh = Fresh::leased_from_now();
        let early = fresh.until.unwrap();
        assert!(early <= Instant::now() + LEASE.unsigned_abs());
        // Whatever is added later ends no later lease: the relay may take the first row when its lease is over.
        fresh.append(Fresh::leased_from_now());
        assert_eq!(fresh.until, Some(early));
        let mut late = Fresh::leased_from_now();
        late.append(fresh);
        assert_eq!(late.until, Some(early));
    }
}
