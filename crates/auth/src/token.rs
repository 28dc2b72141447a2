//! Claims of a token of the identity provider: whether it is an access token, and since when it is valid; and the cache of verified tokens,
//! which remembers the digest of each until it ends.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use base::caller::Proof;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};

/// How far the provider's clock may be ahead.
const CLOCKS_DIFFER: Duration = Duration::seconds(60);
/// Accepted types in the header of an access token; providers other than those of RFC 9068 write just `JWT`, or nothing.
const KINDS: [&str; 3] = ["at+jwt", "application/at+jwt", "jwt"];
const BY_THE_BOOK: [&str; 2] = ["at+jwt", "application/at+jwt"];
/// Accepted type in the body of an access token, where the provider writes it there.
const BEARER: &str = "bearer";
/// Largest number of remembered tokens, about two megabytes: more than people work with this service at one time.
const MAX_REMEMBERED: usize = 8_192;

/// Claims that distinguish the kinds of tokens that one provider signs with one key.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Marks {
    #[serde(default)]
    nbf: Option<Value>,
    #[serde(default)]
    typ: Option<Value>,
    /// Only in an ID token: it binds it to what was issued beside it.
    #[serde(default)]
    at_hash: Option<Value>,
    #[serde(default)]
    c_hash: Option<Value>,
    /// Set by a sign-in page; an access token with it must state its type.
    #[serde(default)]
    nonce: Option<Value>,
}

/// Whether the token is an access token: an ID token tells a program who signed in, and authorises nothing.
#[must_use]
pub fn is_access_token(header: Option<&str>, marks: &Marks) -> bool {
    let header = header.map(str::to_ascii_lowercase);
    let kind_fits = header.as_deref().is_none_or(|kind| KINDS.contains(&kind));
    let stated = match &marks.typ {
        None => None,
        Some(Value::String(stated)) => Some(stated.eq_ignore_ascii_case(BEARER)),
        Some(_) => Some(false),
    };
    let by_the_book = header.as_deref().is_some_and(|kind| BY_THE_BOOK.contains(&kind));
    let is_of_a_sign_in = marks.at_hash.is_some() || marks.c_hash.is_some();
    let is_stated = stated == Some(true) || by_the_book;
    kind_fits && stated != Some(false) && !is_of_a_sign_in && (marks.nonce.is_none() || is_stated)
}

/// Whether it is valid already. A malformed time counts as ahead.
#[must_use]
pub fn has_begun(marks: &Marks, now: OffsetDateTime) -> bool {
    let Some(nbf) = &marks.nbf else { return true };
    let latest = (now + CLOCKS_DIFFER).unix_timestamp();
    #[expect(clippy::cast_precision_loss, reason = "a second more or less is within what clocks differ by")]
    let begins = |latest: i64| nbf.as_i64().map_or_else(|| nbf.as_f64().is_some_and(|from| from <= latest as f64), |from| from <= latest);
    begins(latest)
}

/// Cache of verified tokens, by their digest: the bearer of one of these is authenticated without verifying the signature again. Bounded,
/// and only verified tokens enter it. What a person may do is not in it.
#[derive(Default)]
pub struct Remembered(Mutex<HashMap<[u8; 32], Entry>>);

struct Entry {
    proof: Proof,
    /// Generation of the key set that it was verified with.
    generation: u64,
    verified_at: OffsetDateTime,
}

impl Entry {
    /// A clock that was set back before the moment of the verification invalidates it: the token may begin later.
    fn holds(&self, generation: u64, now: OffsetDateTime) -> bool {
        self.generation == generation && now < self.proof.expires_at && now + CLOCKS_DIFFER >= self.verified_at
    }
}

