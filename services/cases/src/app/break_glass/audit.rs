//! Uses of break-glass, written to the audit log after the fact.

use crate::{app::App, store::break_glass};

/// Most entries written in one pass.
const BATCH: i64 = 500;

/// One pass: writes the stored uses to the audit log and returns how many.
///
/// # Errors
/// The log takes no entries; all uses stay stored.
pub async fn enter_uses(app: &App) -> sqlx::Result<usize> {
    let mut tx = app.begin_itself().await?;
    let entered = break_glass::enter_uses(&mut tx, BATCH, app.clock.now()).await?;
    tx.commit().await?;
    Ok(entered)
}
