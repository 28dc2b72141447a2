//! Sealed value: a format byte, the id of its data key, a nonce, and AES-256-GCM over the padded bytes.

use std::sync::Arc;

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey},
    hmac,
};
use base::Private;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Fault, strung};

/// First byte of what this version seals.
const FORMAT: u8 = 1;
const ID: usize = 16;
const NONCE: usize = 12;
const TAG: usize = 16;
/// Length of the prefix before the padded bytes: how many of them are the value.
const LENGTH: usize = 4;
/// Prefix of an index: no text that a person types begins so.
pub const INDEX: &str = "hmac-sha256:";
/// Steps of length below [`STEPS_END`]; above it, powers of two.
const STEP: usize = 64;
const STEPS_END: usize = 1024;

/// Place of a value. It opens nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub table: &'static str,
    pub column: &'static str,
    /// Id of the row, or one made from its key by [`object_of`].
    pub row: Uuid,
}

impl Place {
    #[must_use]
    pub const fn new(table: &'static str, column: &'static str, row: Uuid) -> Self {
        Self { table, column, row }
    }

    /// Binding of the value.
    fn bound(self, service: &str, key: Uuid) -> Vec<u8> {
        let parts = [service.as_bytes(), self.table.as_bytes(), self.column.as_bytes(), self.row.as_bytes(), key.as_bytes()];
        strung(&[FORMAT], parts)
    }
}

/// Id for an object with a text or several columns as its key: the same text, the same id. It hides nothing that can be guessed.
#[must_use]
pub fn object_of(text: &str) -> Uuid {
    let digest = Sha256::digest(text.as_bytes());
    let mut bytes = [0_u8; ID];
    bytes.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// Id of the month of a moment: owner of keys that belong to no object, so that none seals for ever.
#[must_use]
pub fn month(at: OffsetDateTime) -> Uuid {
    object_of(&format!("{}-{}", at.year(), u8::from(at.month())))
}

/// Unwrapped data key. It does not print, and is wiped when the last copy of it ends.
#[derive(Clone)]
pub struct DataKey {
    id: Uuid,
    service: &'static str,
    material: Arc<RandomizedNonceKey>,
    index: hmac::Key,
}

impl DataKey {
    pub(super) fn new(id: Uuid, service: &'static str, bytes: &[u8]) -> Result<Self, Fault> {
        let material = RandomizedNonceKey::new(&AES_256_GCM, bytes).map_err(|_| Fault::Broken)?;
        // A key of its own, so that nothing an index shows bears on the cipher.
        let index = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, bytes), b"blind index");
        Ok(Self { id, service, material: Arc::new(material), index: hmac::Key::new(hmac::HMAC_SHA256, index.as_ref()) })
    }

    #[must_use]
    pub const fn id(&self) -> Uuid {
        self.id
    }

    /// Seals a value for its place.
    ///
    /// # Errors
    /// The machine gives no random bytes.
    pub fn seal(&self, place: Place, plain: &[u8]) -> Result<Vec<u8>, Fault> {
        let mut padded = pad(plain);
        let aad = Aad::from(place.bound(self.service, self.id));
        let failed = |_| Fault::KeyStore("the cipher cannot seal".to_owned());
        let nonce = self.material.seal_in_place_append_tag(aad, &mut padded).map_err(failed)?;
        let mut sealed = Vec::with_capacity(1 + ID + NONCE + padded.len());
        sealed.push(FORMAT);
        sealed.extend(self.id.as_bytes());
        sealed.extend(nonce.as_ref());
        sealed.append(&mut padded);
        Ok(sealed)
    }

    /// Blind index of a text that is only ever looked up: the same text, the same index, and no way back without the key.
    #[must_use]
    pub fn index(&self, text: &str) -> String {
        INDEX.to_owned() + &hex::encode(hmac::sign(&self.index, text.as_bytes()))
    }

    /// Opens a value in its place.
    ///
    /// # Errors
    /// [`Fault::Broken`]: another key sealed it, it was changed, or it belongs elsewhere.
    pub fn open(&self, place: Place, sealed: &[u8]) -> Result<Private<Vec<u8>>, Fault> {
        let (id, nonce, body) = split(sealed)?;
        if id != self.id {
            return Err(Fault::Broken);
        }
        let mut bytes = body.to_vec();
        let aad = Aad::from(place.bound(self.service, self.id));
        let opened = self.material.open_in_place(nonce, aad, &mut bytes).map_err(|_| Fault::Broken)?.len();
        bytes.truncate(opened);
        unpad(bytes).map(Private::new)
    }
}

