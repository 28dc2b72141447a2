//! Handlers of the pages on purges.

use axum::{
    extract::{Path, State},
    response::Response,
};
use proto::cases::v1::{ConfirmPurgeRequest, GetPurgeCertificateRequest, ListDueRequest, OrderPurgeRequest};

use super::{texts, view};
use crate::web::{
    App,
    of_case::{OfCase, open},
    submitted::Submitted,
    visitor::Member,
};

pub async fn due(State(app): State<App>, member: Member) -> Response {
    match app.clients.purges(&member.session).list_due(ListDueRequest {}).await {
        Ok(answer) => member.page(texts::of(member.visitor.language).due_title, &view::due(&answer.into_inner().cases, &member.drawing())),
        Err(status) => member.visitor.refused(&status),
    }
}

pub async fn order_form(State(app): State<App>, member: Member, Path((_, case)): OfCase) -> Response {
    open(&app, &member, &case, view::order).await
}

pub async fn order(State(app): State<App>, Path((_, case_ref)): OfCase, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    match app.clients.purges(&member.session).order_purge(OrderPurgeRequest { case_ref: case_ref.clone() }).await {
        Ok(_) => member.done("/purges"),
        Err(status) => {
            let case = app.clients.case_of_form(&member.session, &case_ref).await;
            member.refuse(&view::order(&case, &member.drawing()), &filled, &status)
        }
    }
}

pub async fn confirm_form(State(app): State<App>, member: Member, Path((_, case)): OfCase) -> Response {
    open(&app, &member, &case, view::confirm).await
}

pub async fn confirm(State(app): State<App>, Path((_, case_ref)): OfCase, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    match app.clients.purges(&member.session).confirm_purge(ConfirmPurgeRequest { case_ref: case_ref.clone() }).await {
        Ok(_) => member.done(&format!("/purges/{case_ref}")),
        Err(status) => {
            let case = app.clients.case_of_form(&member.session, &case_ref).await;
            member.refuse(&view::confirm(&case, &member.drawing()), &filled, &status)
        }
    }
}

pub async fn certificate(State(app): State<App>, member: Member, Path((_, case_ref)): OfCase) -> Response {
    let answer = app.clients.purges(&member.session).get_purge_certificate(GetPurgeCertificateRequest { case_ref }).await;
    match answer.map(|answer| answer.into_inner().certificate) {
        Ok(Some(certificate)) => {
            member.page(texts::of(member.visitor.language).certificate, &view::certificate(&certificate, &member.drawing()))
        }
        Ok(None) => member.visitor.refused(&tonic::Status::not_found("")),
        Err(status) => member.visitor.refused(&status),
    }
}
