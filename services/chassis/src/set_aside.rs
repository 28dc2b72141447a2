//! What a message that was set aside holds: its headers and its body, sealed together, as they came.

use std::collections::BTreeMap;

use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::{
    inbox::Incoming,
    vault::{self, Fault, Owner, Place, Vault, object_of},
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
    let headers = serde_json::to_vec(&message.headers).unwrap_or_default();
    let mut plain = u32::try_from(headers.len()).unwrap_or(u32::MAX).to_le_bytes().to_vec();
    plain.extend(headers);
    plain.extend(message.body.as_ref());
    let month = object_of(&format!("{}-{}", at.year(), u8::from(at.month())));
    let sealed = vault.seal(tx, Owner::of("quarantine", month), place(consumer, &message.event_id), &plain, at).await;
    vault::or_clear(sealed, "quarantine")
}

/// Headers and body of a message that was set aside.
///
/// # Errors
/// A statement failed, or what was sealed does not open.
pub(crate) async fn open(
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
