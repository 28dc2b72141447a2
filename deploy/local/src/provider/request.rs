//! The request of a client for a sign-in, checked, and the answers that lead back to the client (OpenID Connect Core 1.0, section 3.1.2).

use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{AFTER_LOGOUT, CALLBACK, CLIENT};

/// Parameters as they are sent; whatever else is sent is ignored, as the protocol says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub response_type: String,
    pub response_mode: Option<String>,
    pub client_id: String,
    pub redirect_uri: String,
    pub scope: String,
    pub state: Option<String>,
    pub nonce: Option<String>,
    pub code_challenge: String,
    pub code_challenge_method: String,
    pub prompt: Option<String>,
    pub max_age: Option<String>,
    pub ui_locales: Option<String>,
    pub request: Option<String>,
    pub request_uri: Option<String>,
    /// Set by the page's own form: the chosen person.
    pub person: Option<String>,
}

/// What the client asks of the sign-in itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// Nobody is asked anything: whoever is signed in, or an error.
    pub silent: bool,
    /// The person is asked, whoever is signed in.
    pub anew: bool,
    /// Most seconds since the person was last asked.
    pub max_age: Option<i64>,
}

/// A refusal that the client is told by the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    pub error: &'static str,
    pub why: &'static str,
}

const fn refused(error: &'static str, why: &'static str) -> Refused {
    Refused { error, why }
}

impl Asked {
    /// Whether the browser may be led to the address at all. Where not, the error stays on our own page.
    pub fn is_of_our_client(&self) -> bool {
        self.client_id == CLIENT && is_here(&self.redirect_uri, CALLBACK)
    }

    /// What is asked of the sign-in.
    ///
    /// # Errors
    /// What the protocol does not allow, or this provider does not know.
    pub fn wish(&self) -> Result<Wish, Refused> {
        if self.request.is_some() {
            return Err(refused("request_not_supported", "request objects are not read here"));
        }
        if self.request_uri.is_some() {
            return Err(refused("request_uri_not_supported", "request objects are not read here"));
        }
        if self.response_type != "code" || self.response_mode.as_deref().is_some_and(|mode| mode != "query") {
            return Err(refused("unsupported_response_type", "only the authorization code flow is served"));
        }
        if !self.scope.split(' ').any(|scope| scope == "openid") {
            return Err(refused("invalid_scope", "the scope openid is missing"));
        }
        let unreserved = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
        if self.code_challenge_method != "S256" || self.code_challenge.len() != 43 || !self.code_challenge.chars().all(unreserved) {
            return Err(refused("invalid_request", "a proof key is needed: code_challenge with S256"));
        }
        let prompts: Vec<&str> = self.prompt.as_deref().unwrap_or_default().split(' ').filter(|word| !word.is_empty()).collect();
        let known = ["none", "login", "select_account", "consent"];
        let silent = prompts.contains(&"none");
        if prompts.iter().any(|word| !known.contains(word)) || (silent && prompts.len() > 1) {
            return Err(refused("invalid_request", "the prompt is not one of those that are served"));
        }
        let max_age = self.max_age.as_deref().filter(|age| !age.is_empty()).map(str::parse::<i64>).transpose();
        let Some(max_age) = max_age.ok().filter(|age| age.is_none_or(|age| age >= 0)) else {
            return Err(refused("invalid_request", "max_age is no number of seconds"));
        };
        Ok(Wish { silent, anew: prompts.iter().any(|word| ["login", "select_account"].contains(word)), max_age })
    }

    /// Whether French is the first language that is asked for.
    pub fn is_french(&self) -> bool {
        self.ui_locales.as_deref().is_some_and(|locales| locales.starts_with("fr"))
    }

    /// Leads back to the client with the answer.
    pub fn back(&self, issuer: &str, answer: &[(&str, &str)]) -> Response {
        let state = self.state.iter().map(|state| ("state", state.as_str()));
        lead_to(&self.redirect_uri, answer.iter().copied().chain(state).chain([("iss", issuer)]))
    }

    /// Leads back to the client with a refusal.
    pub fn back_refused(&self, issuer: &str, refused: Refused) -> Response {
        self.back(issuer, &[("error", refused.error), ("error_description", refused.why)])
    }
}

/// Whether an address that people are led to after signing out is the client's.
pub fn is_after_logout(address: &str) -> bool {
    is_here(address, AFTER_LOGOUT)
}

/// Whether an address is this path on this machine, on any port.
fn is_here(address: &str, path: &str) -> bool {
    let port = ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"].iter().find_map(|host| address.strip_prefix(host));
    port.and_then(|rest| rest.strip_suffix(path)).is_some_and(|port| port.parse::<u16>().is_ok())
}

/// Leads the browser on, with these parameters.
pub fn lead_to<'a>(address: &str, parameters: impl Iterator<Item = (&'a str, &'a str)>) -> Response {
    let query: Vec<String> = parameters.map(|(name, value)| format!("{name}={}", encode(value))).collect();
    let mark = if query.is_empty() { "" } else { "?" };
    Redirect::to(&format!("{address}{mark}{}", query.join("&"))).into_response()
}

/// Percent-encodes whatever may not stand in the value of a query.
pub fn encode(text: &str) -> String {
    text.bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
            },
        )
        .collect()
}
