//! OpenID provider of one machine: signs in whoever chooses one of the invented people, by the same protocol as an organisation's own.
//!
//! For development only: it asks for no password, so whoever sees its page can be any of them. It serves one client, the dashboard, and
//! leads nowhere but to this machine.

mod authorize;
mod logout;
mod page;
mod request;
mod signed;
mod token;

#[cfg(test)]
mod tests;

use std::{
    collections::{HashMap, VecDeque},
    net::{SocketAddr, TcpListener},
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};
use tokio::sync::oneshot;

use crate::{
    clock,
    error::{Doing, Result},
    identity::Issuer,
};

/// The one client: the dashboard. It keeps no secret here; the proof key binds a code to whoever asked for it.
pub const CLIENT: &str = "ro-dashboard";
/// Where a client may be led back to on this machine, whatever its port (RFC 8252, section 7.3).
pub const CALLBACK: &str = "/signed-in";
pub const AFTER_LOGOUT: &str = "/signed-out";
/// How long a code may be exchanged for tokens, once.
const CODE_LASTS: Duration = Duration::seconds(60);
/// Lifetime of the tokens of a sign-in: short, so that they are renewed here as they are elsewhere.
const TOKENS_LAST: Duration = Duration::minutes(10);
/// Lifetime of a sign-in, and of the refresh tokens that come from it.
const SIGN_IN_LASTS: Duration = Duration::hours(16);
/// Most codes, and most ended sign-ins, that are remembered; the oldest is forgotten for one more.
const MAX_REMEMBERED: usize = 4_096;
const LARGEST_FORM: usize = 64 * 1024;

/// A running provider; it ends when dropped.
#[derive(Debug)]
pub struct Provider {
    address: SocketAddr,
    _stop: oneshot::Sender<()>,
}

/// What the handlers share.
#[derive(Clone)]
struct Shared {
    /// The issuer: where clients find this provider, without a slash at the end.
    url: Arc<str>,
    issuer: Arc<Issuer>,
    now: fn() -> OffsetDateTime,
    memory: Arc<Mutex<Memory>>,
}

/// What is not in a signed token: which codes wait, and which sign-ins have ended. Gone with the process.
#[derive(Debug, Default)]
struct Memory {
    codes: HashMap<String, token::Code>,
    order: VecDeque<String>,
    ended: VecDeque<String>,
}

impl Memory {
    fn keep(&mut self, code: String, what: token::Code) {
        if self.order.len() >= MAX_REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.codes.remove(&oldest);
        }
        self.order.push_back(code.clone());
        self.codes.insert(code, what);
    }

    /// Ends a sign-in: its refresh tokens give nothing any more.
    fn end(&mut self, sign_in: &str) {
        if self.ended.len() >= MAX_REMEMBERED {
            self.ended.pop_front();
        }
        self.ended.push_back(sign_in.to_owned());
    }

    fn has_ended(&self, sign_in: &str) -> bool {
        self.ended.iter().any(|ended| ended == sign_in)
    }
}

impl Shared {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Provider {
    /// Serves on an address, in a thread of its own, with the signing key in `keys`. `url` is how people and clients reach it.
    ///
    /// # Errors
    /// When the address is taken or there is no signing key.
    pub fn start(listen: SocketAddr, url: &str, keys: &Path) -> Result<Self> {
        Self::start_at(listen, url, keys, clock::now)
    }

    fn start_at(listen: SocketAddr, url: &str, keys: &Path, now: fn() -> OffsetDateTime) -> Result<Self> {
        let doing = || format!("serve the development sign-in on {listen}");
        let listener = TcpListener::bind(listen).doing(doing)?;
        listener.set_nonblocking(true).doing(doing)?;
        let address = listener.local_addr().doing(doing)?;
        // Without a place in the address: a test listens on any free port.
        let url = if url.is_empty() { format!("http://{address}") } else { url.trim_end_matches('/').to_owned() };
        let shared = Shared { url: url.into(), issuer: Arc::new(Issuer::read(keys)?), now, memory: Arc::default() };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().doing(doing)?;
        let (stop, stopped) = oneshot::channel();
        thread::spawn(move || {
            runtime.block_on(async {
                let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
                let served = async { axum::serve(listener, router(shared)).await };
                tokio::select! { _ended = served => {}, _dropped = stopped => {} }
            });
        });
        Ok(Self { address, _stop: stop })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

fn router(shared: Shared) -> Router {
    Router::new()
        .route("/.well-known/openid-configuration", get(discovery))
        .route("/jwks", get(keys))
        .route("/authorize", get(authorize::show).post(authorize::choose))
        .route("/token", post(token::exchange))
        .route("/end-session", get(logout::end).post(logout::end_by_form))
        .route("/health", get(|| async { "serving\n" }))
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .layer(middleware::from_fn(headers))
        .with_state(shared)
}

/// The description of a provider (OpenID Connect Discovery 1.0, section 3).
async fn discovery(State(shared): State<Shared>) -> Response {
    let at = |path: &str| format!("{}{path}", shared.url);
    answer(
        StatusCode::OK,
        &json!({
            "issuer": &*shared.url,
            "authorization_endpoint": at("/authorize"),
            "token_endpoint": at("/token"),
            "end_session_endpoint": at("/end-session"),
            "jwks_uri": at("/jwks"),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "token_endpoint_auth_methods_supported": ["none"],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": ["openid", "offline_access"],
            "claims_supported": ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "sid", "at_hash"],
            "prompt_values_supported": ["none", "login", "select_account", "consent"],
            "ui_locales_supported": ["en", "fr"],
            "authorization_response_iss_parameter_supported": true,
            "request_uri_parameter_supported": false,
        }),
    )
}

async fn keys(State(shared): State<Shared>) -> Response {
    ([(header::CONTENT_TYPE, "application/jwk-set+json")], shared.issuer.key_set().to_owned()).into_response()
}

fn answer(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// Whether a request is for this machine, and no form that another site made a browser send.
fn is_welcome(request: &Request) -> bool {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    // A name that leads to this machine is no reason to answer it: only the addresses of this machine are asked here.
    let host = header("host").unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let is_here = matches!(name, "127.0.0.1" | "localhost" | "[::1]" | "issuer");
    let is_foreign = request.uri().path() == "/authorize"
        && request.method() == axum::http::Method::POST
        && header("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none");
    is_here && !is_foreign
}

/// No page of another site may show these, or send forms here.
async fn headers(request: Request, next: Next) -> Response {
    let mut response = if is_welcome(&request) { next.run(request).await } else { StatusCode::FORBIDDEN.into_response() };
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
