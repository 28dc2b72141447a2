//! Handlers of the forms on described modes.

use axum::{
    extract::{Path, State},
    response::Response,
};
use proto::cases::v1::{DescribeModeRequest, SayDirectRequest};

use super::view;
use crate::web::{
    App,
    of_case::{InCase, OfCase, open},
    submitted::Submitted,
    visitor::Member,
};

pub async fn describe_form(State(app): State<App>, member: Member, Path((_, case)): OfCase) -> Response {
    open(&app, &member, &case, view::describe).await
}

pub async fn describe(State(app): State<App>, Path((_, case_ref)): OfCase, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    let sheet = view::describe(&case, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let request = DescribeModeRequest { case_ref, description: filled.get("description") };
    match app.clients.modes(&member.session).describe_mode(request).await {
        Ok(_) => member.done_with(&case),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}

pub async fn direct_form(State(app): State<App>, member: Member, Path((_, case, mode)): InCase) -> Response {
    open(&app, &member, &case, |case, drawing| view::direct(case, &mode, drawing)).await
}

pub async fn say_direct(State(app): State<App>, Path((_, case_ref, mode_id)): InCase, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    let sheet = view::direct(&case, &mode_id, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let request = SayDirectRequest { case_ref, mode_id, direct: filled.get("direct") == view::DIRECT };
    match app.clients.modes(&member.session).say_direct(request).await {
        Ok(_) => member.done_with(&case),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}
