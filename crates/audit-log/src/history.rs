//! Check whether this database is as old as its audit log says: stated at start and whenever it changes unexpectedly, and repaired by an
//! operator only.

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, ensure};
use base::{
    database,
    tasks::{Failed, Next, Work},
};
use messaging::outbox::{Outgoing, enqueue};
use opentelemetry::{KeyValue, global};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use topology::WitnessRing;

use super::{
    Act, AuditLog, granted, itself,
    key::{Signer, signed_by},
    merkle::Tree,
    statement::epoch_bytes,
    stating::{self, NewestCosignature},
};

/// Interval at which the database is compared with its last state.
pub(super) const CHECK_INTERVAL: Duration = Duration::from_secs(2);
/// Checks after which the log is stated even if unchanged: every five minutes.
const RESTATE_AFTER_CHECKS: u32 = 150;
/// Age at which a checkpoint without a co-signature is a warning.
const COSIGNATURE_TIMEOUT: time::Duration = time::Duration::seconds(60);
/// Longest reason of an operator, in bytes.
const MAX_REASON_LENGTH: usize = 200;
/// Epochs read, newest first; an operator accepts few restores in the life of a database.
const MAX_EPOCHS: i64 = 20;

/// State of the log in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Standing {
    epoch: i64,
    size: i64,
    root: Vec<u8>,
    /// The witness knows more.
    refused: bool,
    /// A checkpoint waits too long for its co-signature.
    waiting: bool,
    /// The witness knows more, and was not sent a statement about it yet.
    lost: bool,
}

/// Periodic check. A fault is reported in the health named `history`, in a metric and in the log.
pub(super) struct Check {
    log: AuditLog,
    ring: WitnessRing,
    signer: Arc<Signer>,
    newest: NewestCosignature,
    seen: Option<Standing>,
    checks: u32,
}

impl Work for Check {
    async fn run(&mut self) -> Result<Next, Failed> {
        // Cleared, so that it is stated again.
        let before = if self.checks.is_multiple_of(RESTATE_AFTER_CHECKS) { None } else { self.seen.as_ref() };
        let standing = self.check(before).await?;
        self.checks = self.checks.wrapping_add(1);
        self.report(&standing);
        self.seen = Some(standing);
        Ok(Next::Later)
    }
}

impl Check {
    pub(super) const fn new(log: AuditLog, ring: WitnessRing, signer: Arc<Signer>, newest: NewestCosignature) -> Self {
        Self { log, ring, signer, newest, seen: None, checks: 0 }
    }

    /// Reads the state, and publishes it unless it only grew.
    async fn check(&self, seen: Option<&Standing>) -> sqlx::Result<Standing> {
        let Self { log: AuditLog { endpoint, .. }, ring, signer, newest: cosigned, .. } = self;
        let now = endpoint.clock.now();
        let mut tx = database::begin(&endpoint.pool, &itself()).await?;
        let mut standing = standing(&mut tx, endpoint.name, signer, now).await?;
        standing.lost = !standing.refused && cosigned.knows_more(standing.epoch, standing.size);
        let grown = seen.is_some_and(|seen| {
            seen.epoch == standing.epoch && (seen.size < standing.size || seen.size == standing.size && seen.root == standing.root)
        });
        // Once: the statement waits in the outbox, and is repeated with the regular ones where no answer comes.
        let lost = standing.lost && !seen.is_some_and(|seen| seen.lost);
        if grown && !lost {
            return Ok(standing);
        }
        // In the order of the checkpoints, and of what is there now.
        let now = stating::take_turn(&mut tx, endpoint.name, now).await?;
        let (size, root) = newest(&mut tx).await?;
        let statement = stating::state(signer, endpoint.name, standing.epoch, (size, root.clone()), (size, root), now);
        enqueue(&mut tx, &Outgoing::event(&endpoint.ids, stating::aggregate(), ring.sealed, &statement), now).await?;
        tx.commit().await?;
        endpoint.outbox.wake();
        Ok(standing)
    }

    fn report(&self, standing: &Standing) {
        let whole = !standing.refused;
        let label = [KeyValue::new("service", self.log.endpoint.name)];
        let meter = global::meter("audit-log");
        meter.u64_gauge("audit.history_broken").build().record(u64::from(!whole), &label);
        meter.u64_gauge("audit.uncosigned").build().record(u64::from(standing.waiting), &label);
        if standing.waiting && !self.seen.as_ref().is_some_and(|seen| seen.waiting) {
            tracing::warn!("a checkpoint of the audit log has waited for more than a minute to be co-signed");
        }
        let changed = self.log.history.send_if_modified(|known| std::mem::replace(known, whole) != whole);
        if changed && !whole {
            tracing::error!(
                "this database is older than its witness knows, or was rewritten: an operator must look, and run accept-restore"
            );
        } else if changed {
            tracing::info!("the history of this database is whole again");
        }
    }
}

