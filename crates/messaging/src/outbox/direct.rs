//! Direct delivery: a message that was not confirmed in time is delivered to its receiver by gRPC, with or without the bus.
//!
//! The bus stays the first path, and the receiver recognises what it delivers meanwhile. What the receiver refuses is skipped for a moment
//! and never given up; it delays no other delivery.

use std::{collections::BTreeMap, future::Future, panic::AssertUnwindSafe, time::Duration};

use base::{
    clock::Clock,
    database::{self, Actor},
    tasks::{Failed, Next, Work},
};
use futures::{FutureExt, StreamExt, stream};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use tokio::time::Instant;
use tonic::{Code, Status};
use uuid::Uuid;
use vault::Vault;

use super::{Unconfirmed, confirm, unconfirmed};

/// Poll interval for messages that were not confirmed in time.
pub(crate) const LOOK_INTERVAL: Duration = Duration::from_secs(1);
/// Messages delivered in one poll, all at once: a receiver that is slow with one is slow with none of the others.
const MAX_AT_ONCE: i64 = 16;
/// How long a message that was refused, or could not be opened, is skipped: others have their turn.
const RETRY_PAUSE: Duration = Duration::from_secs(10);

/// Receiver of direct deliveries, and its client.
pub trait Receiver: Send + Sync + 'static {
    /// Name of the service, for the log.
    const NAME: &'static str;
    /// Subjects that it takes; `*` stands for anything.
    const SUBJECTS: &'static [&'static str];

    /// Delivers a message. `Ok` means that the receiver's own database has it.
    fn hand_over(&self, message: &Unconfirmed) -> impl Future<Output = Result<(), Status>> + Send;

    /// Records that it arrived, in the service's own tables.
    fn confirm(&self, tx: &mut PgConnection, message: &Unconfirmed, at: OffsetDateTime) -> impl Future<Output = base::Result<()>> + Send {
        let id = message.id;
        async move {
            confirm(tx, id, at).await?;
            Ok(())
        }
    }
}

/// Direct delivery of one service to one receiver.
pub struct Direct<R> {
    name: &'static str,
    pool: PgPool,
    vault: Vault,
    clock: Clock,
    receiver: R,
    /// Messages that are skipped, and until when.
    passed_over: BTreeMap<Uuid, Instant>,
}

impl<R: Receiver> Work for Direct<R> {
    async fn run(&mut self) -> Result<Next, Failed> {
        self.look().await?;
        Ok(Next::Later)
    }
}

impl<R: Receiver> Direct<R> {
    #[must_use]
    pub const fn of_parts(name: &'static str, pool: PgPool, vault: Vault, clock: Clock, receiver: R) -> Self {
        Self { name, pool, vault, clock, receiver, passed_over: BTreeMap::new() }
    }

    /// Delivers what was not confirmed in time; returns how many were taken.
    ///
    /// # Errors
    /// The receiver does not answer, or a statement failed.
    pub async fn look(&mut self) -> anyhow::Result<usize> {
        self.passed_over.retain(|_, until| *until > Instant::now());
        let left_out: Vec<Uuid> = self.passed_over.keys().copied().collect();
        let mut tx = database::begin(&self.pool, &Actor::service(self.name)).await?;
        let found = unconfirmed(&mut tx, &self.vault, (R::SUBJECTS, &left_out), self.clock.now(), MAX_AT_ONCE).await?;
        tx.commit().await?;
        let until = Instant::now() + RETRY_PAUSE;
        self.passed_over.extend(found.closed.iter().map(|id| (*id, until)));
        let receiver = &self.receiver;
        let handing = found.open.into_iter().map(|message| async move {
            let ended = AssertUnwindSafe(receiver.hand_over(&message)).catch_unwind().await;
            (message, ended.unwrap_or_else(|_| Err(Status::internal("it panicked"))))
        });
        let mut handed = stream::iter(handing).buffer_unordered(usize::try_from(MAX_AT_ONCE).unwrap_or(1));
        let (mut taken, mut refused, mut silent) = (0, Vec::new(), None);
        while let Some((message, ended)) = handed.next().await {
            let noted = match ended {
                Ok(()) => self.note(&message).await,
                Err(status) if status.code() == Code::Unavailable => {
                    silent = Some(status.code());
                    continue;
                }
                Err(status) => {
                    tracing::error!(event.id = %message.id, peer = R::NAME, code = %status.code(), "a message is refused: somebody must look");
                    false
                }
            };
            if noted {
                taken += 1;
                tracing::warn!(event.id = %message.id, peer = R::NAME, "a message was delivered directly");
            } else {
                refused.push(message.id);
            }
        }
        drop(handed);
        self.passed_over.extend(refused.into_iter().map(|id| (id, until)));
        match silent {
            Some(code) => anyhow::bail!("{} does not answer: {code}", R::NAME),
            None => Ok(taken),
        }
    }

    /// Records that the message arrived; `false` where that failed: it is delivered again.
    async fn note(&self, message: &Unconfirmed) -> bool {
        let noting = async {
            let mut tx = database::begin(&self.pool, &Actor::service(self.name)).await?;
            self.receiver.confirm(&mut tx, message, self.clock.now()).await?;
            tx.commit().await?;
            base::Result::Ok(())
        };
        match AssertUnwindSafe(noting).catch_unwind().await {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                tracing::error!(event.id = %message.id, error = %error, "a message arrived and that cannot be noted: it is handed over again");
                false
            }
            Err(_) => {
                tracing::error!(event.id = %message.id, "a message arrived and noting that panicked: it is handed over again");
                false
            }
        }
    }
}
