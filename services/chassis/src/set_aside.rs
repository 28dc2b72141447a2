//! What a message that was set aside holds: its headers and its body, sealed together, as they came.

use std::collections::BTreeMap;

use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::{
    inbox::Incoming,
    vault::{self, BATCH, Fault, Owner, Place, Vault, month, object_of},
};

/// Where the message stands. The row of a message that is set aside again is the former one.
fn place(consumer: &str, event_id: &str) -> Place {
    Place::new("quarantine", "sealed", object_of(&format!("{consumer}|{event_id}")))
}

/// Headers and body, sealed under the key of the month; `None` where they must be kept in clear.
pub(crate) async fn seal(
    tx: &mut PgConnection,
    vault: &Vault,
    consumer: &str,
    message: &Incoming,
    at: OffsetDateTime,
) -> sqlx::Result<Option<Vec<u8>>> {
    let plain = whole(&message.headers, message.body.as_ref());
    let place = place(consumer, &message.event_id);
    vault::or_clear(vault.seal(tx, Owner::of("quarantine", month(at)), place, &plain, at).await, "quarantine")
}

/// Seals messages that were set aside without a key, or by a version that did not seal; how many.
pub(crate) async fn seal_in_clear(tx: &mut PgConnection, vault: &Vault, at: OffsetDateTime) -> sqlx::Result<usize> {
    let rows = sqlx::query!(
        "select id, consumer, event_id, headers, body from quarantine where sealed is null order by id limit $1 for update skip locked",
        BATCH
    )
    .fetch_all(&mut *tx)
    .await?;
    for row in &rows {
        let headers = serde_json::from_value(row.headers.clone()).unwrap_or_default();
        let plain = whole(&headers, &row.body);
        let sealed = vault.seal(tx, Owner::of("quarantine", month(at)), place(&row.consumer, &row.event_id), &plain, at).await?;
        sqlx::query!("update quarantine set headers = '{}', body = '', sealed = $2 where id = $1", row.id, sealed)
            .execute(&mut *tx)
            .await?;
    }
    Ok(rows.len())
}

fn whole(headers: &BTreeMap<String, String>, body: &[u8]) -> Vec<u8> {
    let headers = serde_json::to_vec(headers).unwrap_or_default();
    let mut plain = u32::try_from(headers.len()).unwrap_or(u32::MAX).to_le_bytes().to_vec();
    plain.extend(headers);
    plain.extend(body);
    plain
}

/// Headers and body of a message that was set aside.
///
/// # Errors
/// A statement failed, or what was sealed does not open.
pub async fn open(
    db: &mut PgConnection,
    vault: &Vault,
    consumer: &str,
    event_id: &str,
    sealed: &[u8],
) -> sqlx::Result<(BTreeMap<String, String>, Vec<u8>)> {
    let plain = vault.open(db, place(consumer, event_id), sealed).await?;
    Ok(parts(&plain).ok_or(Fault::Broken)?)
}

fn parts(plain: &[u8]) -> Option<(BTreeMap<String, String>, Vec<u8>)> {
    let (length, rest) = plain.split_first_chunk::<4>()?;
    let (headers, body) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
    Some((serde_json::from_slice(headers).ok()?, body.to_vec()))
}
