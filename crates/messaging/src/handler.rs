//! Handler of the messages of a consumer, with what it is given and what it answers.

use std::{collections::BTreeMap, future::Future, time::Duration};

use base::refusal::{is_passing, store_error};
use bytes::Bytes;
use sqlx::PgConnection;
use tracing::Instrument;

use crate::outbox::Fresh;

/// Largest number of messages in a transaction, unless the handler can write more with the same statements.
pub(crate) const BATCH: usize = 64;
/// Reason code of a message whose application the database refused.
pub(crate) const STORE_REFUSED: &str = "store-refused";

/// Message as received.
#[derive(Clone)]
pub struct Incoming {
    /// Id that identifies a redelivery.
    pub event_id: String,
    pub subject: String,
    pub body: Bytes,
    pub headers: BTreeMap<String, String>,
    /// Number of the delivery, from 1.
    pub attempt: i64,
}

impl Incoming {
    /// Decodes the body as a message of type `M`.
    ///
    /// # Errors
    /// [`Rejection::Never`] where the bytes are not such a message.
    pub fn decode<M: prost::Message + Default>(&self) -> Result<M, Rejection> {
        M::decode(self.body.clone()).map_err(|_| Rejection::Never {
            reason: "malformed-message",
            detail: "the body is not the protobuf message of this subject".to_owned(),
        })
    }

    /// Token of the subject at `index`, counting from 0; empty where there is none.
    #[must_use]
    pub fn subject_token(&self, index: usize) -> &str {
        self.subject.split('.').nth(index).unwrap_or_default()
    }

    /// Event id given by its sender (`ce-id`), if it is a UUID.
    #[must_use]
    pub fn sender_id(&self) -> Option<uuid::Uuid> {
        self.headers.get("ce-id").and_then(|id| uuid::Uuid::try_parse(id).ok())
    }
}

/// Reason a message was not applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejection {
    /// It may succeed later: redelivered, without end.
    Later(String),
    /// It never will: quarantined with its bytes, and an operator is alerted.
    Never { reason: &'static str, detail: String },
}

impl From<sqlx::Error> for Rejection {
    fn from(error: sqlx::Error) -> Self {
        if is_passing(&error) {
            Self::Later(store_error(&error))
        } else {
            Self::Never { reason: STORE_REFUSED, detail: store_error(&error) }
        }
    }
}

impl From<base::Error> for Rejection {
    fn from(error: base::Error) -> Self {
        match error {
            base::Error::Database(error) => error.into(),
            base::Error::Unavailable { what } => Self::Later(format!("{what} does not answer")),
            base::Error::Refused(refusal) => Self::Never { reason: refusal.reason, detail: refusal.en.into_owned() },
            base::Error::NotFound => Self::Never { reason: "not-found", detail: "what the message names is not here".to_owned() },
            base::Error::Internal(what) => Self::Later(what),
        }
    }
}

/// Message of a set, and the result of reading it.
pub struct ReadMessage<'a, W> {
    pub work: W,
    pub message: &'a Incoming,
    /// Span of its application, in the sender's trace.
    pub span: tracing::Span,
}

/// Handler of the messages of one consumer.
pub trait Handler: Send + Sync + 'static {
    /// Result of `read`, passed to `apply`.
    type Work: Send;

    /// Whether the senders are outside: then their message ids are not believed, and the domain's own keys decide what is a duplicate.
    const FROM_OUTSIDE: bool = false;

    /// Largest number of messages in a transaction. More than this pays only where [`Handler::apply_set`] writes them all at once.
    const MAX_TOGETHER: usize = BATCH;

    /// Shortest time between the beginnings of two sets, where they are not full: what comes meanwhile is applied together, and what comes
    /// alone does not wait. For what nobody waits for: its work then takes little from what somebody does wait for.
    const MIN_INTERVAL: Duration = Duration::ZERO;

    /// Whether a message may be applied again and nothing changes, and each statement of `apply_set` may stand without the others. Then it is
    /// applied without a transaction and without a record in the inbox, on a connection that acts for the service. A set that fails takes
    /// the way of all others.
    const IDEMPOTENT: bool = false;

    /// Whether it enqueues messages only into `fresh`, or none. Then the relay is not woken to look for more behind each set; what it left
    /// all the same is found at the next look, a second later.
    const ONLY_FRESH: bool = false;

    /// Decodes, and fetches what is needed from elsewhere. Outside any transaction.
    fn read(&self, message: &Incoming) -> impl Future<Output = Result<Self::Work, Rejection>> + Send;

    /// Whether the message has an effect at all; one that has none is acknowledged as it is, and not recorded.
    fn is_needed(&self, work: &Self::Work) -> bool {
        let _ = work;
        true
    }

    /// Writes the effect, in the transaction that also records the message. What it enqueues into `fresh` is published from memory after
    /// the commit.
    fn apply(
        &self,
        tx: &mut PgConnection,
        fresh: &mut Fresh,
        work: Self::Work,
        message: &Incoming,
    ) -> impl Future<Output = Result<(), Rejection>> + Send;

    /// Writes the effect of several messages, in their order; a handler may do so with one statement for all. If it fails nothing of the
    /// set stays, and each message is read and applied once more by itself.
    fn apply_set(
        &self,
        tx: &mut PgConnection,
        fresh: &mut Fresh,
        set: Vec<ReadMessage<'_, Self::Work>>,
    ) -> impl Future<Output = Result<(), Rejection>> + Send {
        async move {
            for ReadMessage { work, message, span } in set {
                self.apply(tx, fresh, work, message).instrument(span).await?;
            }
            Ok(())
        }
    }

    /// Saves what must not be lost even of a message that can never be applied, whatever failed in `read` and `apply`: then it is
    /// quarantined. If this fails too, the message is tried again without end. It is done once for a message. Most have nothing to save.
    fn save(&self, tx: &mut PgConnection, fresh: &mut Fresh, message: &Incoming) -> impl Future<Output = Result<(), Rejection>> + Send {
        let _ = (tx, fresh, message);
        std::future::ready(Ok(()))
    }
}
