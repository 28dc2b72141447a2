//! Use case: store a document of a case file, its sealed bytes in the object store first, then its metadata in the database [TS1c].

use std::time::Duration;

use chassis::{Caller, Error, Refusal, Result};
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use super::{App, find, lock};
use crate::{
    domain::{
        decision::Verb,
        document::{Document, Offered, key_used},
    },
    store::{blob::Blobs, document, sealed},
};

/// Interval of the sweep for orphaned bytes in the object store.
const SWEEP_INTERVAL: Duration = Duration::from_secs(3_600);
/// Age at which bytes without a document row count as orphaned: the process that wrote them died before it added the row.
const ORPHANED_AFTER: time::Duration = time::Duration::DAY;
/// Ids checked against the database in one statement.
const BATCH: usize = 500;

/// The object store for documents, and the size limit.
#[derive(Clone)]
pub struct Documents {
    /// `None` where no store is configured.
    pub blobs: Option<Blobs>,
    /// Most bytes of one document.
    pub largest: usize,
}

impl Documents {
    /// The object store.
    ///
    /// # Errors
    /// Refused where none is configured.
    pub fn blobs(&self) -> Result<&Blobs> {
        self.blobs.as_ref().ok_or_else(|| {
            Refusal::precondition(
                "documents-not-configured",
                "TS1c",
                "no store of documents is set for this service: ask operations",
                "aucun dépôt de documents n'est configuré pour ce service : adressez-vous aux opérations",
            )
            .into()
        })
    }
}

/// Stores the document; the same key with the same bytes returns the document already stored.
///
/// # Errors
/// Not found, or a refusal: a closed case, a document too large or of another type than stated, or a key used for another one.
pub async fn keep_document(
    app: &App,
    caller: &Caller,
    case_ref: &str,
    offered: std::result::Result<(Offered, Vec<u8>), Refusal>,
) -> Result<Document> {
    let mut tx = app.begin(caller).await?;
    let file = find(&mut tx, app.clock.now(), caller, Verb::KeepDocument, case_ref).await?;
    // Only now: what is wrong with a document is not reported to a caller who may not know of the case.
    let (offered, bytes) = offered?;
    offered.fits(&bytes, app.documents.largest)?;
    let hash = Sha256::digest(&bytes).to_vec();
    if let Some(known) = document::under_key(&mut tx, &app.vault, file.id, &offered.key).await? {
        return the_same(known, &hash);
    }
    let key = sealed::key(&mut tx, &app.vault, file.id, offered.side, app.clock.now()).await?;
    tx.commit().await?;

    // Bytes first: a document on the file is always readable. No lock is held while they are written.
    let id = app.ids.uuid();
    let blobs = app.documents.blobs()?;
    let whole = key.seal(document::content(id), &bytes).map_err(sqlx::Error::from)?;
    blobs.put(id, whole).await.map_err(|error| away(&error))?;

    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, Verb::KeepDocument, case_ref).await?;
    let Offered { side, kind, media, name, key: submission } = offered;
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let kept = Document { id, side, kind, media, name, size, hash: hash.clone().into(), kept_by: caller.subject.clone(), kept_at: at };
    if document::keep(&mut tx, &key, file.id, &kept, &submission).await? {
        tx.commit().await?;
        tracing::info!(case.id = %file.id, "document kept");
        return Ok(kept);
    }
    // A concurrent submission with the same key committed first.
    let known = document::under_key(&mut tx, &app.vault, file.id, &submission).await?.ok_or(Error::NotFound)?;
    tx.rollback().await?;
    if let Err(error) = blobs.remove(id).await {
        tracing::warn!(reason = %error.kind(), "what was written twice is removed later");
    }
    the_same(known, &hash)
}

fn the_same(known: Document, hash: &[u8]) -> Result<Document> {
    if known.hash.expose() == hash { Ok(known) } else { Err(key_used().into()) }
}

/// The error where the object store does not answer, or has lost the bytes.
pub(super) fn away(error: &std::io::Error) -> Error {
    tracing::error!(reason = %error.kind(), "the store of documents does not do what was asked");
    Error::Unavailable { what: "the store of documents" }
}

/// Removes orphaned bytes from the object store until stopped.
///
/// # Errors
/// None: a failed pass is retried.
pub async fn keep_swept(app: App, stop: CancellationToken) -> anyhow::Result<()> {
    loop {
        match sweep(&app).await {
            Ok(0) => {}
            Ok(removed) => tracing::warn!(removed, "bytes that stand on no file were removed from the store of documents"),
            Err(error) => tracing::warn!(error = %error, "the store of documents cannot be swept"),
        }
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(SWEEP_INTERVAL) => {}
        }
    }
}

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
        let unknown = document::unknown(&mut tx, some).await?;
        tx.commit().await?;
        for id in &unknown {
            blobs.remove(*id).await.map_err(|error| away(&error))?;
        }
        removed += unknown.len();
    }
    Ok(removed)
}