impl Remembered {
    /// Proof by the token, where it was verified with the present keys, and has not ended.
    pub fn find(&self, token: &str, generation: u64, now: OffsetDateTime) -> Option<Proof> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.get(&digest(token)).filter(|entry| entry.holds(generation, now)).map(|entry| entry.proof.clone())
    }

    pub fn keep(&self, token: &str, generation: u64, proof: &Proof, now: OffsetDateTime) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= MAX_REMEMBERED {
            entries.retain(|_, entry| entry.holds(generation, now));
        }
        if entries.len() >= MAX_REMEMBERED {
            // Each is verified once more.
            entries.clear();
        }
        entries.insert(digest(token), Entry { proof: proof.clone(), generation, verified_at: now });
    }
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(claims: &str) -> Marks {
        serde_json::from_str(claims).unwrap()
    }

    #[test]
    fn an_id_token_is_no_access_token_whatever_else_it_says() {
        for header in [None, Some("JWT"), Some("at+jwt"), Some("application/AT+jwt")] {
            assert!(is_access_token(header, &marks("{}")), "{header:?}");
            assert!(is_access_token(header, &marks(r#"{"typ":"Bearer"}"#)), "{header:?}");
            for id in [r#"{"typ":"ID"}"#, r#"{"typ":"Refresh"}"#, r#"{"typ":7}"#, r#"{"at_hash":"x"}"#, r#"{"c_hash":"x","typ":"Bearer"}"#]
            {
                assert!(!is_access_token(header, &marks(id)), "{header:?} {id}");
            }
        }
        for header in ["dpop+jwt", "logout+jwt", "secevent+jwt", "id+jwt", "JWS", ""] {
            assert!(!is_access_token(Some(header), &marks(r#"{"typ":"Bearer"}"#)), "{header}");
        }
        let asked = r#"{"nonce":"x"}"#;
        assert!(!is_access_token(None, &marks(asked)) && !is_access_token(Some("JWT"), &marks(asked)));
        assert!(is_access_token(Some("at+jwt"), &marks(asked)) && is_access_token(None, &marks(r#"{"nonce":"x","typ":"bearer"}"#)));
    }

    #[test]
    fn a_token_that_holds_from_later_on_does_not_hold_yet() {
        let now = OffsetDateTime::from_unix_timestamp(1_000).unwrap();
        for (nbf, holds) in [("0", true), ("1060", true), ("1061", false), ("1060.0", true), ("1e300", false), ("-1e300", true)] {
            assert_eq!(has_begun(&marks(&format!("{{\"nbf\":{nbf}}}")), now), holds, "{nbf}");
        }
        for nbf in ["\"0\"", "[0]", "true", "{}"] {
            assert!(!has_begun(&marks(&format!("{{\"nbf\":{nbf}}}")), now), "{nbf}");
        }
        assert!(has_begun(&marks("{}"), now));
        assert!(has_begun(&marks("{\"nbf\":null}"), now), "nothing is said");
    }

    #[test]
    fn a_token_is_remembered_until_it_ends_the_keys_change_or_the_clock_is_set_back() {
        let at = |second| OffsetDateTime::from_unix_timestamp(second).unwrap();
        let (remembered, proof) = (Remembered::default(), Proof::new("someone", at(2_000)));
        remembered.keep("a.b.c", 1, &proof, at(1_000));
        assert_eq!(remembered.find("a.b.c", 1, at(1_999)), Some(proof));
        for (token, generation, now) in [("a.b.c", 1, 2_000), ("a.b.c", 2, 1_500), ("a.b.c", 1, 939), ("a.b.d", 1, 1_500), ("", 1, 1_500)] {
            assert_eq!(remembered.find(token, generation, at(now)), None, "{token} {generation} {now}");
        }
    }

    #[test]
    fn however_many_tokens_are_shown_memory_holds_a_bounded_number() {
        let at = |second| OffsetDateTime::from_unix_timestamp(second).unwrap();
        let remembered = Remembered::default();
        for n in 0..3 * MAX_REMEMBERED {
            remembered.keep(&n.to_string(), 1, &Proof::new("someone", at(2_000)), at(1_000));
            assert!(n % 1_000 != 0 || remembered.0.lock().unwrap().len() <= MAX_REMEMBERED);
        }
        assert!(remembered.find(&(3 * MAX_REMEMBERED - 1).to_string(), 1, at(1_000)).is_some(), "the newest is among them");
    }
}
