//! Pages of lists: a bounded size and an opaque token.

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    programme::clause_of,
    refusal::{Error, Refusal, Result},
};

/// Page size requested, within bounds; 0 or less means the default.
#[must_use]
pub fn size(requested: i32, default: i64, max: i64) -> i64 {
    if requested <= 0 { default } else { i64::from(requested).min(max) }
}

/// Token of the next page, for the caller to send back.
#[must_use]
pub fn encode(position: &impl Serialize) -> String {
    let json = serde_json::to_vec(position).unwrap_or_default();
    hex::encode(json)
}

/// Position of the page; `None` for the first.
///
/// # Errors
/// A token that was not made here.
pub fn decode<T: DeserializeOwned>(token: &str) -> Result<Option<T>> {
    if token.is_empty() {
        return Ok(None);
    }
    let position = hex::decode(token).ok().and_then(|json| serde_json::from_slice(&json).ok());
    position.map(Some).ok_or_else(|| {
        Error::Refused(Refusal::invalid(
            "page-token-malformed",
            clause_of("page-token-malformed"),
            "page_token",
            "this page token was not given out by the service",
            "ce jeton de page ne vient pas du service",
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_token_comes_back_as_it_was_given_and_a_made_up_one_is_refused() {
        let token = encode(&(7, "é"));
        assert_eq!(decode::<(i32, String)>(&token).unwrap(), Some((7, "é".to_owned())));
        assert_eq!(decode::<(i32, String)>("").unwrap(), None);
        for made_up in ["zz", "7", "é1", "5b37"] {
            assert!(decode::<(i32, String)>(made_up).is_err(), "{made_up}");
        }
    }
}
