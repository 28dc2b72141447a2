//! Handlers of the forms on participants.

use axum::{
    extract::{Path, State},
    response::Response,
};
use proto::cases::v1::{AddParticipantRequest, LeaveCaseRequest};

use super::view;
use crate::{
    parts::form::KEY,
    web::{
        App,
        of_case::{InCase, OfCase, open},
        submitted::Submitted,
        visitor::Member,
    },
};

pub async fn add_form(State(app): State<App>, member: Member, Path((_, case)): OfCase) -> Response {
    open(&app, &member, &case, view::add).await
}

pub async fn add(State(app): State<App>, Path((_, case_id)): OfCase, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let case = app.clients.case_of_form(&member.session, &case_id).await;
    let sheet = view::add(&case, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let request = AddParticipantRequest {
        case_id,
        kind: filled.number("kind"),
        name: filled.get("name"),
        fps: filled.get("fps"),
        language: filled.get("language"),
        idempotency_key: filled.get(KEY),
        is_another_person: filled.is_checked("is_another_person"),
    };
    match app.clients.participants(&member.session).add_participant(request).await {
        Ok(_) => member.done_with(&case),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}

pub async fn leave_form(State(app): State<App>, member: Member, Path((_, case, who)): InCase) -> Response {
    open(&app, &member, &case, |case, drawing| view::leave(case, &who, drawing)).await
}

pub async fn leave(State(app): State<App>, Path((_, case_ref, participant_id)): InCase, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    let sheet = view::leave(&case, &participant_id, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let request = LeaveCaseRequest { case_ref, participant_id, wish: filled.number("wish"), reason: filled.get("reason") };
    match app.clients.participants(&member.session).leave_case(request).await {
        Ok(_) => member.done_with(&case),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}
