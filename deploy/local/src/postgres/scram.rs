//! SCRAM verifiers, the form in which PostgreSQL stores a password: enough to check it, useless for logging in (RFC 5802, RFC 7677).

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

/// Number of iterations, as the server itself uses.
const ITERATIONS: u32 = 4096;
const BLOCK: usize = 64;

type Hash = [u8; 32];

/// Verifier that `alter role … password` takes in place of a password of plain letters and digits. The salt comes from the password, which
/// is random and used once, so that the same password gives the same text.
#[must_use]
pub fn verifier(password: &str) -> String {
    of(password, ITERATIONS)
}

/// The same for a server that is reached over a socket of this machine only. Iterations slow down whoever guesses; nobody guesses a random
/// password of this length, and a client that was built without optimisation spends more on them than on its queries.
#[must_use]
pub fn quick_verifier(password: &str) -> String {
    of(password, 1)
}

fn of(password: &str, iterations: u32) -> String {
    let whole: Hash = Sha256::digest(format!("salt of {password}")).into();
    let (salt, _) = whole.split_at(16);
    let salted = stretched(password.as_bytes(), salt, iterations);
    let stored: Hash = Sha256::digest(hmac(&salted, b"Client Key")).into();
    let server = hmac(&salted, b"Server Key");
    format!("SCRAM-SHA-256${iterations}:{}${}:{}", STANDARD.encode(salt), STANDARD.encode(stored), STANDARD.encode(server))
}

/// PBKDF2 with one block.
fn stretched(password: &[u8], salt: &[u8], iterations: u32) -> Hash {
    let mut last = hmac(password, &[salt, &1_u32.to_be_bytes()].concat());
    let mut sum = last;
    for _ in 1..iterations {
        last = hmac(password, &last);
        sum.iter_mut().zip(last).for_each(|(sum, byte)| *sum ^= byte);
    }
    sum
}

fn hmac(key: &[u8], message: &[u8]) -> Hash {
    let hashed: Hash;
    let key = if key.len() > BLOCK {
        hashed = Sha256::digest(key).into();
        hashed.as_slice()
    } else {
        key
    };
    let padded = |mask: u8| -> Vec<u8> { key.iter().copied().chain(std::iter::repeat(0)).take(BLOCK).map(|byte| byte ^ mask).collect() };
    let inner = Sha256::digest([padded(0x36).as_slice(), message].concat());
    Sha256::digest([padded(0x5c).as_slice(), inner.as_slice()].concat()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pieces_give_what_the_standards_say() {
        // RFC 4231, test case 2, and RFC 7914, section 11, shortened to one block.
        let told = hmac(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(hex::encode(told), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        assert_ne!(verifier("one"), verifier("other"));
        assert_eq!(verifier("one"), verifier("one"));
    }
}
