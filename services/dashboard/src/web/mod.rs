//! HTTP router: addresses, security headers, and the checks every request passes.

mod accept;
mod events;
mod live;
mod raise;
pub mod rules;
mod sign_in;
mod visitor;

use std::{sync::Arc, time::Duration};

use auth::identity::Verifier;
use axum::{
    Router,
    body::to_bytes,
    extract::{DefaultBodyLimit, Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use base::{Clock, Ids};
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use server::limits::{self, Quota, keyed_limit::KeyedLimit};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::{assets, identities::Person, pages::errors::Trouble, safety::Safety, session::Sessions, texts::Language};
use visitor::Visitor;

/// Largest form: every field of the largest one full of letters of three bytes, nine bytes each when encoded, and as much again.
const LARGEST_FORM: usize = 256 * 1024;
/// Time limit of a page.
const DEADLINE: Duration = Duration::from_secs(15);
/// Most live streams; each costs one stream of the safety service, and one of the connections that forms need too.
pub const MAX_STREAMS: usize = 512;
/// Most live streams of one person: the tabs of a browser share one.
pub const STREAMS_OF_ONE: usize = 8;
/// Most pages processed at once. Forms that raise or accept are not counted, and wait for none.
pub const MAX_PAGES: usize = 128;
/// Most pages leading to these forms processed at once: signing in, and the empty form.
pub const MAX_ON_THE_WAY: usize = 64;
/// Longest wait of a page for its place.
const PLACE_WITHIN: Duration = Duration::from_secs(3);
/// Time limit for a form that needs a place to arrive, before it has one.
const FORM_WITHIN: Duration = Duration::from_secs(5);
/// Address suffixes of forms that wait for no other page [R3e, RM1c].
const URGENT: [&str; 2] = ["/raise", "/accept"];
/// Address suffixes of pages that lead there.
const ON_THE_WAY: [&str; 2] = ["/raise", "/sign-in"];

/// Shared state of the handlers. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub safety: Safety,
    pub sessions: Sessions,
    pub verifier: Option<Arc<Verifier>>,
    pub people: Arc<Vec<Person>>,
    pub clock: Clock,
    pub ids: Ids,
    pub stop: CancellationToken,
    /// Live streams, by the person who follows them.
    pub streams: KeyedLimit<String>,
    pub places: Arc<Semaphore>,
    pub on_the_way: Arc<Semaphore>,
    /// Invalid tokens per address.
    pub sign_ins: Quota,
}

impl App {
    /// Whether this is a development machine; elsewhere cookies are sent encrypted only.
    #[must_use]
    pub fn is_development(&self) -> bool {
        !self.people.is_empty()
    }
}

/// Every address of the dashboard.
pub fn router(app: App) -> Router {
    let pages = Router::new()
        .route("/", get(sign_in::home))
        .route("/{language}", get(sign_in::home))
        .route("/{language}/", get(sign_in::home))
        .route("/{language}/sign-in", get(sign_in::page).post(sign_in::submit))
        .route("/{language}/sign-out", post(sign_in::out))
        .route("/{language}/concerns", get(events::list))
        .route("/{language}/concerns/{concern}", get(events::detail))
        .route("/{language}/concerns/{concern}/accept", post(accept::accept))
        .route("/{language}/raise", get(raise::page).post(raise::submit))
        .route("/{language}/raise/{concern}", get(raise::recorded))
        .fallback(nothing_here)
        .layer(middleware::from_fn_with_state(app.clone(), in_time))
        .layer(middleware::from_fn_with_state(app.clone(), in_its_place))
        .layer(DefaultBodyLimit::max(LARGEST_FORM));
    Router::new()
        .route("/health", get(|| async { "serving\n" }))
        .route("/assets/{file}", get(asset))
        .route("/{language}/events", get(live::events))
        .merge(pages)
        .layer(middleware::from_fn_with_state(app.clone(), from_our_own_pages))
        .layer(middleware::from_fn(headers))
        .with_state(app)
}

async fn asset(request: Request) -> Response {
    match assets::find(request.uri().path()) {
        Some(asset) => {
            ([(header::CONTENT_TYPE, asset.kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")], asset.content)
                .into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn nothing_here(visitor: Visitor) -> Response {
    visitor.trouble(Trouble::NotFound)
}

async fn in_time(State(_): State<App>, visitor: Visitor, request: Request, next: Next) -> Response {
    match tokio::time::timeout(DEADLINE, next.run(request)).await {
        Ok(response) => response,
        Err(_) => visitor.trouble(Trouble::Unavailable),
    }
}

/// Limits pages processed at once. Forms that raise or accept need no place, and pages that lead there have places of their own, so that no
/// load delays a concern. No request has a place while its body is still arriving (THREAT-14).
async fn in_its_place(State(app): State<App>, visitor: Visitor, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let ends_with = |ends: [&str; 2]| ends.iter().any(|end| head.uri.path().ends_with(end));
    let (urgent, on_the_way) = (head.method == Method::POST && ends_with(URGENT), ends_with(ON_THE_WAY));
    if urgent {
        return next.run(Request::from_parts(head, body)).await;
    }
    let Ok(Ok(form)) = tokio::time::timeout(FORM_WITHIN, to_bytes(body, LARGEST_FORM)).await else {
        return visitor.trouble(Trouble::Busy);
    };
    let request = Request::from_parts(head, form.into());
    let places = if on_the_way { &app.on_the_way } else { &app.places };
    match tokio::time::timeout(PLACE_WITHIN, places.acquire()).await {
        Ok(Ok(_place)) => next.run(request).await,
        _ => {
            limits::count("busy");
            visitor.trouble(Trouble::Busy)
        }
    }
}

/// Rejects changes that another site requests through the browser. The session cookie is `SameSite=Strict`; every form has a token besides.
async fn from_our_own_pages(State(_): State<App>, visitor: Visitor, request: Request, next: Next) -> Response {
    if is_ours(&request) {
        return next.run(request).await;
    }
    tracing::warn!("a form of another site was refused");
    visitor.trouble(Trouble::WrongOrigin)
}

fn is_ours(request: &Request) -> bool {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return true;
    }
    let header = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    let site = header(HeaderName::from_static("sec-fetch-site"));
    let origin_fits = match (header(header::ORIGIN), header(header::HOST)) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, authority)| authority == host),
        _ => true,
    };
    origin_fits && site.is_none_or(|site| site == "same-origin" || site == "none")
}

async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let fixed: [(HeaderName, &'static str); 6] = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    ];
    for (name, value) in fixed {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Redirect after a successful form.
fn see_other(address: &str) -> Response {
    Redirect::to(address).into_response()
}

/// A local address allowed in `next`: a page in one of the two languages, never another site.
fn safe_next(next: &str, language: Language) -> String {
    let ours = Language::ALL.iter().any(|l| next.starts_with(&format!("/{}/", l.code())));
    let plain = next.chars().all(|c| c.is_ascii_graphic() && c != '\\') && next.len() <= 400;
    if ours && plain { next.to_owned() } else { format!("/{}/concerns", language.code()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_signing_in_nobody_is_led_to_another_site() {
        let home = "/fr/concerns";
        for hostile in ["https://evil.example/", "//evil.example", "/\\evil.example", "/en\\..\\x", "", "/en/\r\nSet-Cookie: a", "/de/x"] {
            assert_eq!(safe_next(hostile, Language::French), home, "{hostile}");
        }
        assert_eq!(safe_next("/en/concerns/abc?x=1", Language::French), "/en/concerns/abc?x=1");
    }
}
