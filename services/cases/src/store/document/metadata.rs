//! Document metadata; the bytes are in the object store, sealed under the key of their side.

use proto::id::CaseId;
use sqlx::PgConnection;
use uuid::Uuid;
use vault::{DataKey, Place, Vault};

use crate::{
    domain::{
        document::{Document, Kind},
        participant::kind::Side,
    },
    store::{
        decode::known,
        sealed::{OF_THE_FILE, side_code},
    },
};

const fn name(id: Uuid) -> Place {
    Place::new("document", "name", id)
}

const fn hash(id: Uuid) -> Place {
    Place::new("document", "hash", id)
}

/// The place to which the bytes of a document are bound; they cannot be opened elsewhere.
#[must_use]
pub const fn content(id: Uuid) -> Place {
    Place::new("document", "content", id)
}

fn side_of(code: &str) -> sqlx::Result<Option<Side>> {
    if code == OF_THE_FILE { Ok(None) } else { known("side", code).map(Some) }
}

/// Adds a document to the file, under its key. `false` where the key of its submission is already used.
///
/// # Errors
/// The statement failed, or it cannot be sealed.
pub async fn keep(tx: &mut PgConnection, key: &DataKey, case: CaseId, document: &Document, submission: &str) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into document (id, case_id, side, kind, media_type, name_sealed, size, hash_sealed, submission_key, kept_by, kept_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict on constraint document_kept_once_per_key do nothing",
        document.id,
        case.uuid(),
        side_code(document.side),
        document.kind.code(),
        document.media.name(),
        key.seal(name(document.id), document.name.expose().as_bytes())?,
        i64::try_from(document.size).unwrap_or(i64::MAX),
        key.seal(hash(document.id), document.hash.expose())?,
        submission,
        document.kept_by,
        document.kept_at
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The document with this submission key.
///
/// # Errors
/// A statement failed, or a sealed value cannot be opened.
pub async fn under_key(tx: &mut PgConnection, vault: &Vault, case: CaseId, submission: &str) -> sqlx::Result<Option<Document>> {
    let id = sqlx::query_scalar!("select id from document where case_id = $1 and submission_key = $2", case.uuid(), submission)
        .fetch_optional(&mut *tx)
        .await?;
    match id {
        Some(id) => Ok(find(tx, vault, id).await?.map(|(_, document)| document)),
        None => Ok(None),
    }
}

/// One document, and the case to which it belongs.
///
/// # Errors
/// A statement failed, or a sealed value cannot be opened.
pub async fn find(tx: &mut PgConnection, vault: &Vault, id: Uuid) -> sqlx::Result<Option<(CaseId, Document)>> {
    let case = sqlx::query_scalar!("select case_id from document where id = $1", id).fetch_optional(&mut *tx).await?;
    let Some(case) = case.map(CaseId::new) else { return Ok(None) };
    Ok(read(tx, vault, case, Some(id)).await?.pop().map(|document| (case, document)))
}

/// The kind and the side of a document of this case; `None` where the case has none under this id.
///
/// # Errors
/// The statement failed.
pub async fn kind_and_side(tx: &mut PgConnection, case: CaseId, id: Uuid) -> sqlx::Result<Option<(Kind, Option<Side>)>> {
    let row = sqlx::query!("select kind, side from document where case_id = $1 and id = $2", case.uuid(), id).fetch_optional(tx).await?;
    row.map(|row| Ok((known("kind", &row.kind)?, side_of(&row.side)?))).transpose()
}

/// Every document on a file, oldest first.
///
/// # Errors
/// A statement failed, or a sealed value cannot be opened.
pub async fn of_case(tx: &mut PgConnection, vault: &Vault, case: CaseId) -> sqlx::Result<Vec<Document>> {
    read(tx, vault, case, None).await
}

async fn read(tx: &mut PgConnection, vault: &Vault, case: CaseId, only: Option<Uuid>) -> sqlx::Result<Vec<Document>> {
    let rows = sqlx::query!(
        "select id, side, kind, media_type, name_sealed, size, hash_sealed, kept_by, kept_at from document
         where case_id = $1 and ($2::uuid is null or id = $2) order by kept_at, id",
        case.uuid(),
        only
    )
    .fetch_all(&mut *tx)
    .await?;
    let sealed: Vec<&[u8]> = rows.iter().flat_map(|row| [row.name_sealed.as_slice(), row.hash_sealed.as_slice()]).collect();
    let keys = vault.keys_of(tx, &sealed).await?;
    rows.into_iter()
        .map(|row| {
            Ok(Document {
                id: row.id,
                side: side_of(&row.side)?,
                kind: known("kind", &row.kind)?,
                media: known("media_type", &row.media_type)?,
                name: keys.text(name(row.id), Some(&row.name_sealed), None)?,
                size: u64::try_from(row.size).unwrap_or_default(),
                hash: keys.open(hash(row.id), &row.hash_sealed)?,
                kept_by: row.kept_by,
                kept_at: row.kept_at,
            })
        })
        .collect()
}

/// Opens the bytes of a document.
///
/// # Errors
/// A statement failed, the key is destroyed, or the bytes are not those that were stored.
pub async fn open(tx: &mut PgConnection, vault: &Vault, id: Uuid, bytes: &[u8]) -> sqlx::Result<base::Private<Vec<u8>>> {
    Ok(vault.keys_of(tx, &[bytes]).await?.open(content(id), bytes)?)
}

/// Of these ids, those without a document.
///
/// # Errors
/// The statement failed.
pub async fn unknown(tx: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"select id as "id!" from unnest($1::uuid[]) as stored (id) where not exists (select from document d where d.id = stored.id)"#,
        ids
    )
    .fetch_all(tx)
    .await
}
