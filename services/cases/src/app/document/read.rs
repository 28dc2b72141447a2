//! Use cases: list the documents of a case, and read the bytes of one [R3c, TS1c].

use base::{Caller, Error, Private, Result};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    app::{
        App,
        access::need_to_know::{find, note, seen},
        document::documents::away,
    },
    domain::{access::decision::Verb, case::reference::CaseRef, document::Document},
    store::document::metadata,
};

/// Every document of a case, oldest first, without its bytes.
///
/// # Errors
/// Not found.
pub async fn list_documents(app: &App, caller: &Caller, case_ref: &str) -> Result<Vec<Document>> {
    let mut tx = app.begin(caller).await?;
    let at = app.clock.now();
    let file = find(&mut tx, at, caller, Verb::ListDocuments, case_ref).await?;
    let documents = metadata::of_case(&mut tx, &app.vault, file.id).await?;
    note(&mut tx, caller, Verb::ListDocuments, &file, at).await?;
    tx.commit().await?;
    Ok(documents)
}

/// One document with its bytes, exactly as stored. The reading is in the audit log before it is shown.
///
/// # Errors
/// Not found; or the object store does not answer.
pub async fn read_document(app: &App, caller: &Caller, id: Uuid) -> Result<(Document, Private<Vec<u8>>)> {
    let mut tx = app.begin(caller).await?;
    let at = app.clock.now();
    let (case, found) = metadata::find(&mut tx, &app.vault, id).await?.ok_or(Error::NotFound)?;
    let file = seen(&mut tx, caller, Verb::ReadDocument, &CaseRef::Id(case), at).await?;
    note(&mut tx, caller, Verb::ReadDocument, &file, at).await?;
    tx.commit().await?;
    let sealed = app.documents.blobs()?.get(id).await.map_err(|error| away(&error))?;
    let mut tx = app.begin(caller).await?;
    let bytes = metadata::open(&mut tx, &app.vault, id, &sealed).await?;
    tx.commit().await?;
    if Sha256::digest(bytes.expose()).as_slice() == found.hash.expose().as_slice() {
        Ok((found, bytes))
    } else {
        Err(Error::Internal("a document is not what was kept".to_owned()))
    }
}
