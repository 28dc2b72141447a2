//! The end-session endpoint: the client signs the person out here as well (OpenID Connect RP-Initiated Logout 1.0).

use axum::{
    Form,
    extract::{
        Query, State,
        rejection::{FormRejection, QueryRejection},
    },
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::{
    CLIENT, Shared, page,
    request::{is_after_logout, lead_to},
    signed,
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Leaving {
    id_token_hint: Option<String>,
    client_id: Option<String>,
    post_logout_redirect_uri: Option<String>,
    state: Option<String>,
    ui_locales: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Hint {
    aud: String,
    sid: String,
}

pub async fn end(State(shared): State<Shared>, headers: HeaderMap, leaving: Result<Query<Leaving>, QueryRejection>) -> Response {
    leave(&shared, &headers, leaving.ok().map(|Query(leaving)| leaving))
}

pub async fn end_by_form(State(shared): State<Shared>, headers: HeaderMap, leaving: Result<Form<Leaving>, FormRejection>) -> Response {
    leave(&shared, &headers, leaving.ok().map(|Form(leaving)| leaving))
}

fn leave(shared: &Shared, headers: &HeaderMap, leaving: Option<Leaving>) -> Response {
    let Some(leaving) = leaving else { return StatusCode::BAD_REQUEST.into_response() };
    // A hint tells whose sign-in ends even after the token in it is over.
    let hint: Option<Hint> = leaving.id_token_hint.as_deref().and_then(|token| shared.issuer.read_signed("JWT", token));
    let client = leaving.client_id.as_deref().or(hint.as_ref().map(|hint| hint.aud.as_str()));
    let back = match &leaving.post_logout_redirect_uri {
        Some(address) if client == Some(CLIENT) && is_after_logout(address) => Some(address),
        Some(_) => return (StatusCode::BAD_REQUEST, page::no_client(page::prefers_french(headers))).into_response(),
        None => None,
    };
    let browser = signed::current(shared, headers).map(|sign_in| sign_in.sid);
    for sid in [browser, hint.map(|hint| hint.sid)].into_iter().flatten() {
        shared.memory().end(&sid);
    }
    let mut response = match back {
        Some(address) => lead_to(address, leaving.state.iter().map(|state| ("state", state.as_str()))),
        None => {
            let is_french =
                leaving.ui_locales.as_deref().map_or_else(|| page::prefers_french(headers), |locales| locales.starts_with("fr"));
            page::signed_out(is_french).into_response()
        }
    };
    response.headers_mut().insert(header::SET_COOKIE, signed::forget());
    response
}
