//! Handlers to sign in and out. A token is verified before a session is made; the browser never stores the token.

use std::net::SocketAddr;

use axum::{
    Extension, Form,
    extract::{ConnectInfo, Query, State, rejection::FormRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use base::Private;
use serde::Deserialize;
use server::limits;
use tonic::Code;

use super::{
    texts,
    view::{Notice, content},
};
use crate::{
    frame::trouble::Trouble,
    web::{
        App, safe_next, see_other,
        visitor::{Member, Visitor, cookie_name},
    },
};

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SignInQuery {
    next: String,
    signed_out: Option<u8>,
    again: Option<u8>,
}

pub async fn page(State(app): State<App>, visitor: Visitor, Query(query): Query<SignInQuery>) -> Response {
    let notice = match (&app.verifier, query.signed_out, query.again) {
        (None, ..) => Notice::NoKeys,
        (_, Some(_), _) => Notice::SignedOut,
        (_, None, Some(_)) => Notice::Again,
        _ => Notice::None,
    };
    show(&app, &visitor, notice, StatusCode::OK, &query.next)
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Credentials {
    token: String,
    /// Number of an invented person; not offered where there are none.
    person: Option<usize>,
    next: String,
}

/// Peer address of a request, from the HTTP server.
type From = Option<Extension<ConnectInfo<SocketAddr>>>;

pub async fn submit(State(app): State<App>, visitor: Visitor, from: From, form: Result<Form<Credentials>, FormRejection>) -> Response {
    let form = match form {
        Ok(Form(form)) => form,
        Err(rejection) => return visitor.trouble(Trouble::of(&rejection)),
    };
    let token = match form.person.and_then(|number| app.people.get(number)) {
        Some(person) => person.token.expose().clone(),
        None => form.token.trim().to_owned(),
    };
    let Some(verifier) = &app.verifier else {
        return show(&app, &visitor, Notice::NoKeys, StatusCode::SERVICE_UNAVAILABLE, &form.next);
    };
    let Ok(proof) = verifier.verify(&token) else {
        // A valid token passes however many invalid ones came from the same proxy.
        let from = from.map(|Extension(ConnectInfo(from))| from.ip().to_string());
        if from.is_some_and(|from| app.sign_ins.take(&from, app.clock.now()).is_err()) {
            limits::count("sign-in");
            return visitor.trouble(Trouble::Busy);
        }
        tracing::info!("a sign-in was refused");
        return show(&app, &visitor, Notice::Refused, StatusCode::UNAUTHORIZED, &form.next);
    };
    let token = Private::new(token);
    // A person without a grant may sign in: to raise a concern [RM1c]. A person unknown to the safety service gets no session.
    let caller = match app.safety.who(proof.clone(), &token).await {
        Ok(caller) => caller,
        Err(status) if status.code() == Code::Unauthenticated => {
            return show(&app, &visitor, Notice::Refused, StatusCode::UNAUTHORIZED, &form.next);
        }
        Err(status) => {
            tracing::warn!(code = %status.code(), "what somebody may do could not be asked at sign-in");
            return show(&app, &visitor, Notice::NotAsked, StatusCode::SERVICE_UNAVAILABLE, &form.next);
        }
    };
    if let Some(old) = &visitor.cookie {
        app.sessions.end(old);
    }
    let Ok((cookie, session)) = app.sessions.begin(proof, caller, token) else {
        limits::count("sessions");
        return visitor.trouble(Trouble::Busy);
    };
    tracing::info!(caller.subject = session.caller.subject, "signed in");
    let secure = if app.is_development() { "" } else { "; Secure" };
    let seconds = (session.expires_at - app.clock.now()).whole_seconds().max(0);
    let cookie = format!("{}={cookie}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}", cookie_name(&app));
    with_cookie(see_other(&safe_next(&form.next, visitor.language)), &cookie)
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
    if let Some(cookie) = &member.visitor.cookie {
        app.sessions.end(cookie);
    }
    tracing::info!(caller.subject = member.session.caller.subject, "signed out");
    let secure = if app.is_development() { "" } else { "; Secure" };
    let gone = format!("{}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0{secure}", cookie_name(&app));
    with_cookie(see_other(&format!("/{}/sign-in?signed_out=1", member.visitor.language.code())), &gone)
}

fn show(app: &App, visitor: &Visitor, notice: Notice, status: StatusCode, next: &str) -> Response {
    let title = texts::of(visitor.language).sign_in;
    let next = safe_next(next, visitor.language);
    visitor.page_with(status, title, None, &content(visitor.language, notice, &app.people, &next))
}

fn with_cookie(response: Response, cookie: &str) -> Response {
    let mut headers = HeaderMap::new();
    if let Ok(value) = cookie.parse() {
        headers.insert(header::SET_COOKIE, value);
    }
    (headers, response).into_response()
}
