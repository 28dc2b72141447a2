//! Handlers of the pages of extracts of OMS.

use axum::{
    extract::{Path, State},
    response::Response,
};
use proto::cases::v1::{ListExtractsRequest, PullExtractRequest};

use super::{texts, view};
use crate::{
    parts::{
        casework::case as of_case,
        form::{FormValues, KEY},
    },
    web::{App, of_case::OfCase, submitted::Submitted, visitor::Member},
};

pub async fn list(State(app): State<App>, member: Member, Path((_, case_ref)): OfCase) -> Response {
    let extracts = match app.clients.extracts(&member.session).list_extracts(ListExtractsRequest { case_ref: case_ref.clone() }).await {
        Ok(answer) => answer.into_inner().extracts,
        Err(status) => return member.visitor.refused(&status),
    };
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    member.page(texts::of(member.visitor.language).title, &view::list(&case, &extracts, &member.drawing()))
}

pub async fn pull_form(State(app): State<App>, member: Member, Path((_, case_ref)): OfCase) -> Response {
    match app.clients.case(&member.session, &case_ref).await {
        Ok(case) => member.sheet(&view::pull(&case, &member.drawing()), &FormValues::empty(app.ids.uuid())),
        Err(status) => member.visitor.refused(&status),
    }
}

pub async fn pull(State(app): State<App>, Path((_, case_ref)): OfCase, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    let sheet = view::pull(&case, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let request = PullExtractRequest {
        case_ref,
        participant_id: filled.get("participant_id"),
        purpose: filled.number("purpose"),
        reason: filled.get("reason"),
        idempotency_key: filled.get(KEY),
    };
    match app.clients.extracts(&member.session).pull_extract(request).await {
        Ok(_) => member.done(&of_case::path(&case, "/extracts")),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}
