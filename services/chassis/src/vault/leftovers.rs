//! Sealing of values in clear: rows of a version before sealing, and what was stored in clear because no key was available.

use std::{future::Future, time::Duration};

use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

use super::Vault;
use crate::{
    database::{self, Actor},
    lifecycle::Context,
    outbox, quarantine,
    refusal::store_error,
};

/// Interval of the search while the process runs.
const CHECK_INTERVAL: Duration = Duration::from_secs(30);
/// Rows of one kind sealed in one transaction.
pub const BATCH: i64 = 200;

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

/// Seals what is in clear before the caller goes on to serve, and searches again every half minute. A vault that cannot seal keeps no
/// process from serving: it is logged as an error, and tried again.
pub async fn keep_sealed(ctx: &Context, leftovers: impl Leftovers) {
    look(ctx, &leftovers).await;
    let again = ctx.clone();
    ctx.spawn("vault", async move {
        while !again.stop.is_cancelled() {
            tokio::select! {
                () = again.stop.cancelled() => return Ok(()),
                () = tokio::time::sleep(CHECK_INTERVAL) => look(&again, &leftovers).await,
            }
        }
        Ok(())
    });
}

async fn look(ctx: &Context, leftovers: &impl Leftovers) {
    match seal_leftovers(&ctx.pool, &ctx.vault, leftovers, ctx.clock.now()).await {
        Ok(0) => {}
        Ok(rows) => tracing::warn!(rows, "what stood in clear in the database is sealed now"),
        Err(error) => tracing::error!(error = store_error(&error), "what stands in clear in the database cannot be sealed"),
    }
}
