//! Acceptance of a concern: one press, with or without a script. The second person is shown who was first [R3e].

use axum::{
    Form,
    extract::{Path, State, rejection::FormRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use proto::safety::v1::Audience;
use serde::Deserialize;
use serde_json::json;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::{live, texts, view::Card};
use crate::{
    frame::{self, trouble::Trouble},
    parts::{drawing::Drawing, person},
    text::fill,
    web::{App, see_other, visitor::Member},
};

/// Refusal code of the safety service where the sign-in is too old for an acceptance (THREAT-3).
const PROVE_ANEW: &str = "sign-in-again";

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Acceptance {
    form_token: String,
    audience: i32,
    note: String,
    /// How many statements the page showed: no one accepts what they have not seen.
    said: i32,
}

pub async fn accept(
    State(app): State<App>,
    member: Member,
    Path((_, concern)): Path<(String, String)>,
    form: Result<Form<Acceptance>, FormRejection>,
) -> Response {
    let form = match form {
        Ok(Form(form)) => form,
        Err(rejection) => return member.visitor.trouble(Trouble::of(&rejection)),
    };
    let audience = Audience::try_from(form.audience).unwrap_or_default();
    if !member.made(&form.form_token) {
        return member.visitor.trouble(Trouble::FormerSession);
    }
    if let Err(status) = app.safety.accept(&member.session, &concern, audience, (form.said, form.note.trim())).await {
        return failed(&member, &concern, &status);
    }
    app.strip.forget(&member.session.tabs);
    if !member.visitor.wants_piece {
        return member.done(&format!("/concerns?accepted={concern}"));
    }
    // It is accepted; if the new card cannot be read, the live stream will deliver it.
    let Ok(view) = app.safety.get(&member.session, &concern).await else { return StatusCode::NO_CONTENT.into_response() };
    let drawing = member.drawing();
    let message = outcome(&Card::of(&view, &member.session.caller), &drawing);
    let answer = json!({ "item": live::item(&view, &drawing), "message": message });
    ([(header::CONTENT_TYPE, "application/json")], answer.to_string()).into_response()
}

/// Message after the press: accepted by the viewer, or who was first.
pub fn outcome(card: &Card, drawing: &Drawing<'_>) -> Option<String> {
    let texts = texts::of(drawing.language);
    let mine = card.audiences.iter().any(|audience| audience.mine);
    let first = card.audiences.iter().find(|audience| audience.accepted_at.is_some())?;
    let text = if mine { texts.accept_first } else { texts.accept_late };
    Some(fill(text, &[("reference", &card.reference), ("who", &person::name(&first.accepted_by, drawing))]))
}

/// Redirect to the sign-in page, which leads back to the concern.
fn prove_anew(member: &Member, concern: &str) -> Response {
    let language = member.visitor.language;
    let go = format!("/{0}/sign-in?again=1&next=/{0}/concerns/{concern}", language.code());
    if !member.visitor.wants_piece {
        return see_other(&go);
    }
    let body = json!({ "message": crate::pages::sign_in::texts::of(language).sign_in_again, "go": go });
    (StatusCode::UNAUTHORIZED, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

fn failed(member: &Member, concern: &str, status: &Status) -> Response {
    if status.get_details_error_info().is_some_and(|info| info.reason == PROVE_ANEW) {
        return prove_anew(member, concern);
    }
    if !member.visitor.wants_piece {
        return member.visitor.refused(status);
    }
    let texts = texts::of(member.visitor.language);
    let (code, message) = match status.code() {
        Code::Unauthenticated => (StatusCode::UNAUTHORIZED, frame::texts::of(member.visitor.language).accept_signed_out),
        Code::PermissionDenied | Code::NotFound => (StatusCode::FORBIDDEN, texts.accept_not_yours),
        _ => (StatusCode::SERVICE_UNAVAILABLE, frame::texts::of(member.visitor.language).accept_failed),
    };
    (code, [(header::CONTENT_TYPE, "application/json")], json!({ "message": message }).to_string()).into_response()
}
