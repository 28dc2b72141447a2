//! ID tokens: what a provider says of a sign-in to the program that asked for it (OpenID Connect Core 1.0, section 3.1.3.7). They authorise
//! nothing; access tokens do, and the services check those.

use std::collections::HashSet;

use auth::keys::Keys;
use base::caller::is_service;
use jsonwebtoken::{Algorithm, Validation, decode_header, get_current_timestamp};
use serde::Deserialize;
use serde_json::Value;

/// How far the clocks of the provider and of this machine may differ, in seconds.
const CLOCKS_DIFFER: u64 = 60;

/// Expected content of an ID token.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    pub issuer: &'a str,
    /// The program that asked.
    pub client: &'a str,
    /// Value sent with the request; none for a token that came with a renewal.
    pub nonce: Option<&'a str>,
}

/// Who signed in, and when they were last asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    pub subject: String,
    /// In seconds, where the provider says it.
    pub auth_time: Option<i64>,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    iat: u64,
    aud: Value,
    azp: Option<String>,
    nonce: Option<String>,
    auth_time: Option<i64>,
}

/// Who signed in by an ID token; nothing where anything in it does not fit.
#[must_use]
pub fn read(token: &str, keys: &Keys, expected: &Expected<'_>) -> Option<SignIn> {
    let header = decode_header(token).ok()?;
    if header.typ.as_deref().is_some_and(|kind| !kind.eq_ignore_ascii_case("jwt")) {
        return None;
    }
    let mut validation = Validation::new(Algorithm::ES256);
    validation.set_issuer(&[expected.issuer]);
    validation.set_audience(&[expected.client]);
    validation.required_spec_claims = ["exp", "iss", "aud", "sub"].into_iter().map(String::from).collect::<HashSet<_>>();
    validation.leeway = CLOCKS_DIFFER;
    let key = keys.find(header.kid.as_deref())?;
    let claims: Claims = key.claims(token, &validation)?;
    // Meant for others too: then it must say that it was given to us.
    let is_shared = claims.aud.as_array().is_some_and(|all| all.len() > 1);
    let is_ours = claims.azp.as_deref().map_or(!is_shared, |party| party == expected.client);
    let is_answer = expected.nonce.is_none_or(|nonce| claims.nonce.as_deref() == Some(nonce));
    let is_made = claims.iat <= get_current_timestamp() + CLOCKS_DIFFER;
    let is_person = !claims.sub.is_empty() && !is_service(&claims.sub);
    (is_ours && is_answer && is_made && is_person).then_some(SignIn { subject: claims.sub, auth_time: claims.auth_time })
}
