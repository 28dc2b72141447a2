//! Domain rules of safety: no async, no I/O, no wire types.

pub mod alarm;
pub mod directory;

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Deterministic id of these parts, in this order. Anybody who knows the parts can compute it: it is no proof of anything.
#[must_use]
pub fn id_of(parts: &[&[u8]]) -> Uuid {
    fingerprint_id(&Sha256::digest(parts.join(&0)))
}

/// A UUID (version 8) from the first 16 bytes of a digest.
#[must_use]
pub fn fingerprint_id(digest: &[u8]) -> Uuid {
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(digest) {
        *to = *from;
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
