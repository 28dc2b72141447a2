//! Sealing of values in clear: rows of a version before sealing, and what was stored in clear because no key was available.

use std::{future::Future, sync::Arc, time::Duration};

use base::{
    database::{self, Actor},
    refusal::store_error,
};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use vault::Vault;

pub use crate::BATCH;
use crate::endpoint::Endpoint;
use crate::{outbox, quarantine};

/// Interval of the search while the process runs.
const CHECK_INTERVAL: Duration = Duration::from_secs(30);

/// Knowledge of a service about its own tables: which values are in clear.
pub trait Leftovers: Send + Sync + 'static {
    /// Subjects (`*` stands for any token) whose messages hold more than ids and codes: they are sealed in the outbox.
    const SUBJECTS: &'static [&'static str] = &[];

    /// Seals at most a batch of values in clear and empties the clear columns, in the caller's transaction; returns how many rows.
    fn seal(&self, tx: &mut PgConnection, vault: &Vault, at: OffsetDateTime) -> impl Future<Output = sqlx::Result<usize>> + Send;
}

/// Service whose own tables hold nothing to seal: its quarantine still may.
impl Leftovers for () {
    async fn seal(&self, _: &mut PgConnection, _: &Vault, _: OffsetDateTime) -> sqlx::Result<usize> {
        Ok(0)
    }
}

/// Seals everything in clear, a transaction for each batch; returns how many rows. Started again, it continues where it was.
///
/// # Errors
/// A statement failed, or the vault cannot seal.
pub async fn seal_leftovers<L: Leftovers>(pool: &PgPool, vault: &Vault, leftovers: &L, at: OffsetDateTime) -> sqlx::Result<usize> {
    let mut sealed = 0;
    loop {
        let mut tx = database::begin(pool, &Actor::service(vault.service())).await?;
        let own = leftovers.seal(&mut tx, vault, at).await?;
        let some =
            own + outbox::seal_in_clear(&mut tx, vault, L::SUBJECTS, at).await? + quarantine::seal_in_clear(&mut tx, vault, at).await?;
        tx.commit().await?;
        if some == 0 {
            return Ok(sealed);
        }
        sealed += some;
    }
}

impl Endpoint {
    /// Seals what is in clear before the caller goes on to serve, and searches again every half minute. A vault that cannot seal keeps no
    /// process from serving: it is logged as an error, and tried again.
    pub async fn keep_sealed(&self, leftovers: impl Leftovers) {
        if let Err(error) = seal(self, &leftovers).await {
            tracing::error!(error = store_error(&error), "what stands in clear in the database cannot be sealed");
        }
        let (endpoint, leftovers) = (self.clone(), Arc::new(leftovers));
        self.tasks.every_delayed("clear-text-sealing", CHECK_INTERVAL, None, move || {
            let (endpoint, leftovers) = (endpoint.clone(), leftovers.clone());
            async move { seal(&endpoint, &*leftovers).await }
        });
    }
}

async fn seal(endpoint: &Endpoint, leftovers: &impl Leftovers) -> sqlx::Result<()> {
    let rows = seal_leftovers(&endpoint.pool, &endpoint.vault, leftovers, endpoint.clock.now()).await?;
    if rows > 0 {
        tracing::warn!(rows, "what stood in clear in the database is sealed now");
    }
    Ok(())
}
