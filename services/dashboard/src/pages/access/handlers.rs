//! Handlers of the pages on access to a case.

use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use base::wire::timestamp;
use proto::cases::v1::{AssignMediatorRequest, AssignOfficerRequest, EndAssignmentRequest, EndOfficerRequest, ListAccessRequest};

use serde::Deserialize;

use super::{texts, view};
use crate::{
    parts::form::{FormValues, parse_moment},
    web::{
        App,
        of_case::{OfCase, open},
        submitted::Submitted,
        visitor::Member,
    },
};

/// Whom the page of those who fit has chosen.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Chosen {
    mediator: String,
}

pub async fn mediator_form(State(app): State<App>, member: Member, Path((_, case)): OfCase, Query(chosen): Query<Chosen>) -> Response {
    match app.clients.case(&member.session, &case).await {
        Ok(case) => {
            let filled = FormValues::empty(app.ids.uuid()).with("mediator", &chosen.mediator);
            member.sheet(&view::mediator(&case, &member.drawing()), &filled)
        }
        Err(status) => member.visitor.refused(&status),
    }
}

pub async fn assign_mediator(State(app): State<App>, Path((_, case_id)): OfCase, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let case = app.clients.case_of_form(&member.session, &case_id).await;
    let sheet = view::mediator(&case, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let until = parse_moment(filled.raw("until")).map(timestamp);
    let request = AssignMediatorRequest { case_id, mediator: filled.get("mediator"), until };
    match app.clients.access(&member.session).assign_mediator(request).await {
        Ok(_) => member.done_with(&case),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}

pub async fn end_mediator_form(State(app): State<App>, member: Member, Path((_, case)): OfCase) -> Response {
    open(&app, &member, &case, view::end_mediator).await
}

pub async fn end_mediator(State(app): State<App>, Path((_, case_id)): OfCase, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let case = app.clients.case_of_form(&member.session, &case_id).await;
    let sheet = view::end_mediator(&case, &member.drawing());
    let request = EndAssignmentRequest { case_id, mediator: case.mediator.clone() };
    match app.clients.access(&member.session).end_assignment(request).await {
        Ok(_) => member.done_with(&case),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}

pub async fn officer_form(State(app): State<App>, member: Member, Path((_, case)): OfCase) -> Response {
    open(&app, &member, &case, view::officer).await
}

pub async fn assign_officer(State(app): State<App>, Path((_, case_ref)): OfCase, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    let sheet = view::officer(&case, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let until = parse_moment(filled.raw("until")).map(timestamp);
    let request = AssignOfficerRequest { case_ref, officer: filled.get("officer"), until };
    match app.clients.access(&member.session).assign_officer(request).await {
        Ok(_) => member.done_with(&case),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}

pub async fn end_officer_form(State(app): State<App>, member: Member, Path((_, case)): OfCase) -> Response {
    open(&app, &member, &case, view::end_officer).await
}

pub async fn end_officer(State(app): State<App>, Path((_, case_ref)): OfCase, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    let sheet = view::end_officer(&case, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    match app.clients.access(&member.session).end_officer(EndOfficerRequest { case_ref, officer: filled.get("officer") }).await {
        Ok(_) => member.done_with(&case),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}

pub async fn log(State(app): State<App>, member: Member, Path((_, case_ref)): OfCase) -> Response {
    let lines = match app.clients.access(&member.session).list_access(ListAccessRequest { case_ref: case_ref.clone() }).await {
        Ok(answer) => answer.into_inner().accesses,
        Err(status) => return member.visitor.refused(&status),
    };
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    member.page(texts::of(member.visitor.language).log_title, &view::log(&case, &lines, &member.drawing()))
}
