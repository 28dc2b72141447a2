//! Calls refused at the door, counted in memory until they are recorded: whoever knocks a million times writes few rows.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use sqlx::PgPool;
use time::OffsetDateTime;

use super::{Act, itself};
use crate::{database, refusal::store_error};

/// Different (caller, permission) pairs kept at most between two seals; further ones are counted together.
const PAIRS: usize = 1_000;
/// Who has no valid token.
const UNKNOWN: &str = "unknown";
const OTHERS: &str = "others";

type Counts = BTreeMap<(String, &'static str), u64>;

/// Refusals since the last seal. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Denied(Arc<Mutex<Counts>>);

impl Denied {
    /// A known caller without the permission.
    pub fn caller(&self, subject: &str, permission: &'static str) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (subject.to_owned(), permission);
        let key = if counts.len() < PAIRS || counts.contains_key(&key) { key } else { (OTHERS.to_owned(), permission) };
        *counts.entry(key).or_default() += 1;
    }

    /// A call without a valid token.
    pub fn unknown(&self) {
        self.caller(UNKNOWN, "sign-in");
    }

    /// Writes the counts into the log and begins anew. What cannot be written is kept for the next time.
    pub async fn flush(&self, pool: &PgPool, at: OffsetDateTime) {
        let counts = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if counts.is_empty() {
            return;
        }
        let acts: Vec<Act<'_>> =
            counts.iter().map(|((subject, permission), count)| Act::by(subject, permission, "count", &count.to_string())).collect();
        let written = async {
            let mut tx = database::begin(pool, &itself()).await?;
            super::write(&mut tx, &acts, "denied", "permission-missing", at).await?;
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
