//! Idempotency key of a submission: the submitter's, in its form for comparison, or a generated one where there was none.

use std::fmt;

use base::Refusal;
use proto::normal;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Body;
use crate::error;

/// Most characters of a key.
pub const LIMIT: usize = 200;

/// Idempotency key: the same key twice from one site or region is the same submission, in any spelling.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    given: String,
    form: String,
}

impl Key {
    /// The submitter's key, or a new unique one: the same words twice may be two people.
    ///
    /// # Errors
    /// A key that is too long or contains control characters.
    pub fn of(given: &str, spare: Uuid) -> Result<Self, Refusal> {
        if given.chars().count() > LIMIT || given.chars().any(char::is_control) {
            return Err(error::key_malformed());
        }
        Ok(Self::read(given, spare))
    }

    /// The same for an invalid key: what came with it still needs one identity.
    #[must_use]
    pub fn read(given: &str, spare: Uuid) -> Self {
        let form = normal::key(given);
        if form.is_empty() {
            let made = format!("made-{spare}");
            return Self { given: made.clone(), form: made };
        }
        Self { given: given.to_owned(), form }
    }

    /// Key of another body that came under the key of a purged referral: the same body always has the same key.
    #[must_use]
    pub fn beside(stub: Uuid, body: &Body) -> Self {
        let digest = Sha256::new().chain_update(stub.as_bytes()).chain_update(body.hash()).finalize();
        let made = format!("beside-{}", hex::encode(digest));
        Self { given: made.clone(), form: made }
    }

    /// The key as submitted.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.given
    }

    /// The key in its form for comparison.
    #[must_use]
    pub fn form(&self) -> &str {
        &self.form
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Uuid = Uuid::from_u128(1);
    const OTHER: Uuid = Uuid::from_u128(2);

    #[test]
    fn a_submission_without_a_key_is_its_own_and_one_with_a_key_is_known_again() {
        for nothing in ["", "  ", "\u{200b}\u{feff}", "\u{a0}"] {
            assert_ne!(Key::of(nothing, ONE), Key::of(nothing, OTHER), "{nothing:?}");
        }
        assert_eq!(Key::of("mine", ONE), Key::of("mine", OTHER));
        assert_eq!(Key::of("mine", ONE).unwrap().as_str(), "mine");
    }

    #[test]
    fn a_key_is_the_same_under_every_spelling_and_is_answered_as_it_was_given() {
        for given in ["Formulaire-12", "formulaire\u{2011}12", " FORMULAIRE\u{2013}12 "] {
            let key = Key::of(given, ONE).unwrap();
            assert_eq!((key.form(), key.as_str()), ("formulaire-12", given));
        }
    }

    #[test]
    fn a_key_that_could_not_be_kept_is_refused_with_the_field_to_mend() {
        for bad in ["a\0b".to_owned(), "a\nb".to_owned(), "k".repeat(201)] {
            let refusal = Key::of(&bad, ONE).unwrap_err();
            assert_eq!((refusal.reason, refusal.field), ("key-malformed", Some("idempotency_key")));
        }
        assert!(Key::of(&"é".repeat(200), ONE).is_ok());
    }
}
