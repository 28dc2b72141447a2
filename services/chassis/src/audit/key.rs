//! The key a service signs its checkpoints with: a file that neither the database nor its superuser holds.

use std::path::Path;

use anyhow::Context as _;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

use super::log::signed_bytes;

/// Whether a public key signed these bytes.
#[must_use]
pub fn signed_by(key: &[u8], bytes: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, key).verify(bytes, signature).is_ok()
}

/// Signs checkpoints.
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
        self.0.sign(&signed_bytes(log, size, root, at)).as_ref().to_vec()
    }

    /// A signature over bytes that say themselves what they are for.
    #[must_use]
    pub fn sign_bytes(&self, bytes: &[u8]) -> Vec<u8> {
        self.0.sign(bytes).as_ref().to_vec()
    }

    /// What others check the signatures with.
    #[must_use]
    pub fn public(&self) -> Vec<u8> {
        self.0.public_key().as_ref().to_vec()
    }
}
