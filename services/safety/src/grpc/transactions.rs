//! Transactions of a caller: begun under row security, and ended by a commit or by a refusal that is recorded.

use audit_log::Act;
use base::{Caller, Clock, Result, database};
use messaging::outbox::Wake;
use sqlx::{PgPool, Postgres, Transaction};
use tonic::{Response, Status};

use crate::app::row_security;

pub type Answer<T> = std::result::Result<Response<T>, Status>;

/// What a server needs to begin and end transactions. Cheap to clone.
#[derive(Clone)]
pub struct Transactions {
    pub pool: PgPool,
    pub outbox: Wake,
    pub clock: Clock,
}

impl Transactions {
    /// Transaction under row security in which the caller sees only what they may know of.
    pub(in crate::grpc) async fn begin(&self, caller: &Caller) -> Result<Transaction<'static, Postgres>> {
        Ok(database::begin(&self.pool, &row_security::actor(caller)).await?)
    }

    /// Commits and wakes the outbox, or releases the connection before the refusal is recorded [IM1a]: no caller waits for a second
    /// connection while holding one.
    pub(in crate::grpc) async fn settle<T>(&self, tx: Transaction<'_, Postgres>, act: Act<'_>, ended: Result<T>) -> Result<T> {
        match ended {
            Ok(done) => {
                tx.commit().await?;
                self.outbox.wake();
                Ok(done)
            }
            Err(error) => {
                tx.rollback().await?;
                self.watched(act, Err(error)).await
            }
        }
    }

    /// Passes on the result of a use case; a refusal is recorded first.
    pub(in crate::grpc) async fn watched<T>(&self, act: Act<'_>, ended: Result<T>) -> Result<T> {
        audit_log::watched(&self.pool, act, self.clock.now(), ended).await
    }
}
