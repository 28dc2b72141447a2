//! Use case: reading the delivery ledger, for the RJ Unit and operations: who was notified, by which channel, and what failed. No content.

use base::{Caller, Result};

use super::{App, LEDGER};
use crate::store::{
    self,
    delivery::{After, Line},
};

/// Page of the newest lines of the ledger, of one reference where one is given; and where the next page begins.
///
/// # Errors
/// The database did not answer.
pub async fn list(app: &App, caller: &Caller, reference: &str, after: Option<After>, limit: i64) -> Result<(Vec<Line>, Option<After>)> {
    let mut tx = app.begin_for(caller, LEDGER, Vec::new()).await?;
    let lines = match reference {
        "" => store::delivery::list(&mut tx, after, limit).await?,
        reference => store::delivery::list_of(&mut tx, reference, after, limit).await?,
    };
    tx.commit().await?;
    Ok(lines)
}
