//! Deferred audit entries: stored in the service's own tables, and entered when the log accepts them.
//!
//! For the few acts that must not wait for the log: the service stores them in the transaction of the act itself, and enters them
//! afterwards, in one transaction with the mark that it has. So none is lost, and none is entered twice.

use sqlx::PgConnection;
use time::OffsetDateTime;

use super::Act;

/// Act and its time: the entry bears that time, not the time it was entered.
#[derive(Debug, Clone)]
pub struct Deferred<'a> {
    pub act: Act<'a>,
    /// `granted`, `hidden` or `refused`.
    pub outcome: &'a str,
    /// Reason code, or empty.
    pub reason: &'a str,
    pub at: OffsetDateTime,
}

/// Enters deferred acts, in order.
///
/// # Errors
/// The statement failed; the caller's transaction with it, and the stored acts stay stored.
pub async fn enter(tx: &mut PgConnection, entries: &[Deferred<'_>]) -> sqlx::Result<()> {
    for entry in entries {
        super::write(tx, std::slice::from_ref(&entry.act), entry.outcome, entry.reason, entry.at).await?;
    }
    Ok(())
}
