//! Keeps a document on a case file: its bytes sealed in the store of documents first, then what is known of it here [TS1c].

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

/// How often what stands on no file is looked for in the store.
const SWEEP_INTERVAL: Duration = Duration::from_secs(3_600);
/// What was written longer ago than this and stands on no file is of a process that died before it could put it there.
const ORPHANED_AFTER: time::Duration = time::Duration::DAY;
/// Ids that the database is asked about at once.
const BATCH: usize = 500;

/// Where documents stand, and how large one may be.
#[derive(Clone)]
pub struct Documents {
    /// None where no store is set.
    pub blobs: Option<Blobs>,
    /// Bytes of one document at most.
    pub largest: usize,
}

impl Documents {
    /// The store.
    ///
    /// # Errors
    /// Refused where none is set.
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

/// Keeps the document; the same key again, with the same bytes, answers with what stands there.
///
/// # Errors
/// Not found, or a refusal: a closed case, a document that is too large, not what it says, or under the key of another.
pub async fn keep_document(
    app: &App,
    caller: &Caller,
    case_ref: &str,
    offered: std::result::Result<(Offered, Vec<u8>), Refusal>,
) -> Result<Document> {
    let mut tx = app.begin(caller).await?;
    let file = find(&mut tx, app.clock.now(), caller, Verb::KeepDocument, case_ref).await?;
    // Only now: what is wrong with a document is said to nobody who may not know of the case.
    let (offered, bytes) = offered?;
    offered.fits(&bytes, app.documents.largest)?;
    let hash = Sha256::digest(&bytes).to_vec();
    if let Some(known) = document::under_key(&mut tx, &app.vault, file.id, &offered.key).await? {
        return the_same(known, &hash);
    }
    let key = sealed::key(&mut tx, &app.vault, file.id, offered.side, app.clock.now()).await?;
    tx.commit().await?;

    // The bytes first: a document on the file is one that can be read. Nothing is held while they are written.
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
    // The same submission was faster.
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

/// The store does not answer, or has lost what it had.
pub(super) fn away(error: &std::io::Error) -> Error {
    tracing::error!(reason = %error.kind(), "the store of documents does not do what was asked");
    Error::Unavailable { what: "the store of documents" }
}

/// Removes from the store, until stopped, what a process that died has left there.
///
/// # Errors
/// None: what fails is tried again.
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

/// One look; how many were removed.
///
/// # Errors
/// The store or the database does not answer.
pub async fn sweep(app: &App) -> Result<usize> {
    let Some(blobs) = &app.documents.blobs else { return Ok(0) };
    let stored = blobs.older_than(app.clock.now() - ORPHANED_AFTER).await.map_err(|error| away(&error))?;
    let mut removed = 0;
    // All of them: what stands on no file may be listed behind any number of documents that do.
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
