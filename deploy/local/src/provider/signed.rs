//! Tokens that this provider signs for itself: who is signed in in a browser, and what a client may ask for anew. They outlive a restart.

use axum::http::{HeaderMap, HeaderValue, header};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{SIGN_IN_LASTS, Shared};

const COOKIE: &str = "ro_development_sign_in";

/// A sign-in of one person in one browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    pub sub: String,
    /// When the person was asked.
    pub auth_time: i64,
    pub sid: String,
    pub exp: i64,
}

impl SignIn {
    pub fn new(person: &str, sid: String, now: OffsetDateTime) -> Self {
        Self { sub: person.to_owned(), auth_time: now.unix_timestamp(), sid, exp: (now + SIGN_IN_LASTS).unix_timestamp() }
    }

    /// The header that keeps it in the browser. Its name is not one of the dashboard's: browsers send the cookies of a host to every port.
    pub fn cookie(&self, shared: &Shared) -> Option<HeaderValue> {
        let value = shared.issuer.sign("browser+jwt", self).ok()?;
        HeaderValue::from_str(&format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax")).ok()
    }
}

/// Who is signed in in this browser, unless that has ended.
pub fn current(shared: &Shared, headers: &HeaderMap) -> Option<SignIn> {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|line| line.split(';'));
    let value = pairs.filter_map(|pair| pair.trim().split_once('=')).find(|(name, _)| *name == COOKIE).map(|(_, value)| value)?;
    valid(shared, "browser+jwt", value)
}

/// A sign-in that stands in a token of ours of this kind, while it lasts.
pub fn valid(shared: &Shared, kind: &str, token: &str) -> Option<SignIn> {
    let sign_in: SignIn = shared.issuer.read_signed(kind, token)?;
    let lasts = sign_in.exp > (shared.now)().unix_timestamp() && !shared.memory().has_ended(&sign_in.sid);
    lasts.then_some(sign_in)
}

/// The header that makes the browser forget.
pub fn forget() -> HeaderValue {
    HeaderValue::from_static("ro_development_sign_in=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0")
}