async fn standing(tx: &mut PgConnection, log: &str, signer: &Signer, now: OffsetDateTime) -> sqlx::Result<Standing> {
    let epoch = current_epoch(tx, log, &signer.public()).await?;
    let (size, root) = newest(tx).await?;
    let answers = sqlx::query!(
        r#"select exists (select from audit_refused where epoch >= $1) as "refused!",
                  exists (select from audit_checkpoint where at < $2
                          and size > coalesce((select max(size) from audit_cosigned where epoch = $1), -1)) as "waiting!""#,
        epoch,
        now - COSIGNATURE_TIMEOUT
    )
    .fetch_one(tx)
    .await?;
    Ok(Standing { epoch, size, root, refused: answers.refused, waiting: answers.waiting, lost: false })
}

/// Newest checkpoint; that of an empty log where there is none.
async fn newest(tx: &mut PgConnection) -> sqlx::Result<(i64, Vec<u8>)> {
    let found = sqlx::query!("select size, root from audit_checkpoint order by size desc limit 1").fetch_optional(tx).await?;
    Ok(found.map_or_else(|| (0, Tree::default().root().to_vec()), |found| (found.size, found.root)))
}

/// Restore that an operator has accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Epoch {
    pub epoch: i64,
    pub size: i64,
    pub root: Vec<u8>,
    pub reason: String,
    pub signature: Vec<u8>,
}

/// Accepted restores signed by the service itself, newest first.
///
/// # Errors
/// The statement failed.
pub async fn epochs(db: &mut PgConnection, log: &str, key: &[u8]) -> sqlx::Result<Vec<Epoch>> {
    let mut found =
        sqlx::query_as!(Epoch, "select epoch, size, root, reason, signature from audit_epoch order by epoch desc limit $1", MAX_EPOCHS)
            .fetch_all(db)
            .await?;
    let total = found.len();
    found.retain(|e| signed_by(key, &epoch_bytes(log, e.epoch, e.size, &e.root, &e.reason), &e.signature));
    if found.len() < total {
        tracing::error!("the database names an accepted restore that this service has not signed: it is not believed");
    }
    Ok(found)
}

pub(super) async fn current_epoch(db: &mut PgConnection, log: &str, key: &[u8]) -> sqlx::Result<i64> {
    Ok(epochs(db, log, key).await?.first().map_or(0, |newest| newest.epoch))
}

/// Accepts, for an operator, that this database is older than its witness knows: the log continues from here, and what was lost stays on
/// record at the witness. Returns the new epoch.
///
/// # Errors
/// The witness has not refused this history, the reason is empty or longer than 200 bytes, or a statement failed.
pub async fn accept_restore(pool: &PgPool, log: &str, signer: &Signer, reason: &str, at: OffsetDateTime) -> anyhow::Result<i64> {
    ensure!(
        !reason.trim().is_empty() && reason.len() <= MAX_REASON_LENGTH,
        "say why, in 1 to {MAX_REASON_LENGTH} bytes, without personal data"
    );
    let mut tx = database::begin(pool, &itself()).await?;
    let at = stating::take_turn(&mut tx, log, at).await?;
    let epoch = current_epoch(&mut tx, log, &signer.public()).await?;
    let known = sqlx::query_scalar!("select max(known_epoch) from audit_refused where epoch >= $1", epoch).fetch_one(&mut *tx).await?;
    let known = known.context("no witness has refused the history of this database: there is nothing to accept")?;
    let next = epoch.max(known).saturating_add(1);
    let (size, root) = newest(&mut tx).await?;
    let signature = signer.sign_bytes(&epoch_bytes(log, next, size, &root, reason));
    sqlx::query!(
        "insert into audit_epoch (epoch, size, root, reason, accepted_at, signature) values ($1, $2, $3, $4, $5, $6)",
        next,
        size,
        root,
        reason,
        at,
        signature
    )
    .execute(&mut *tx)
    .await?;
    granted(&mut tx, &Act::by("operator", "audit.accept-restore", "epoch", &next.to_string()), at).await?;
    tx.commit().await?;
    Ok(next)
}
