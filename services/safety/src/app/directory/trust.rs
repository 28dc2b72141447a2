//! Which rows of the directory are believed: a row that was changed directly in the database counts for nobody.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use audit_log::Signer;
use auth::grants::Line;
use sqlx::PgConnection;

use crate::{
    domain::directory::office::Holder,
    store::{self, directory::office::Assigned},
};

/// Kind of the signature of an assignment.
pub(in crate::app) const KIND: &str = "office-holder";

/// Number of times each person left each office, cached: ringing does not wait for the audit log. Cheap to clone.
#[derive(Clone, Default)]
pub struct EndedTerms(Arc<RwLock<HashMap<String, i64>>>);

impl EndedTerms {
    /// Number of times each left, as read last.
    pub(in crate::app) fn all(&self) -> HashMap<String, i64> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn times(&self, holder: &Holder) -> i64 {
        let whom = store::directory::office::in_office(&holder.office, &holder.holder).to_string();
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&whom).copied().unwrap_or_default()
    }

    /// Refreshes the cache from the audit log.
    ///
    /// # Errors
    /// A statement failed: the cache keeps what it has.
    pub async fn refresh(&self, db: &mut PgConnection) -> sqlx::Result<()> {
        let times = store::directory::office::times_left(db, None).await?;
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = times;
        Ok(())
    }
}

/// Key of this service, which the database does not hold, and the ended terms. Cheap to clone.
#[derive(Clone, Default)]
pub struct Trust {
    /// Without a key nothing is signed, and every assignment and grant is believed; the process logs that at its start.
    pub signer: Option<Arc<Signer>>,
    pub ended_terms: EndedTerms,
}

impl Trust {
    /// Trust by this key; no ended term is known yet.
    #[must_use]
    pub fn by(signer: Option<Arc<Signer>>) -> Self {
        Self { signer, ended_terms: EndedTerms::default() }
    }

    /// Whether this service signed the grant.
    pub(in crate::app) fn is_signed(&self, line: &Line) -> bool {
        self.signer.as_ref().is_none_or(|signer| line.is_signed_by(&signer.public()))
    }

    /// Whether the assignment counts: this service signed it as it reads, and its holder has not left since.
    pub(in crate::app) fn fits(&self, row: &Assigned) -> bool {
        let Some(signer) = &self.signer else { return true };
        let signature = row.signature.as_deref().unwrap_or_default();
        i64::from(row.term) > self.ended_terms.times(&row.holder) && with_values(row, |values| signer.signed_row(KIND, values, signature))
    }

    /// The same, and logs a row that does not count.
    pub(in crate::app) fn is_believed(&self, row: &Assigned) -> bool {
        let believed = self.fits(row);
        if !believed {
            log_not_believed(&row.holder.office);
        }
        believed
    }

    /// Signature of an assignment, where there is a key.
    pub(in crate::app) fn signature(&self, row: &Assigned) -> Option<Vec<u8>> {
        self.signer.as_ref().map(|signer| with_values(row, |values| signer.sign_row(KIND, values)))
    }
}

pub(in crate::app) fn log_cannot_accept(holder: &Holder) {
    tracing::error!(office = holder.office, rank = holder.rank, "somebody in the office holds no role to accept with: they are not rung");
}

pub(in crate::app) fn log_not_believed(office: &str) {
    tracing::error!(office, "who holds the office was changed behind this service's back: the row is not believed");
}

fn with_values<T>(row: &Assigned, read: impl FnOnce(&[&str]) -> T) -> T {
    let (rank, term) = (row.holder.rank.to_string(), row.term.to_string());
    let confirmed_by = row.confirmed_by.as_deref().unwrap_or_default();
    let values: [&str; 6] = [&row.holder.office, &row.holder.holder, &rank, &row.assigned_by, confirmed_by, &term];
    // A first term is signed as it was before terms existed.
    read(if row.term == 1 { values.split_last().map_or(&values[..], |(_, first)| first) } else { &values })
}
