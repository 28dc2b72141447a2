//! Key store interface: where the wrapping keys are, in a file here, in a key management service or an HSM elsewhere.

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use futures::future::BoxFuture;

use super::Fault;

pub(super) const KEY: usize = 32;
const NONCE: usize = 12;

/// A data key, wrapped, and the version of the key that wrapped it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrapped {
    pub version: i32,
    pub bytes: Vec<u8>,
}

/// Store that wraps and unwraps data keys. An implementation must keep four promises: a wrapping key never reaches the database or its
/// backups; a version that wrapped something is kept until [`super::rewrap`] has moved everything to a newer one; what was wrapped for one
/// `bound` is refused for another; and an answer comes within a few seconds, or [`Fault::KeyStore`] does.
pub trait KeyStore: Send + Sync + 'static {
    /// Version that wraps.
    fn current(&self) -> BoxFuture<'_, Result<i32, Fault>>;

    /// Wraps a data key under the current version, bound to its purpose.
    fn wrap<'a>(&'a self, key: &'a [u8], bound: &'a [u8]) -> BoxFuture<'a, Result<Wrapped, Fault>>;

    /// Unwraps a key that a version wrapped for the same `bound`.
    fn unwrap<'a>(&'a self, version: i32, bytes: &'a [u8], bound: &'a [u8]) -> BoxFuture<'a, Result<Vec<u8>, Fault>>;
}

/// Wrapping key: AES-256-GCM with a random nonce. One version wraps far fewer keys than such nonces allow (2^32).
pub struct Kek(RandomizedNonceKey);

impl Kek {
    /// # Errors
    /// The bytes are not 32.
    pub fn new(bytes: &[u8]) -> Result<Self, Fault> {
        let refused = |_| Fault::KeyStore("a wrapping key has 32 bytes".to_owned());
        RandomizedNonceKey::new(&AES_256_GCM, bytes).map(Self).map_err(refused)
    }

    /// # Errors
    /// The machine gives no random bytes.
    pub fn wrap(&self, key: &[u8], bound: &[u8]) -> Result<Vec<u8>, Fault> {
        let mut body = key.to_vec();
        let failed = |_| Fault::KeyStore("the cipher cannot wrap".to_owned());
        let nonce = self.0.seal_in_place_append_tag(Aad::from(bound), &mut body).map_err(failed)?;
        let mut wrapped = nonce.as_ref().to_vec();
        wrapped.append(&mut body);
        Ok(wrapped)
    }

    /// # Errors
    /// Another key wrapped it, or it was wrapped for something else.
    pub fn unwrap(&self, wrapped: &[u8], bound: &[u8]) -> Result<Vec<u8>, Fault> {
        let (nonce, body) = wrapped.split_at_checked(NONCE).ok_or(Fault::Broken)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Fault::Broken)?;
        let mut key = body.to_vec();
        let length = self.0.open_in_place(nonce, Aad::from(bound), &mut key).map_err(|_| Fault::Broken)?.len();
        key.truncate(length);
        if key.len() == KEY { Ok(key) } else { Err(Fault::Broken) }
    }
}
