//! Sealing of the audit log: numbers the committed entries and writes a checkpoint over them, in one transaction, by any instance, one at a
//! time.

use std::time::Duration;

use base::{
    clock::{Ids, micros},
    database,
    refusal::store_error,
};
use messaging::outbox::{Outgoing, enqueue};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

use super::{
    AuditLog, history, itself,
    key::Signer,
    log::Row,
    merkle::{Tree, leaf},
    stating,
};

/// Interval of checkpoints. Where an entry waits longer, the service's log says why.
const CHECKPOINT_INTERVAL: Duration = Duration::from_secs(10);
/// Largest number of entries in one checkpoint.
const MAX_ENTRIES: i64 = 5_000;

struct Staged {
    staged: i64,
    at: OffsetDateTime,
    actor: String,
    action: String,
    kind: String,
    object: String,
    outcome: String,
    reason: String,
}

/// Seals staged entries, at most one batch; returns how many.
///
/// A row is staged until the transaction that seals it commits, and no longer: a crash loses none and doubles none.
///
/// # Errors
/// A statement failed, or the last checkpoint cannot be gone on from; nothing is sealed.
pub async fn checkpoint(pool: &PgPool, log: &str, signer: Option<&Signer>, at: OffsetDateTime) -> sqlx::Result<usize> {
    checkpoint_and_state(pool, log, signer, at, None).await
}

/// The same, and publishes in the same transaction the new state of the log, on the subject and with the ids given.
///
/// # Errors
/// As [`checkpoint`].
pub async fn checkpoint_and_state(
    pool: &PgPool,
    log: &str,
    signer: Option<&Signer>,
    at: OffsetDateTime,
    stating: Option<(&'static str, &Ids)>,
) -> sqlx::Result<usize> {
    let mut tx = database::begin(pool, &itself()).await?;
    let at = stating::take_turn(&mut tx, log, at).await?;
    let staged = sqlx::query_as!(
        Staged,
        "select staged, at, actor, action, kind, object, outcome, reason from audit_staged order by staged limit $1",
        MAX_ENTRIES
    )
    .fetch_all(&mut *tx)
    .await?;
    if staged.is_empty() {
        return Ok(0);
    }
    let mut tree = last(&mut tx).await?;
    let former = (i64::try_from(tree.size()).unwrap_or(i64::MAX), tree.root().to_vec());
    let mut rows = Vec::with_capacity(staged.len());
    let mut ids = Vec::with_capacity(staged.len());
    for Staged { staged, at, actor, action, kind, object, outcome, reason } in staged {
        let position = i64::try_from(tree.size()).unwrap_or(i64::MAX);
        let row = Row { position, at: micros(at), actor, action, kind, object, outcome, reason };
        tree.push(leaf(&row.bytes()));
        rows.push(row);
        ids.push(staged);
    }
    append(&mut tx, &rows, &ids).await?;
    let (size, root) = (i64::try_from(tree.size()).unwrap_or(i64::MAX), tree.root());
    let signature = signer.map(|signer| signer.sign(log, size, &root, micros(at)));
    sqlx::query!(
        "insert into audit_checkpoint (size, root, at, peaks, signature) values ($1, $2, $3, $4, $5)",
        size,
        &root[..],
        at,
        tree.peaks(),
        signature
    )
    .execute(&mut *tx)
    .await?;
    if let (Some((subject, ids)), Some(signer)) = (stating, signer) {
        let epoch = history::current_epoch(&mut tx, log, &signer.public()).await?;
        let said = stating::state(signer, log, epoch, former, (size, root.to_vec()), at);
        enqueue(&mut tx, &Outgoing::event(ids, stating::aggregate(), subject, &said), at).await?;
    }
    tx.commit().await?;
    Ok(rows.len())
}

async fn last(tx: &mut PgConnection) -> sqlx::Result<Tree> {
    let last = sqlx::query!("select size, peaks from audit_checkpoint order by size desc limit 1").fetch_optional(tx).await?;
    let Some(last) = last else { return Ok(Tree::default()) };
    let size = u64::try_from(last.size).unwrap_or_default();
    Tree::resume(size, &last.peaks).ok_or_else(|| sqlx::Error::Decode("the last audit checkpoint is broken".into()))
}

/// Moves the rows from the staging table into the log. The time stays in the database: only what it stores is hashed.
async fn append(tx: &mut PgConnection, rows: &[Row], staged: &[i64]) -> sqlx::Result<()> {
    let positions: Vec<i64> = rows.iter().map(|row| row.position).collect();
    sqlx::query!(
        "insert into audit_entry (position, at, actor, action, kind, object, outcome, reason)
         select place.position, s.at, s.actor, s.action, s.kind, s.object, s.outcome, s.reason
         from unnest($1::bigint[], $2::bigint[]) as place (position, staged) join audit_staged s using (staged)",
        &positions,
        staged
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("delete from audit_staged where staged = any($1)", staged).execute(tx).await?;
    Ok(())
}

impl AuditLog {
    /// Seals every ten seconds, and once more when the process stops.
    ///
    /// # Errors
    /// The audit key cannot be used.
    pub async fn keep_checkpointed(self) -> anyhow::Result<()> {
        let Self { endpoint, denied, .. } = &self;
        let signer = self.key_file.as_deref().map(Signer::from_file).transpose()?;
        if signer.is_none() {
            tracing::warn!("no audit key is set: checkpoints are not signed, and whoever verifies the log is told so");
        }
        loop {
            tokio::select! {
                () = endpoint.tasks.stop.cancelled() => {}
                () = tokio::time::sleep(CHECKPOINT_INTERVAL) => {}
            }
            let ends = endpoint.tasks.stop.is_cancelled();
            denied.flush(&endpoint.pool, endpoint.clock.now()).await;
            loop {
                let stating = self.stating.get().map(|subject| (*subject, &endpoint.ids));
                match checkpoint_and_state(&endpoint.pool, endpoint.name, signer.as_ref(), endpoint.clock.now(), stating).await {
                    Ok(0) => break,
                    Ok(sealed) => {
                        endpoint.outbox.wake();
                        tracing::debug!(entries = sealed, "sealed");
                    }
                    Err(error) => {
                        tracing::error!(error = store_error(&error), "entries of the audit log wait to be sealed");
                        break;
                    }
                }
            }
            if ends {
                return Ok(());
            }
        }
    }
}
