//! Counter of calls refused by the gRPC server, kept in memory until they are recorded: a million refused calls write few rows.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use base::{database, refusal::store_error};
use sqlx::PgPool;
use time::OffsetDateTime;

use super::{Act, itself};

/// Largest number of different (caller, permission, reason) triples between two seals; further ones are counted together.
const MAX_KINDS: usize = 1_000;
/// Name of a caller without a valid token.
const UNKNOWN: &str = "unknown";
const OTHERS: &str = "others";

/// Reason, caller, permission.
type Counts = BTreeMap<(&'static str, String, &'static str), u64>;

/// Refusals since the last seal. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Denied(Arc<Mutex<Counts>>);

impl Denied {
    /// Counts a refused call of this caller, under the reason of the refusal.
    pub fn count(&self, reason: &'static str, subject: &str, permission: &'static str) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (reason, subject.to_owned(), permission);
        let key = if counts.len() < MAX_KINDS || counts.contains_key(&key) { key } else { (reason, OTHERS.to_owned(), permission) };
        *counts.entry(key).or_default() += 1;
    }

    /// Counts a call without a valid token, under this reason.
    pub fn unknown(&self, reason: &'static str) {
        self.count(reason, UNKNOWN, "sign-in");
    }

    /// Writes the counts into the log and resets them. What cannot be written is kept for the next time.
    pub async fn flush(&self, pool: &PgPool, at: OffsetDateTime) {
        let counts = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if counts.is_empty() {
            return;
        }
        let written = async {
            let mut tx = database::begin(pool, &itself()).await?;
            let reasons: BTreeSet<&'static str> = counts.keys().map(|(reason, ..)| *reason).collect();
            for reason in reasons {
                let alike = counts.iter().filter(|((why, ..), _)| *why == reason);
                let acts: Vec<Act<'_>> =
                    alike.map(|((_, subject, permission), count)| Act::by(subject, permission, "count", &count.to_string())).collect();
                super::write(&mut tx, &acts, "denied", reason, at).await?;
            }
            tx.commit().await
        }
        .await;
        if let Err(error) = written {
            tracing::error!(error = store_error(&error), "refused calls could not be recorded yet");
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            for (key, count) in counts {
                *kept.entry(key).or_default() += count;
            }
        }
    }
}
