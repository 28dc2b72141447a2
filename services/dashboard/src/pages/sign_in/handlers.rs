//! Handlers to sign in and out at the organisation's identity provider (ADR 0044). The browser is given no token that it could read.

use std::net::SocketAddr;

use axum::{
    Extension, Form,
    extract::{
        ConnectInfo, Query, State,
        rejection::{FormRejection, QueryRejection},
    },
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use server::limits;
use sha2::{Digest, Sha256};
use tonic::Code;

use super::{
    texts,
    view::{Notice, content, stayed_content},
};
use crate::{
    frame::trouble::Trouble,
    provider::{Attempt, Failure, Provider, Secrets},
    text::Language,
    web::{
        App, safe_next, see_other,
        visitor::{Member, Visitor},
    },
};

/// Beginning of the names of the cookies that remember sign-ins under way, one for each tab.
const ATTEMPT: &str = "ro_attempt_";
const PURPOSE: &str = "attempt";
const ATTEMPT_SECONDS: i64 = 15 * 60;
/// Most sign-ins under way in one browser; the others are forgotten for one more.
const MAX_ATTEMPTS: usize = 4;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SignInQuery {
    next: String,
    signed_out: Option<u8>,
    again: Option<u8>,
}

pub async fn page(State(app): State<App>, visitor: Visitor, Query(query): Query<SignInQuery>) -> Response {
    let notice = match (&app.provider, query.signed_out, query.again) {
        (None, ..) => Notice::NoProvider,
        (_, Some(_), _) => Notice::SignedOut,
        // Said before anything is pressed; and the page may then lead to wherever the provider's pages are.
        (Some(provider), ..) if !provider.is_there().await => Notice::Silent,
        (_, None, Some(_)) => Notice::Again,
        _ => Notice::None,
    };
    show(&visitor, notice, StatusCode::OK, &query.next, query.again.is_some())
}

/// Leads to the provider. With `again` the person is asked, whoever is signed in there.
pub async fn start(State(app): State<App>, visitor: Visitor, headers: HeaderMap, Query(query): Query<SignInQuery>) -> Response {
    let next = safe_next(&query.next, visitor.language);
    let anew = query.again.is_some();
    let Some(provider) = &app.provider else {
        return show(&visitor, Notice::NoProvider, StatusCode::SERVICE_UNAVAILABLE, &next, anew);
    };
    let secret = || app.sessions.secret();
    let attempt = Attempt {
        secrets: Secrets { state: secret(), nonce: secret(), proof_key: secret() },
        next: next.clone(),
        french: visitor.language == Language::French,
        anew,
        begun_at: app.clock.now().unix_timestamp(),
    };
    let (Ok(address), Some(sealed)) = (provider.begin(&attempt).await, app.sessions.seal.seal(PURPOSE, &attempt)) else {
        return show(&visitor, Notice::Silent, StatusCode::SERVICE_UNAVAILABLE, &next, anew);
    };
    let cookies = app.sessions.cookies;
    let mut set = cookies.keep(&attempt_name(&attempt.secrets.state), &sealed, ATTEMPT_SECONDS);
    let others = cookies.beginning(&headers, ATTEMPT);
    let many = others.len() >= MAX_ATTEMPTS;
    set.extend(others.iter().filter(|_| many).flat_map(|name| cookies.remove(name)));
    with_cookies(see_other(&address), set)
}

/// What the provider answers by the browser.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Answer {
    code: Option<String>,
    state: String,
    iss: Option<String>,
    error: Option<String>,
}

/// Peer address of a request, from the HTTP server.
type From = Option<Extension<ConnectInfo<SocketAddr>>>;

/// The way back from the provider.
pub async fn callback(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    from: From,
    answer: Result<Query<Answer>, QueryRejection>,
) -> Response {
    let answer = answer.map(|Query(answer)| answer).unwrap_or_default();
    let Some(provider) = &app.provider else {
        return show(&visitor, Notice::NoProvider, StatusCode::SERVICE_UNAVAILABLE, "", false);
    };
    let name = attempt_name(&answer.state);
    let sealed = app.sessions.cookies.find(&headers, &name);
    let attempt: Option<Attempt> = sealed.and_then(|sealed| app.sessions.seal.open(PURPOSE, &sealed));
    let attempt = attempt.filter(|attempt| same(&attempt.secrets.state, &answer.state) && attempt.lasts(app.clock.now()));
    let Some(attempt) = attempt else {
        // Whoever has an attempt of their own passes however many others came from the same proxy.
        let from = from.map(|Extension(ConnectInfo(from))| from.ip().to_string());
        if from.is_some_and(|from| app.sign_ins.take(&from, app.clock.now()).is_err()) {
            limits::count("sign-in");
            return visitor.trouble(Trouble::Busy);
        }
        tracing::info!("an answer to a sign-in that this browser has not begun was refused");
        return show(&visitor, Notice::NotBegun, StatusCode::BAD_REQUEST, "", false);
    };
    let visitor = visitor.speaking(attempt.language());
    let finished = finish(&app, provider, &headers, &attempt, answer).await;
    // It has been used, whatever came of it.
    let used = app.sessions.cookies.remove(&name);
    match finished {
        Ok(cookies) => with_cookies(see_other(&safe_next(&attempt.next, visitor.language)), cookies.into_iter().chain(used).collect()),
        Err((notice, status)) => with_cookies(show(&visitor, notice, status, &attempt.next, notice == Notice::NotAnew), used),
    }
}