/// Id of the data key that sealed a value.
pub(super) fn key_id(sealed: &[u8]) -> Result<Uuid, Fault> {
    split(sealed).map(|(id, _, _)| id)
}

fn split(sealed: &[u8]) -> Result<(Uuid, Nonce, &[u8]), Fault> {
    let (format, rest) = sealed.split_first().ok_or(Fault::Broken)?;
    let (id, rest) = rest.split_at_checked(ID).ok_or(Fault::Broken)?;
    let (nonce, body) = rest.split_at_checked(NONCE).ok_or(Fault::Broken)?;
    if *format != FORMAT || body.len() < TAG + LENGTH {
        return Err(Fault::Broken);
    }
    let id = Uuid::from_slice(id).map_err(|_| Fault::Broken)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Fault::Broken)?;
    Ok((id, nonce, body))
}

/// Padded length of a value of this length: the same for all values of one bucket.
const fn bucket(length: usize) -> usize {
    let needed = length + LENGTH;
    if needed <= STEPS_END { needed.div_ceil(STEP) * STEP } else { needed.next_power_of_two() }
}

fn pad(plain: &[u8]) -> Vec<u8> {
    let mut padded = Vec::with_capacity(bucket(plain.len()) + TAG);
    padded.extend(u32::try_from(plain.len()).unwrap_or(u32::MAX).to_le_bytes());
    padded.extend(plain);
    padded.resize(bucket(plain.len()), 0);
    padded
}

fn unpad(mut padded: Vec<u8>) -> Result<Vec<u8>, Fault> {
    let (length, _) = padded.split_first_chunk::<LENGTH>().ok_or(Fault::Broken)?;
    let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| Fault::Broken)?;
    if length > padded.len() - LENGTH {
        return Err(Fault::Broken);
    }
    padded.drain(..LENGTH);
    padded.truncate(length);
    Ok(padded)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const ROW: Uuid = Uuid::from_u128(7);
    const PLACE: Place = Place::new("person", "name", ROW);

    fn key(n: u8) -> DataKey {
        DataKey::new(Uuid::from_u128(u128::from(n)), "cases", &[n; 32]).unwrap()
    }

    #[test]
    fn a_value_opens_in_its_place_and_a_moved_changed_or_foreign_one_does_not() {
        let sealed = key(1).seal(PLACE, b"Ada Exemple").unwrap();
        assert_eq!(key(1).open(PLACE, &sealed).unwrap().expose(), b"Ada Exemple");
        let elsewhere = [
            Place { table: "people", ..PLACE },
            Place { column: "fps", ..PLACE },
            Place { row: Uuid::from_u128(8), ..PLACE },
            // The parts are not only concatenated.
            Place { table: "personn", column: "ame", ..PLACE },
        ];
        for place in elsewhere {
            assert_eq!(key(1).open(place, &sealed).unwrap_err(), Fault::Broken, "{place:?}");
        }
        let other_service = DataKey { service: "safety", ..key(1) };
        assert_eq!(other_service.open(PLACE, &sealed).unwrap_err(), Fault::Broken);
        assert_eq!(key(2).open(PLACE, &sealed).unwrap_err(), Fault::Broken);
        let under_another_id = DataKey { id: Uuid::from_u128(1), ..key(2) };
        assert_eq!(under_another_id.open(PLACE, &sealed).unwrap_err(), Fault::Broken);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(key(1).open(PLACE, &changed).is_err(), "byte {at}");
            assert!(key(1).open(PLACE, &sealed[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn the_same_value_twice_is_two_different_values_and_neither_holds_it() {
        let (one, other) = (key(1).seal(PLACE, b"Ada Exemple").unwrap(), key(1).seal(PLACE, b"Ada Exemple").unwrap());
        assert_ne!(one, other);
        assert!(!one.windows(3).any(|w| w == b"Ada"));
    }

    #[test]
    fn lengths_say_little() {
        let lengths: BTreeSet<usize> = (0..=60).map(|n| key(1).seal(PLACE, &vec![b'x'; n]).unwrap().len()).collect();
        assert_eq!(lengths.len(), 1);
        let long: BTreeSet<usize> = (1_021..=60_000).step_by(97).map(|n| key(1).seal(PLACE, &vec![b'x'; n]).unwrap().len()).collect();
        assert_eq!(long.len(), 6);
        for n in [0, 1, 59, 60, 61, 1_020, 1_021, 2_044, 2_045, 40_000] {
            let plain = vec![b'x'; n];
            assert_eq!(key(1).open(PLACE, &key(1).seal(PLACE, &plain).unwrap()).unwrap().expose(), &plain);
        }
    }
}
