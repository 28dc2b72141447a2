//! Statement of the state of a log to its witness: its order, its bytes, and what the witness has answered.

use std::sync::{Arc, Mutex, PoisonError};

use base::clock::micros;
use signed_messages::CheckpointSealed;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{key::Signer, statement::signed_bytes};

/// Messages of one log keep their order.
pub(super) const fn aggregate() -> Uuid {
    Uuid::from_u128(0x0A0D_1706)
}

/// Takes the lock for sealing or stating the log, which one instance does at a time, and returns the time of this transaction.
///
/// The time is at least `now`, and later than that of the former holder: the witness reads from it which statement came first, and an
/// instance that waited, or whose clock is behind, must not look as if the log had been set back.
pub(super) async fn take_turn(tx: &mut PgConnection, log: &str, now: OffsetDateTime) -> sqlx::Result<OffsetDateTime> {
    sqlx::query_scalar!(
        "insert into audit_stated as stated (log_of, at) values ($1, $2)
         on conflict (log_of) do update set at = greatest(stated.at + interval '1 microsecond', excluded.at)
         returning at",
        log,
        now
    )
    .fetch_one(tx)
    .await
}

/// Signed statement.
pub(super) fn state(
    signer: &Signer,
    log: &str,
    epoch: i64,
    former: (i64, Vec<u8>),
    newest: (i64, Vec<u8>),
    at: OffsetDateTime,
) -> CheckpointSealed {
    let mut statement = CheckpointSealed {
        log: log.to_owned(),
        epoch,
        size: newest.0,
        root: newest.1,
        former_size: former.0,
        former_root: former.1,
        stated_at: micros(at),
        signature: Vec::new(),
    };
    statement.signature = signer.sign_bytes(&signed_bytes(&statement));
    statement
}

/// Epoch and size of the newest co-signature that this process has received: kept in memory, so that no restored database loses it.
#[derive(Debug, Clone, Default)]
pub(super) struct NewestCosignature(Arc<Mutex<(i64, i64)>>);

impl NewestCosignature {
    pub(super) fn note(&self, epoch: i64, size: i64) {
        let mut newest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *newest = (*newest).max((epoch, size));
    }

    /// Whether a larger size was co-signed in the same epoch.
    pub(super) fn knows_more(&self, epoch: i64, size: i64) -> bool {
        let newest = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        newest.0 == epoch && newest.1 > size
    }
}
