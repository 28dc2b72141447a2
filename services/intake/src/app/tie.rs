//! Use case: record which officers are tied to the case of a referral, as published by cases: no other officer reads or decides it [R3c].

use base::Result;
use sqlx::PgConnection;

use crate::{domain::tie::Ties, store::tie};

/// Stores the ties, in the caller's transaction. Older ties than those stored change nothing; ties of an unknown referral are ignored.
///
/// # Errors
/// The statement failed.
pub async fn record_ties(db: &mut PgConnection, ties: &Ties) -> Result<()> {
    if !tie::keep(db, ties).await? {
        tracing::debug!(referral.id = %ties.referral, "ties that are older, or of a referral that is not here, change nothing");
    }
    Ok(())
}
