//! HTTP router: addresses, security headers, and the checks every request passes.

use std::time::Duration;

use axum::{
    Router,
    body::to_bytes,
    extract::{DefaultBodyLimit, Path, Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use server::limits;

use crate::{
    assets,
    frame::{navigation, trouble::Trouble},
    pages,
    web::{App, renew::renewed, rules::Rule, see_other, visitor::Visitor},
};

/// Largest form: every field of the largest one, a referral, full of letters of three bytes, nine bytes each when encoded, and as much again.
const LARGEST_FORM: usize = 512 * 1024;
/// Time limit of a page.
const DEADLINE: Duration = Duration::from_secs(15);
/// Longest wait of a page for its place.
const PLACE_WITHIN: Duration = Duration::from_secs(3);
/// Time limit for a form that needs a place to arrive, before it has one.
const FORM_WITHIN: Duration = Duration::from_secs(5);
/// Address suffixes of forms that wait for no other page: by each of them somebody is rung, or stops ringing; an assessment may hold an
/// imminent risk [R3e, RM1c].
const URGENT: [&str; 6] = ["/raise", "/accept", "/assessment", "/route", "/hand-over/nhq", "/hand-over/head"];
/// Address suffixes of pages that lead there.
const ON_THE_WAY: [&str; 4] = ["/raise", "/sign-in", "/start", "/signed-in"];

/// Content security policy, without the targets of forms.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Caching of what has a hash of its content in its address.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Addresses that belong to no page.
const FRAME: [Rule; 8] = [
    Rule::anyone("/", "LOLA"),
    Rule::anyone("/{language}", "LOLA"),
    Rule::anyone("/{language}/", "LOLA"),
    Rule::anyone("/health", "TS1"),
    Rule::anyone("/assets/{file}", "LACA"),
    Rule::anyone("/brand/{file}", "LACA"),
    Rule::anyone("/worker.js", "R3e"),
    Rule::anyone("/{language}/manifest.webmanifest", "R3e"),
];

/// One rule for each address.
pub fn rules() -> impl Iterator<Item = Rule> {
    FRAME.into_iter().chain(pages::rules())
}

/// Every address of the dashboard.
pub fn router(app: App) -> Router {
    let pages = Router::new()
        .route("/", get(home))
        .route("/{language}", get(home))
        .route("/{language}/", get(home))
        .merge(pages::routes())
        .fallback(nothing_here)
        .layer(middleware::from_fn_with_state(app.clone(), in_time))
        .layer(middleware::from_fn_with_state(app.clone(), in_its_place))
        .layer(DefaultBodyLimit::max(LARGEST_FORM));
    Router::new()
        .route("/health", get(|| async { "serving\n" }))
        .route("/assets/{file}", get(asset))
        .route("/brand/{file}", get(brand))
        .route("/worker.js", get(worker))
        .route("/{language}/manifest.webmanifest", get(manifest))
        .merge(pages::concern::stream())
        .merge(pages::document::uploads())
        .merge(pages::import::uploads())
        .merge(pages)
        .layer(middleware::from_fn_with_state(app.clone(), from_our_own_pages))
        .layer(middleware::from_fn_with_state(app.clone(), renewed))
        .layer(middleware::from_fn_with_state(app.clone(), headers))
        .with_state(app)
}

/// Whoever comes without an address is led to the first page of their own work, or to sign in.
async fn home(State(app): State<App>, visitor: Visitor) -> Response {
    match visitor.current(&app).await {
        Some(session) => see_other(&format!("/{}{}", visitor.language.code(), navigation::first(&visitor.shell.entries, &session.caller))),
        None => visitor.to_sign_in(),
    }
}

async fn asset(request: Request) -> Response {
    let Some(asset) = assets::find(request.uri().path()) else {
        if let Some(icon) = assets::installed(request.uri().path()) {
            return ([(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, "public, max-age=86400")], icon).into_response();
        }
        return match assets::waiting(request.uri().path()) {
            Some(icon) => {
                ([(header::CONTENT_TYPE, assets::ICON.kind), (header::CACHE_CONTROL, "public, max-age=86400")], icon).into_response()
            }
            None => StatusCode::NOT_FOUND.into_response(),
        };
    };
    let fixed = [(header::CONTENT_TYPE, asset.kind), (header::CACHE_CONTROL, FOR_EVER), (header::VARY, "accept-encoding")];
    let accepted = request.headers().get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match asset.compressed().filter(|_| accepted.split(',').any(|encoding| encoding.trim() == "gzip")) {
        Some(compressed) => (fixed, [(header::CONTENT_ENCODING, "gzip")], compressed.to_vec()).into_response(),
        None => (fixed, asset.content).into_response(),
    }
}

/// The service worker, at the one address from which it may act for every page. Browsers ask for it anew.
async fn worker() -> Response {
    ([(header::CONTENT_TYPE, assets::WORKER.kind), (header::CACHE_CONTROL, "no-cache")], assets::WORKER.content).into_response()
}

async fn manifest(visitor: Visitor) -> Response {
    let fixed = [(header::CONTENT_TYPE, "application/manifest+json"), (header::CACHE_CONTROL, "no-cache")];
    (fixed, assets::manifest(visitor.language)).into_response()
}

/// A file of the brand pack.
async fn brand(State(app): State<App>, Path(file): Path<String>) -> Response {
    match app.shell.brand.file(&file) {
        Some((kind, content)) => ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=3600")], content).into_response(),
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
    let ends_with = |ends: &[&str]| ends.iter().any(|end| head.uri.path().ends_with(end));
    let (urgent, on_the_way) = (head.method == Method::POST && ends_with(&URGENT), ends_with(&ON_THE_WAY));
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

/// Rejects changes that another site requests through the browser. The session cookie is `SameSite=Lax`; every form has a token besides.
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

async fn headers(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    // Browsers hold a form to this wherever it is led on to, and signing out leads on to the provider.
    let origins = app.provider.as_ref().map(|provider| provider.origins().join(" ")).unwrap_or_default();
    let policy = format!("{POLICY}; form-action 'self' {origins}");
    if let Ok(policy) = HeaderValue::from_str(policy.trim_end()) {
        // A document has a policy of its own, and a stricter one.
        response.headers_mut().entry(header::CONTENT_SECURITY_POLICY).or_insert(policy);
    }
    let fixed: [(HeaderName, &'static str); 5] = [
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

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    fn addresses(folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            if entry.path().is_dir() {
                addresses(&entry.path(), found);
            } else {
                let source = fs::read_to_string(entry.path()).unwrap();
                let routed = source.split(".route(\"").skip(1).filter_map(|rest| rest.split('"').next());
                found.extend(routed.filter(|path| path.starts_with('/')).map(str::to_owned));
            }
        }
    }

    #[test]
    fn every_address_of_the_router_has_exactly_one_rule_and_no_rule_is_for_nothing() {
        let mut routed = Vec::new();
        addresses(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut routed);
        let mut ruled: Vec<String> = rules().map(|rule| rule.path.to_owned()).collect();
        routed.sort_unstable();
        ruled.sort_unstable();
        assert_eq!(routed, ruled);
    }
}
