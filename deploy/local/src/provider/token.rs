//! The token endpoint: a code for tokens, once and with its proof key; a refresh token for newer ones (RFC 6749, RFC 7636).

use axum::{
    Form,
    extract::{State, rejection::FormRejection},
    http::StatusCode,
    response::Response,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use super::{
    CLIENT, CODE_LASTS, Shared, TOKENS_LAST, answer,
    signed::{self, SignIn},
};
use crate::{
    error::Result as Done,
    identity::{AUDIENCE, ISSUER, address},
    secret,
};

/// What a code stands for.
#[derive(Debug, Clone)]
pub struct Code {
    pub redirect_uri: String,
    pub challenge: String,
    pub nonce: Option<String>,
    pub sign_in: SignIn,
    pub made_at: OffsetDateTime,
    pub used: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    grant_type: String,
    client_id: String,
    code: String,
    redirect_uri: String,
    code_verifier: String,
    refresh_token: String,
}

pub async fn exchange(State(shared): State<Shared>, form: Result<Form<Asked>, FormRejection>) -> Response {
    let Ok(Form(asked)) = form else { return refused("invalid_request", "the form cannot be read") };
    if asked.client_id != CLIENT {
        return answer(StatusCode::UNAUTHORIZED, &json!({ "error": "invalid_client" }));
    }
    match asked.grant_type.as_str() {
        "authorization_code" => match of_code(&shared, &asked) {
            Some(code) => give(&shared, &code.sign_in, code.nonce.as_deref()),
            None => refused("invalid_grant", "the code is unknown, over, used, or not this client's"),
        },
        "refresh_token" => match signed::valid(&shared, "refresh+jwt", &asked.refresh_token) {
            Some(sign_in) => give(&shared, &sign_in, None),
            None => refused("invalid_grant", "the refresh token is unknown, over, or its sign-in has ended"),
        },
        _ => refused("unsupported_grant_type", "only codes and refresh tokens are exchanged"),
    }
}

fn refused(error: &str, why: &str) -> Response {
    answer(StatusCode::BAD_REQUEST, &json!({ "error": error, "error_description": why }))
}

/// What a code stands for, unless anything about it does not fit. A code that comes again ends what it gave the first time.
fn of_code(shared: &Shared, asked: &Asked) -> Option<Code> {
    let now = (shared.now)();
    let mut memory = shared.memory();
    let code = memory.codes.get_mut(&asked.code)?;
    if std::mem::replace(&mut code.used, true) {
        let sign_in = code.sign_in.sid.clone();
        memory.end(&sign_in);
        return None;
    }
    let proven = URL_SAFE_NO_PAD.encode(Sha256::digest(&asked.code_verifier)) == code.challenge;
    let fits = proven && code.redirect_uri == asked.redirect_uri && now - code.made_at <= CODE_LASTS;
    fits.then(|| code.clone())
}

fn give(shared: &Shared, sign_in: &SignIn, nonce: Option<&str>) -> Response {
    match tokens(shared, sign_in, nonce) {
        Ok(tokens) => answer(StatusCode::OK, &tokens),
        Err(_) => answer(StatusCode::INTERNAL_SERVER_ERROR, &json!({ "error": "server_error" })),
    }
}

fn tokens(shared: &Shared, sign_in: &SignIn, nonce: Option<&str>) -> Done<Value> {
    let now = (shared.now)();
    let (iat, exp) = (now.unix_timestamp(), (now + TOKENS_LAST).unix_timestamp().min(sign_in.exp));
    let SignIn { sub, auth_time, sid, .. } = sign_in;
    // What the services verify names the issuer and the audience of all tokens of this machine, pasted or not.
    let access = json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": sub, "client_id": CLIENT, "iat": iat, "exp": exp, "auth_time": auth_time,
        "jti": secret::random_hex::<16>()?, "email": address(sub), "email_verified": true,
    });
    let access = shared.issuer.sign("at+jwt", &access)?;
    let half = Sha256::digest(&access).iter().take(16).copied().collect::<Vec<u8>>();
    let mut id = json!({
        "iss": &*shared.url, "aud": CLIENT, "sub": sub, "iat": iat, "exp": exp, "auth_time": auth_time, "sid": sid,
        "at_hash": URL_SAFE_NO_PAD.encode(half),
    });
    if let (Some(nonce), Some(claims)) = (nonce, id.as_object_mut()) {
        claims.insert("nonce".to_owned(), nonce.into());
    }
    Ok(json!({
        "token_type": "Bearer",
        "access_token": access,
        "expires_in": exp - iat,
        "id_token": shared.issuer.sign("JWT", &id)?,
        "refresh_token": shared.issuer.sign("refresh+jwt", sign_in)?,
        "scope": "openid offline_access",
    }))
}
