//! Form that a person sent: theirs, made for this very session; otherwise all of it comes back to be sent again.

use axum::{
    Form,
    extract::{FromRequest, FromRequestParts, Request, rejection::FormRejection},
    response::{IntoResponse, Response},
};
use http::StatusCode;

use super::{
    App,
    visitor::{Member, Visitor},
};
use crate::{
    frame::trouble::Trouble,
    parts::{
        form::{FormValues, TOKEN},
        kept, texts,
    },
    session::Session,
};

/// What a member sent with a form of ours.
pub struct Submitted {
    pub member: Member,
    pub filled: FormValues,
}

impl FromRequest<App> for Submitted {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let Ok(visitor) = Visitor::from_request_parts(&mut parts, app).await;
        let member = Member::from_request_parts(&mut parts, app).await;
        let action = parts.uri.path().to_owned();
        let form: Result<Form<Vec<(String, String)>>, FormRejection> = Form::from_request(Request::from_parts(parts, body), app).await;
        let filled = match form {
            Ok(Form(pairs)) => FormValues::of(pairs),
            Err(rejection) => return Err(visitor.trouble(Trouble::of(&rejection))),
        };
        match member {
            Ok(member) if member.made(filled.raw(TOKEN)) => Ok(Self { member, filled }),
            Ok(member) => Err(member.keep(&action, &filled)),
            Err(_) if visitor.wants_piece => Err(StatusCode::UNAUTHORIZED.into_response()),
            Err(_) => Err(keep(&Visitor { session: None, ..visitor }, StatusCode::UNAUTHORIZED, &action, &filled, None)),
        }
    }
}

impl Member {
    /// All that was typed into a form of another session, to be sent again from here.
    pub fn keep(&self, action: &str, filled: &FormValues) -> Response {
        keep(&self.visitor, StatusCode::CONFLICT, action, filled, Some(&self.session))
    }
}

fn keep(visitor: &Visitor, status: StatusCode, action: &str, filled: &FormValues, session: Option<&Session>) -> Response {
    let content = kept::content(action, filled, session, visitor.language);
    visitor.page_with(status, texts::of(visitor.language).kept_title, None, &content)
}
