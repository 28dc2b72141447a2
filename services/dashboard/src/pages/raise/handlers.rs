//! Handlers to raise a concern and to read its progress. Input is never lost to an error.

use axum::{
    Form,
    extract::{Path, State, rejection::FormRejection},
    http::StatusCode,
    response::Response,
};
use proto::safety::v1::Concern;
use tonic::{Code, Status};

use super::{
    texts,
    view::{self as pages, Draft, Failure},
};
use crate::{
    frame::trouble::Trouble,
    parts::refusal::Refusal,
    text::{Language, fill},
    web::{
        App, see_other,
        visitor::{Member, Visitor},
    },
};

pub async fn page(State(app): State<App>, member: Member) -> Response {
    let draft = Draft { concern_id: app.ids.uuid().to_string(), ..Draft::default() };
    member
        .visitor
        .page(texts::of(member.visitor.language).raise, &pages::form(&draft, None, &member.visitor.shell.desks, &member.drawing()))
}

pub async fn submit(
    State(app): State<App>,
    visitor: Visitor,
    member: Result<Member, Response>,
    form: Result<Form<Draft>, FormRejection>,
) -> Response {
    let draft = match form {
        Ok(Form(draft)) => draft,
        Err(rejection) => return visitor.trouble(Trouble::of(&rejection)),
    };
    let Ok(member) = member else { return kept(&app, &visitor, &draft) };
    let texts = texts::of(member.visitor.language);
    if !member.made(&draft.form_token) {
        return again(&member, &draft, &Failure::of_the_text(texts.raise_former_session), StatusCode::CONFLICT);
    }
    if draft.is_empty() {
        return again(&member, &draft, &Failure::of_the_text(texts.raise_empty), StatusCode::UNPROCESSABLE_ENTITY);
    }
    if draft.grade() == 0 {
        return again(&member, &draft, &Failure::of_the_gravity(texts.raise_gravity), StatusCode::UNPROCESSABLE_ENTITY);
    }
    if let Some(too_long) = draft.too_long(member.visitor.language) {
        return again(&member, &draft, &too_long, StatusCode::UNPROCESSABLE_ENTITY);
    }
    match app.safety.raise(&member.session, concern(&draft)).await {
        Ok(receipt) => see_other(&format!("/{}/raise/{}", member.visitor.language.code(), receipt.concern_id)),
        Err(status) if status.code() == Code::Unauthenticated => kept(&app, &visitor, &draft),
        Err(status) => {
            let (why, code) = explain(&status, member.visitor.language);
            again(&member, &draft, &Failure::of_the_text(&why), code)
        }
    }
}

pub async fn recorded(State(app): State<App>, member: Member, Path((_, concern)): Path<(String, String)>) -> Response {
    let receipt = match app.safety.receipt(&member.session, &concern).await {
        Ok(receipt) => Some(receipt),
        // A person without a grant may raise and not read on: that it was recorded is known nevertheless.
        Err(status) if [Code::Unavailable, Code::DeadlineExceeded, Code::Cancelled, Code::PermissionDenied].contains(&status.code()) => {
            None
        }
        Err(status) => return member.visitor.refused(&status),
    };
    let title = texts::of(member.visitor.language).recorded_title;
    member.visitor.page(title, &pages::recorded(&concern, receipt.as_ref(), &member.visitor.shell.desks, &member.drawing()))
}

fn concern(draft: &Draft) -> Concern {
    let trimmed = |text: &String| text.trim().to_owned();
    Concern {
        concern_id: draft.concern_id.clone(),
        grade: draft.grade(),
        site: trimmed(&draft.site),
        text: trimmed(&draft.text),
        person_at_risk: trimmed(&draft.person_at_risk),
        nature: trimmed(&draft.nature),
        place: trimmed(&draft.place),
        advice: trimmed(&draft.advice),
        call_back: trimmed(&draft.call_back),
        ..Concern::default()
    }
}

fn again(member: &Member, draft: &Draft, why: &Failure, code: StatusCode) -> Response {
    let title = texts::of(member.visitor.language).raise;
    member.visitor.page_with(code, title, None, &pages::form(draft, Some(why), &member.visitor.shell.desks, &member.drawing()))
}

/// The whole form again after the session has ended, to be sent after signing in.
fn kept(app: &App, visitor: &Visitor, draft: &Draft) -> Response {
    let visitor = Visitor { session: None, ..visitor.clone() };
    let content = pages::kept(draft, visitor.language, &app.safety.known_sites(), &visitor.shell.desks);
    visitor.page_with(StatusCode::UNAUTHORIZED, texts::of(visitor.language).raise, None, &content)
}

/// The service's own words for a refusal; otherwise that nothing was recorded.
fn explain(status: &Status, language: Language) -> (String, StatusCode) {
    let (texts, refusal) = (texts::of(language), Refusal::of(status, language));
    let why = if refusal.reason.is_empty() { texts.raise_failed.to_owned() } else { fill(texts.raise_refused, &[("why", &refusal.words)]) };
    (why, refusal.status)
}
