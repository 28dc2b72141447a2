//! Key with which a service signs its checkpoints: a file that neither the database nor its superuser holds.

use std::path::Path;

use anyhow::Context as _;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

/// Whether a public key signed these bytes.
#[must_use]
pub fn signed_by(key: &[u8], bytes: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, key).verify(bytes, signature).is_ok()
}

/// Whether a public key signed exactly this row, as [`Signer::sign_row`] does.
#[must_use]
pub fn row_signed_by(key: &[u8], kind: &str, values: &[&str], signature: &[u8]) -> bool {
    signed_by(key, &row_bytes(kind, values), signature)
}

/// The 32 bytes of 64 hexadecimal digits.
#[must_use]
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    hex::decode(text).ok().filter(|bytes| bytes.len() == 32)
}

/// Bytes that are signed. The name keeps a checkpoint of one service from standing in another's log.
#[must_use]
pub fn signed_bytes(log: &str, size: i64, root: &[u8], at: i64) -> Vec<u8> {
    let mut bytes = format!("audit checkpoint 1\n{log}\n{size}\n{at}\n").into_bytes();
    bytes.extend(root);
    bytes
}

/// Public key of a service, from a folder that holds a file per service.
///
/// # Errors
/// The file cannot be read or holds no such key.
pub fn public_key(folder: &Path, service: &str) -> anyhow::Result<Vec<u8>> {
    let path = folder.join(format!("{service}.pub"));
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read the audit key of {service} in {}", path.display()))?;
    unhex(text.trim()).with_context(|| format!("{} holds no key of 64 hexadecimal digits", path.display()))
}

/// Signer of checkpoints and rows.
pub struct Signer(Ed25519KeyPair);

impl Signer {
    /// Reads an Ed25519 key in PKCS #8 (DER).
    ///
    /// # Errors
    /// The file cannot be read or holds no such key.
    pub fn from_file(path: &Path) -> anyhow::Result<Self> {
        let bytes = std::fs::read(path).with_context(|| format!("cannot read the audit key {}", path.display()))?;
        Self::from_pkcs8(&bytes).with_context(|| format!("{} holds no Ed25519 key in PKCS #8 (DER)", path.display()))
    }

    /// # Errors
    /// The bytes are no such key.
    pub fn from_pkcs8(bytes: &[u8]) -> anyhow::Result<Self> {
        let rejected = |error| anyhow::anyhow!("the audit key is rejected: {error}");
        Ed25519KeyPair::from_pkcs8_maybe_unchecked(bytes).map(Self).map_err(rejected)
    }

    #[must_use]
    pub fn sign(&self, log: &str, size: i64, root: &[u8], at: i64) -> Vec<u8> {
        self.sign_bytes(&signed_bytes(log, size, root, at))
    }

    /// Signs a row of this service's own, so that a change made directly in the database is detected. `kind` keeps one sort of row from
    /// passing for another.
    #[must_use]
    pub fn sign_row(&self, kind: &str, values: &[&str]) -> Vec<u8> {
        self.sign_bytes(&row_bytes(kind, values))
    }

    /// Whether this key signed exactly this row.
    #[must_use]
    pub fn signed_row(&self, kind: &str, values: &[&str], signature: &[u8]) -> bool {
        row_signed_by(&self.public(), kind, values, signature)
    }

    /// Signature over bytes that state their own purpose.
    #[must_use]
    pub fn sign_bytes(&self, bytes: &[u8]) -> Vec<u8> {
        self.0.sign(bytes).as_ref().to_vec()
    }

    /// Public key for verification.
    #[must_use]
    pub fn public(&self) -> Vec<u8> {
        self.0.public_key().as_ref().to_vec()
    }
}

/// Bytes of a row. Each value is preceded by its length: no two rows have the same bytes, and none reads like a checkpoint.
fn row_bytes(kind: &str, values: &[&str]) -> Vec<u8> {
    let mut bytes = b"row of a table\n".to_vec();
    for value in std::iter::once(&kind).chain(values) {
        bytes.extend((value.len() as u64).to_be_bytes());
        bytes.extend(value.as_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::rand::SystemRandom;

    use super::*;

    #[test]
    fn a_row_is_believed_only_as_it_was_signed() {
        let signer = || Signer::from_pkcs8(Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap().as_ref()).unwrap();
        let (ours, theirs) = (signer(), signer());
        let signature = ours.sign_row("office", &["head/a", "ada", "0"]);
        assert!(ours.signed_row("office", &["head/a", "ada", "0"], &signature));
        assert!(!theirs.signed_row("office", &["head/a", "ada", "0"], &signature));
        for (kind, values) in [
            ("other", vec!["head/a", "ada", "0"]),
            ("office", vec!["head/a", "eve", "0"]),
            ("office", vec!["head/aada", "", "0"]),
            ("office", vec!["head/a", "ada"]),
        ] {
            assert!(!ours.signed_row(kind, &values, &signature), "{values:?}");
        }
        assert!(!ours.signed_row("office", &["head/a", "ada", "0"], &[]));
    }
}
