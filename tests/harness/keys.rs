//! Signing keys for tests.

use audit_log::Signer;
use aws_lc_rs::{rand::SystemRandom, signature::Ed25519KeyPair};

/// A new audit key of a service.
#[must_use]
#[expect(clippy::unwrap_used, reason = "a machine that makes no key runs no test")]
pub fn signer() -> Signer {
    Signer::from_pkcs8(Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap().as_ref()).unwrap()
}
