//! Handlers of the pages of requests on a case.

use axum::{
    extract::{Path, State},
    response::Response,
};
use proto::{
    cases::v1::{AskRequestRequest, AskedItem, ListRequestsRequest, RequestFile, RequestItemKind, WithdrawRequestRequest},
    role,
};

use super::{case_view as view, texts};
use crate::{
    parts::{casework::case as of_case, form::KEY},
    web::{
        App,
        of_case::{InCase, OfCase, open},
        submitted::Submitted,
        visitor::Member,
    },
};

pub async fn list(State(app): State<App>, member: Member, Path((_, case_ref)): OfCase) -> Response {
    let requests = match app.clients.requests(&member.session).list_requests(ListRequestsRequest { case_ref: case_ref.clone() }).await {
        Ok(answer) => answer.into_inner().requests,
        Err(status) => return member.visitor.refused(&status),
    };
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    member.page(texts::of(member.visitor.language).case_title, &view::list(&case, &requests, &member.drawing()))
}

pub async fn ask_form(State(app): State<App>, member: Member, Path((_, case)): OfCase) -> Response {
    open(&app, &member, &case, view::ask).await
}

/// Words belong to what is on no list, and to what victim services are to tell.
fn asked_items(kinds: &[String], words: &str) -> Vec<AskedItem> {
    let kinds = kinds.iter().filter_map(|code| RequestItemKind::try_from(code.parse::<i32>().ok()?).ok());
    kinds
        .map(|kind| {
            let has_words = matches!(kind, RequestItemKind::Other | RequestItemKind::TellVictim);
            AskedItem { kind: kind.into(), words: if has_words { words.to_owned() } else { String::new() } }
        })
        .collect()
}

pub async fn ask(State(app): State<App>, Path((_, case_ref)): OfCase, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    let sheet = view::ask(&case, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let request = AskRequestRequest {
        case_ref,
        file: filled.number("file"),
        participant_id: filled.get("participant_id"),
        reference: filled.get("reference"),
        office: filled.get("office"),
        place: filled.get("place"),
        person: filled.get("person"),
        items: asked_items(filled.all("items"), &filled.get("words")),
        reason: filled.get("reason"),
        idempotency_key: filled.get(KEY),
    };
    match app.clients.requests(&member.session).ask_request(request).await {
        Ok(_) => member.done(&of_case::path(&case, "/requests")),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}

pub async fn tell_form(State(app): State<App>, member: Member, Path((_, case)): OfCase) -> Response {
    open(&app, &member, &case, view::tell).await
}

pub async fn tell(State(app): State<App>, Path((_, case_ref)): OfCase, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    let sheet = view::tell(&case, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let item = AskedItem { kind: RequestItemKind::TellVictim.into(), words: filled.get("items") };
    let request = AskRequestRequest {
        case_ref,
        file: RequestFile::Victim.into(),
        participant_id: filled.get("participant_id"),
        reference: filled.get("reference"),
        office: role::VICTIM_SERVICES_OFFICER.to_owned(),
        place: filled.get("place"),
        person: String::new(),
        items: vec![item],
        reason: filled.get("reason"),
        idempotency_key: filled.get(KEY),
    };
    match app.clients.requests(&member.session).ask_request(request).await {
        Ok(_) => member.done(&of_case::path(&case, "/requests")),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}

pub async fn withdraw_form(State(app): State<App>, member: Member, Path((_, case, id)): InCase) -> Response {
    open(&app, &member, &case, |case, drawing| view::withdraw(case, &id, drawing)).await
}

pub async fn withdraw(State(app): State<App>, Path((_, case_ref, request_id)): InCase, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    let sheet = view::withdraw(&case, &request_id, &member.drawing());
    match app.clients.requests(&member.session).withdraw_request(WithdrawRequestRequest { case_ref, request_id }).await {
        Ok(_) => member.done(&of_case::path(&case, "/requests")),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}
