//! Number of the epoch that every fact of this service carries: it rises when the database turns out to be older than its witness knows, so
//! that consumers accept revisions that went back with it.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use audit_log::Signer;
use base::database;
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

use super::row_security;
use crate::store;

/// Epoch known in this process; 0 where nothing ever went back. Cheap to clone.
#[derive(Clone, Default)]
pub struct Epoch(Arc<AtomicI64>);

impl Epoch {
    #[must_use]
    pub fn number(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Never lowered: a database that went back knows less than this process.
    fn learn(&self, number: i64) {
        self.0.fetch_max(number, Ordering::Relaxed);
    }

    /// Reads the epoch from the database.
    ///
    /// # Errors
    /// The statement failed: the known epoch is kept.
    pub async fn refresh(&self, db: &mut PgConnection) -> sqlx::Result<()> {
        self.learn(store::epoch::newest(db).await?);
        Ok(())
    }

    /// Begins an epoch because the database was found to be set back; once per occurrence, whichever instance finds it. `log` is the audit
    /// log that was found to be older, with the key it is signed by.
    ///
    /// # Errors
    /// A statement failed.
    pub async fn begin(&self, pool: &PgPool, (log, signer): (&str, Option<&Signer>), now: OffsetDateTime) -> sqlx::Result<()> {
        let mut tx = database::begin(pool, &row_security::itself()).await?;
        let log_epoch = match signer {
            Some(signer) => audit_log::epochs(&mut tx, log, &signer.public()).await?.first().map_or(0, |newest| newest.epoch),
            None => 0,
        };
        // Above every number this process has published, also where the machine's clock went back too.
        let number = now.unix_timestamp().max(self.number() + 1);
        store::epoch::begin(&mut tx, log_epoch, number).await?;
        let newest = store::epoch::newest(&mut tx).await?;
        tx.commit().await?;
        self.learn(newest);
        tracing::error!(epoch = newest, "the database was set back: from now on whatever is told is of a new epoch");
        Ok(())
    }
}
