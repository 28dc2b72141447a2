//! The delivery ledger, for the RJ Unit and operations: who was told, by which channel, and what went wrong. No content.

use chassis::Result;

use super::App;
use crate::store::{self, delivery::Line};

/// The newest lines of the ledger.
///
/// # Errors
/// The database did not answer.
pub async fn list(app: &App, limit: i64) -> Result<Vec<Line>> {
    let mut db = app.pool.acquire().await?;
    Ok(store::delivery::list(&mut db, limit).await?)
}
