//! Renewal of a session before its token ends, on the way of a request: newer tokens reach the browser in the head of the answer.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderValue, Method, header};

use super::App;
use crate::{
    provider::Failure,
    session::{COOKIE, RequestSession, StoredSession},
};

/// Session of a request, opened and renewed once for all that asks for it; none where it is over or there is none.
#[derive(Clone)]
pub struct Opened(pub Option<StoredSession>);

/// Renews the session of a request where its token ends soon. A form whose token still holds waits for no provider.
pub async fn renewed(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let is_page = !["/assets/", "/health"].iter().any(|path| request.uri().path().starts_with(path));
    let found = if is_page { app.sessions.find(request.headers()) } else { None };
    let (renewed, cookies) = match &found {
        Some(found) if found.is_over || (found.is_due && request.method() == Method::GET) => renew(&app, found).await,
        Some(found) if found.is_newer => (None, app.sessions.keep(&found.kept)),
        _ => (None, Vec::new()),
    };
    // What was not renewed is used up while its token holds.
    let kept = renewed.or_else(|| found.filter(|found| !found.is_over).map(|found| found.kept));
    request.extensions_mut().insert(Opened(kept));
    let mut response = next.run(request).await;
    // An answer that signs in or out says itself what the browser keeps.
    let says = |value: &HeaderValue| value.to_str().is_ok_and(|value| value.contains(COOKIE));
    if !response.headers().get_all(header::SET_COOKIE).iter().any(says) {
        for cookie in cookies {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    response
}

/// The session with newer tokens, and the cookies that keep it. One request of a session asks the provider; the others wait for it.
async fn renew(app: &App, found: &RequestSession) -> (Option<StoredSession>, Vec<HeaderValue>) {
    let nothing = (None, Vec::new());
    let (Some(provider), Some(refresh)) = (&app.provider, found.kept.refresh()) else { return nothing };
    let Some(_turn) = app.sessions.turn(&found.kept).await else { return nothing };
    if let Some(newer) = app.sessions.newer(&found.kept) {
        let cookies = app.sessions.keep(&newer);
        return (Some(newer), cookies);
    }
    match provider.renew(refresh, found.kept.subject()).await {
        Ok((proof, tokens)) => match app.sessions.renewed(&found.kept, &proof, tokens) {
            Ok((cookies, kept)) => (Some(kept), cookies),
            Err(_) => {
                tracing::error!("the newer tokens of the identity provider are larger than a browser keeps");
                app.sessions.failed(&found.kept);
                nothing
            }
        },
        Err(Failure::Silent) => {
            app.sessions.failed(&found.kept);
            nothing
        }
        // The provider has ended it: what holds of its token is used up, and then the person signs in again.
        Err(_) => {
            tracing::info!("the identity provider renews a session no more");
            app.sessions.failed(&found.kept);
            (None, if found.is_over { app.sessions.forget() } else { Vec::new() })
        }
    }
}
