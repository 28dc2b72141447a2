//! Handlers of the pages on holds.

use axum::{
    extract::{Path, State},
    response::Response,
};
use proto::cases::v1::{LiftHoldRequest, ListHoldsRequest, PlaceHoldRequest};

use super::{texts, view};
use crate::{
    parts::casework::case as of_case,
    web::{
        App,
        of_case::{InCase, OfCase, open},
        submitted::Submitted,
        visitor::Member,
    },
};

pub async fn list(State(app): State<App>, member: Member, Path((_, case_ref)): OfCase) -> Response {
    let holds = match app.clients.holds(&member.session).list_holds(ListHoldsRequest { case_ref: case_ref.clone() }).await {
        Ok(answer) => answer.into_inner().holds,
        Err(status) => return member.visitor.refused(&status),
    };
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    member.page(texts::of(member.visitor.language).title, &view::list(&case, &holds, &member.drawing()))
}

pub async fn place_form(State(app): State<App>, member: Member, Path((_, case)): OfCase) -> Response {
    open(&app, &member, &case, view::place).await
}

pub async fn place(State(app): State<App>, Path((_, case_ref)): OfCase, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    let sheet = view::place(&case, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let request = PlaceHoldRequest { case_ref, kind: filled.number("kind"), reason: filled.get("reason") };
    match app.clients.holds(&member.session).place_hold(request).await {
        Ok(_) => member.done(&of_case::path(&case, "/holds")),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}

pub async fn lift_form(State(app): State<App>, member: Member, Path((_, case, hold)): InCase) -> Response {
    open(&app, &member, &case, |case, drawing| view::lift(case, &hold, drawing)).await
}

pub async fn lift(State(app): State<App>, Path((_, case_ref, hold_id)): InCase, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    let sheet = view::lift(&case, &hold_id, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let request = LiftHoldRequest { case_ref, hold_id, reason: filled.get("reason") };
    match app.clients.holds(&member.session).lift_hold(request).await {
        Ok(_) => member.done(&of_case::path(&case, "/holds")),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}
