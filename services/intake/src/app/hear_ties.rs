//! Cases tells who is tied to the case of a referral: nobody else of the officers reads it or decides on it [R3c].

use chassis::Result;
use sqlx::PgConnection;

use crate::{domain::tie::Ties, store::tie};

/// Keeps it, in the caller's transaction. What is older than what is known changes nothing; a referral that is not here has no readers.
///
/// # Errors
/// The statement failed.
pub async fn hear_ties(db: &mut PgConnection, ties: &Ties) -> Result<()> {
    if !tie::keep(db, ties).await? {
        tracing::debug!(referral.id = %ties.referral, "ties that are older, or of a referral that is not here, change nothing");
    }
    Ok(())
}
