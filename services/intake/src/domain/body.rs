//! Submission body as received, with the fingerprint that distinguishes a repetition from another body under the same key.

use base::Private;
use sha2::{Digest, Sha256};

/// The canonical bytes of a submission without its key, and their SHA-256.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    bytes: Private<Vec<u8>>,
    hash: [u8; 32],
}

impl Body {
    #[must_use]
    pub fn of(bytes: Vec<u8>) -> Self {
        let hash = Sha256::digest(&bytes).into();
        Self { bytes: Private::new(bytes), hash }
    }

    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.bytes.expose()
    }

    #[must_use]
    pub const fn hash(&self) -> &[u8; 32] {
        &self.hash
    }

    /// The fingerprint in hexadecimal digits.
    #[must_use]
    pub fn hex(&self) -> String {
        hex::encode(self.hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_bytes_have_the_same_fingerprint_and_others_have_another() {
        let one = Body::of(b"a letter".to_vec());
        assert_eq!(one, Body::of(b"a letter".to_vec()));
        assert_ne!(one.hash(), Body::of(b"a letter.".to_vec()).hash());
        assert_eq!(Body::of(Vec::new()).hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    #[test]
    fn a_body_does_not_print() {
        assert!(!format!("{:?}", Body::of(b"marker".to_vec())).contains("109, 97"));
    }
}