/// Signs the person in; the cookies of their session, or what to say instead.
async fn finish(
    app: &App,
    provider: &Provider,
    headers: &HeaderMap,
    attempt: &Attempt,
    answer: Answer,
) -> Result<Vec<HeaderValue>, (Notice, StatusCode)> {
    if answer.iss.as_deref().is_some_and(|issuer| issuer != provider.issuer()) {
        tracing::warn!("another issuer answered a sign-in");
        return Err((Notice::Refused, StatusCode::UNAUTHORIZED));
    }
    if let Some(error) = answer.error {
        let outcome = if error == "access_denied" { "denied" } else { "failed" };
        tracing::info!(outcome, "the identity provider signed nobody in");
        return Err((Notice::Refused, StatusCode::UNAUTHORIZED));
    }
    let code = answer.code.filter(|code| !code.is_empty()).ok_or((Notice::Refused, StatusCode::UNAUTHORIZED))?;
    let (proof, tokens) = provider.finish(attempt, &code).await.map_err(|failure| match failure {
        Failure::Silent => (Notice::Silent, StatusCode::SERVICE_UNAVAILABLE),
        Failure::Refused => (Notice::Refused, StatusCode::UNAUTHORIZED),
        Failure::NotAnew => (Notice::NotAnew, StatusCode::UNAUTHORIZED),
    })?;
    // A person without a grant may sign in: to raise a concern [RM1c]. A person unknown to the safety service gets no session.
    let caller = app.safety.who(proof.clone(), &tokens.access).await.map_err(|status| {
        if status.code() == Code::Unauthenticated {
            return (Notice::Refused, StatusCode::UNAUTHORIZED);
        }
        tracing::warn!(code = %status.code(), "what somebody may do could not be asked at sign-in");
        (Notice::NotAsked, StatusCode::SERVICE_UNAVAILABLE)
    })?;
    let former = app.sessions.find(headers).map(|found| found.kept);
    let (cookies, session) = app.sessions.begin(&proof, caller, tokens, former.as_ref()).map_err(|_| {
        tracing::error!("the tokens of the identity provider are larger than a browser keeps: have it leave claims out");
        (Notice::Refused, StatusCode::UNAUTHORIZED)
    })?;
    tracing::info!(caller.subject = session.caller.subject, "signed in");
    Ok(cookies)
}

/// The page in a tab of its own after a session was extended.
pub async fn stayed(member: Member) -> Response {
    let language = member.visitor.language;
    member.page(texts::of(language).stayed, &stayed_content(language, member.session.expires_at))
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Leaving {
    form_token: String,
}

pub async fn out(State(app): State<App>, member: Member, form: Result<Form<Leaving>, FormRejection>) -> Response {
    if !form.is_ok_and(|Form(form)| member.made(&form.form_token)) {
        return member.visitor.trouble(Trouble::FormerSession);
    }
    app.sessions.end(&member.id);
    tracing::info!(caller.subject = member.session.caller.subject, "signed out");
    let language = member.visitor.language;
    let there = match &app.provider {
        Some(provider) => provider.logout(member.session.id_token(), language).await,
        None => None,
    };
    let there = there.unwrap_or_else(|| signed_out(language));
    with_cookies(see_other(&there), app.sessions.forget())
}

/// The way back from the provider after signing out there.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Left {
    state: String,
}

pub async fn left(visitor: Visitor, Query(left): Query<Left>) -> Response {
    see_other(&signed_out(Language::parse(&left.state).unwrap_or(visitor.language)))
}

fn signed_out(language: Language) -> String {
    format!("/{}/sign-in?signed_out=1", language.code())
}

fn show(visitor: &Visitor, notice: Notice, status: StatusCode, next: &str, again: bool) -> Response {
    let title = texts::of(visitor.language).sign_in;
    let next = safe_next(next, visitor.language);
    let visitor = Visitor { here: "/sign-in".to_owned(), ..visitor.clone() };
    visitor.page_with(status, title, None, &content(visitor.language, notice, &next, again))
}

/// Name of the cookie of an attempt. It says nothing of the state, which the provider has in its own address.
fn attempt_name(state: &str) -> String {
    let digest = hex::encode(Sha256::digest(state));
    format!("{ATTEMPT}{}", digest.chars().take(16).collect::<String>())
}

/// Hashes are compared, so that the time taken discloses nothing.
fn same(one: &str, other: &str) -> bool {
    Sha256::digest(one) == Sha256::digest(other)
}

fn with_cookies(mut response: Response, cookies: Vec<HeaderValue>) -> Response {
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response.into_response()
}
