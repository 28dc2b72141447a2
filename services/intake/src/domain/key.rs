//! The idempotency key of a submission: the submitter's own, or the body's fingerprint where there is none.

use std::fmt;

use chassis::Refusal;

use super::Body;

/// At most this many characters.
pub const LIMIT: usize = 200;

/// The same key twice from one site or region is the same submission.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(String);

impl Key {
    /// Takes the submitter's key, or makes one from the body.
    ///
    /// # Errors
    /// A key that is too long or holds control characters.
    pub fn of(given: &str, body: &Body) -> Result<Self, Refusal> {
        if given.trim().is_empty() {
            return Ok(Self(format!("body-{}", body.hex())));
        }
        if given.chars().count() > LIMIT || given.chars().any(char::is_control) {
            return Err(Refusal::invalid(
                "key-malformed",
                "R8a",
                "idempotency_key",
                "the key must have at most 200 characters and no control character; leave it empty to have one made",
                "la clé doit compter au plus 200 caractères, sans caractère de commande; laissez-la vide pour qu'une clé soit créée",
            ));
        }
        Ok(Self(given.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_submission_without_a_key_is_known_again_by_its_body() {
        let (one, other) = (Body::of(vec![1]), Body::of(vec![2]));
        assert_eq!(Key::of("", &one), Key::of("  ", &one));
        assert_ne!(Key::of("", &one), Key::of("", &other));
        assert_eq!(Key::of("mine", &one).unwrap().as_str(), "mine");
    }

    #[test]
    fn a_key_that_could_not_be_kept_is_refused_with_the_field_to_mend() {
        let body = Body::of(Vec::new());
        for bad in ["a\0b".to_owned(), "a\nb".to_owned(), "k".repeat(201)] {
            let refusal = Key::of(&bad, &body).unwrap_err();
            assert_eq!((refusal.reason, refusal.field), ("key-malformed", Some("idempotency_key")));
        }
        assert!(Key::of(&"é".repeat(200), &body).is_ok());
    }
}
