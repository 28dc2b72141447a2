//! Use case: store a document of a case file, its sealed bytes in the object store first, then its metadata in the database [TS1c].

use base::{Caller, Error, Refusal, Result};
use sha2::{Digest, Sha256};

use crate::{
    app::{
        App,
        access::need_to_know::{find, lock},
        document::documents::away,
    },
    domain::{
        access::decision::Verb,
        document::{Document, Offered},
    },
    error,
    store::{document::metadata, sealed},
};

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
    if let Some(known) = metadata::under_key(&mut tx, &app.vault, file.id, &offered.key).await? {
        return the_same(known, &hash);
    }
    let key = sealed::key(&mut tx, &app.vault, file.id, offered.side, app.clock.now()).await?;
    tx.commit().await?;

    // Bytes first: a document on the file is always readable. No lock is held while they are written.
    let id = app.ids.uuid();
    let blobs = app.documents.blobs()?;
    let whole = key.seal(metadata::content(id), &bytes).map_err(sqlx::Error::from)?;
    blobs.put(id, whole).await.map_err(|error| away(&error))?;

    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, Verb::KeepDocument, case_ref).await?;
    let Offered { side, kind, media, name, key: submission } = offered;
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let kept = Document { id, side, kind, media, name, size, hash: hash.clone().into(), kept_by: caller.subject.clone(), kept_at: at };
    if metadata::keep(&mut tx, &key, file.id, &kept, &submission).await? {
        tx.commit().await?;
        tracing::info!(case.id = %file.id, "document kept");
        return Ok(kept);
    }
    // A concurrent submission with the same key committed first.
    let known = metadata::under_key(&mut tx, &app.vault, file.id, &submission).await?.ok_or(Error::NotFound)?;
    tx.rollback().await?;
    if let Err(error) = blobs.remove(id).await {
        tracing::warn!(reason = %error.kind(), "what was written twice is removed later");
    }
    the_same(known, &hash)
}

fn the_same(known: Document, hash: &[u8]) -> Result<Document> {
    if known.hash.expose() == hash { Ok(known) } else { Err(error::document_key_used().into()) }
}
