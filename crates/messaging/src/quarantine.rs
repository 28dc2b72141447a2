//! Quarantine of messages that can never succeed as they are: stored with their headers and their body, sealed together, as received.

use std::collections::BTreeMap;

use bytes::Bytes;
use sqlx::PgConnection;
use time::OffsetDateTime;
use vault::{Fault, Owner, Place, Vault, month, object_of};

use crate::{BATCH, handler::Incoming};

/// Quarantines a message with its bytes, sealed, and records it as consumed; logs why, without content. In the caller's transaction.
///
/// # Errors
/// A statement failed.
pub async fn put(
    tx: &mut PgConnection,
    vault: &Vault,
    consumer: &str,
    message: &Incoming,
    (reason, detail): (&'static str, &str),
    id: uuid::Uuid,
    at: OffsetDateTime,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into inbox (consumer, event_id, received_at) values ($1, $2, $3) on conflict do nothing",
        consumer,
        message.event_id,
        at
    )
    .execute(&mut *tx)
    .await?;
    let sealed = seal(tx, vault, consumer, message, at).await?;
    let (headers, body) = match sealed {
        Some(_) => (serde_json::json!({}), Bytes::new()),
        None => (serde_json::to_value(&message.headers).unwrap_or_default(), message.body.clone()),
    };
    sqlx::query!(
        "insert into quarantine (id, consumer, event_id, subject, headers, body, sealed, reason, detail, received_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (consumer, event_id) do update set reason = excluded.reason, detail = excluded.detail, replay_asked_at = null,
             tries = quarantine.tries + 1",
        id,
        consumer,
        message.event_id,
        message.subject,
        headers,
        body.as_ref(),
        sealed,
        reason,
        detail,
        at
    )
    .execute(&mut *tx)
    .await?;
    tracing::error!(consumer, quarantine.id = %id, reason, detail, "a message was set aside: somebody must look");
    Ok(())
}

/// Place of the message. A message that is quarantined again keeps its row.
fn place(consumer: &str, event_id: &str) -> Place {
    Place::new("quarantine", "sealed", object_of(&format!("{consumer}|{event_id}")))
}

/// Headers and body, sealed under the key of the month; `None` where they must be stored in clear.
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

/// Seals messages that were quarantined without a key, or by a version that did not seal; returns how many.
pub(crate) async fn seal_in_clear(tx: &mut PgConnection, vault: &Vault, at: OffsetDateTime) -> sqlx::Result<usize> {
    let rows = sqlx::query!(
        "select id, consumer, event_id, headers, body from quarantine where sealed is null order by id limit $1 for update skip locked",
        BATCH
    )
    .fetch_all(&mut *tx)
    .await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let key = vault.key(tx, Owner::of("quarantine", month(at)), at).await?;
    for row in &rows {
        let headers = serde_json::from_value(row.headers.clone()).unwrap_or_default();
        let sealed = key.seal(place(&row.consumer, &row.event_id), &whole(&headers, &row.body))?;
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

/// Headers and body of a quarantined message.
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
