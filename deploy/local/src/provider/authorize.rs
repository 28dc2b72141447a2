//! The authorization endpoint: asks who signs in, unless that is known and recent enough, and leads back with a code.

use axum::{
    Form,
    extract::{Query, RawQuery, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{
    Shared, page,
    request::{Asked, Refused, Wish},
    signed::{self, SignIn},
    token::Code,
};
use crate::{identity, secret};

pub async fn show(
    State(shared): State<Shared>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let Ok(Query(asked)) = asked else { return no_client(&headers) };
    let (wish, now) = match checked(&shared, &asked, &headers) {
        Ok(wish) => (wish, (shared.now)().unix_timestamp()),
        Err(answer) => return *answer,
    };
    let current = signed::current(&shared, &headers);
    // As old as max_age is recent enough; nought asks for a fresh one always.
    let is_recent = |sign_in: &SignIn| wish.max_age.is_none_or(|age| age > 0 && now - sign_in.auth_time <= age);
    match current {
        Some(sign_in) if !wish.anew && is_recent(&sign_in) => lead_back(&shared, &asked, &sign_in),
        _ if wish.silent => {
            asked.back_refused(&shared.url, Refused { error: "login_required", why: "nobody is signed in here, or not recently" })
        }
        _ => {
            let is_french = asked.is_french() || (asked.ui_locales.is_none() && page::prefers_french(&headers));
            page::choose(&asked, is_french, query.as_deref().unwrap_or_default()).into_response()
        }
    }
}

/// The form of the page: the person was chosen.
pub async fn choose(State(shared): State<Shared>, headers: HeaderMap, Form(asked): Form<Asked>) -> Response {
    if let Err(answer) = checked(&shared, &asked, &headers) {
        return *answer;
    }
    let person = asked.person.as_deref().filter(|name| identity::can_sign_in(name));
    let (Some(person), Ok(sid)) = (person, secret::random_hex::<16>()) else {
        return asked.back_refused(&shared.url, Refused { error: "access_denied", why: "nobody was chosen" });
    };
    let sign_in = SignIn::new(person, sid, (shared.now)());
    let mut response = lead_back(&shared, &asked, &sign_in);
    if let Some(cookie) = sign_in.cookie(&shared) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

fn checked(shared: &Shared, asked: &Asked, headers: &HeaderMap) -> Result<Wish, Box<Response>> {
    if !asked.is_of_our_client() {
        return Err(Box::new(no_client(headers)));
    }
    asked.wish().map_err(|refused| Box::new(asked.back_refused(&shared.url, refused)))
}

/// Nobody is led to an address that is not the client's.
fn no_client(headers: &HeaderMap) -> Response {
    (StatusCode::BAD_REQUEST, page::no_client(page::prefers_french(headers))).into_response()
}

fn lead_back(shared: &Shared, asked: &Asked, sign_in: &SignIn) -> Response {
    let Ok(code) = secret::random_hex::<32>() else {
        return asked.back_refused(&shared.url, Refused { error: "server_error", why: "this machine gives no random bytes" });
    };
    let kept = Code {
        redirect_uri: asked.redirect_uri.clone(),
        challenge: asked.code_challenge.clone(),
        nonce: asked.nonce.clone(),
        sign_in: sign_in.clone(),
        made_at: (shared.now)(),
        used: false,
    };
    shared.memory().keep(code.clone(), kept);
    asked.back(&shared.url, &[("code", &code)])
}
