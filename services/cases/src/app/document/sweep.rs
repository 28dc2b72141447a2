//! Removal of orphaned bytes from the object store [TS1c].

use base::Result;

use crate::{
    app::{App, document::documents::away},
    store::document::metadata,
};

/// Age at which bytes without a document row count as orphaned: the process that wrote them died before it added the row.
const ORPHANED_AFTER: time::Duration = time::Duration::DAY;
/// Ids checked against the database in one statement.
const BATCH: usize = 500;

/// One pass; returns how many were removed.
///
/// # Errors
/// The store or the database does not answer.
pub async fn sweep(app: &App) -> Result<usize> {
    let Some(blobs) = &app.documents.blobs else { return Ok(0) };
    let stored = blobs.older_than(app.clock.now() - ORPHANED_AFTER).await.map_err(|error| away(&error))?;
    let mut removed = 0;
    // All of them: orphans may be listed behind any number of documents.
    for some in stored.chunks(BATCH) {
        let mut tx = app.begin_itself().await?;
        let unknown = metadata::unknown(&mut tx, some).await?;
        tx.commit().await?;
        for id in &unknown {
            blobs.remove(*id).await.map_err(|error| away(&error))?;
        }
        removed += unknown.len();
    }
    if removed > 0 {
        tracing::warn!(removed, "bytes that stand on no file were removed from the store of documents");
    }
    Ok(removed)
}
