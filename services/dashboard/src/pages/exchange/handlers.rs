//! Handlers of the pages of items that pass between participants.

use axum::{
    extract::{Path, State},
    response::Response,
};
use proto::cases::v1::{Case, Document, Item, ListDocumentsRequest, ListItemsRequest, RegisterItemRequest, StepItemRequest};

use super::{steps, texts, view};
use crate::{
    frame::trouble::Trouble,
    parts::{
        casework::{case as of_case, choices::chosen_mode},
        form::{FormValues, KEY},
    },
    session::Session,
    web::{App, of_case::OfCase, submitted::Submitted, visitor::Member},
};

/// Language, case, item and step in an address.
type OfStep = Path<(String, String, String, String)>;

pub async fn list(State(app): State<App>, member: Member, Path((_, case_ref)): OfCase) -> Response {
    let items = match app.clients.exchange(&member.session).list_items(ListItemsRequest { case_ref: case_ref.clone() }).await {
        Ok(answer) => answer.into_inner().items,
        Err(status) => return member.visitor.refused(&status),
    };
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    member.page(texts::of(member.visitor.language).title, &view::list(&case, &items, &member.drawing()))
}

/// What a form on the items of a case chooses from; empty where it cannot be read now, and the service still decides.
async fn beside(app: &App, session: &Session, case: &Case) -> (Vec<Document>, Vec<Item>) {
    let case_ref = case.case_id.clone();
    let documents = app.clients.documents(session).list_documents(ListDocumentsRequest { case_ref: case_ref.clone() }).await;
    let items = app.clients.exchange(session).list_items(ListItemsRequest { case_ref }).await;
    (
        documents.map(|answer| answer.into_inner().documents).unwrap_or_default(),
        items.map(|answer| answer.into_inner().items).unwrap_or_default(),
    )
}

pub async fn register_form(State(app): State<App>, member: Member, Path((_, case_ref)): OfCase) -> Response {
    let case = match app.clients.case(&member.session, &case_ref).await {
        Ok(case) => case,
        Err(status) => return member.visitor.refused(&status),
    };
    let (documents, items) = beside(&app, &member.session, &case).await;
    let sheet = view::register(&case, &documents, &items, &member.drawing());
    member.sheet(&sheet, &FormValues::empty(app.ids.uuid()))
}

pub async fn register(State(app): State<App>, Path((_, case_ref)): OfCase, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    let (documents, items) = beside(&app, &member.session, &case).await;
    let sheet = view::register(&case, &documents, &items, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let (mode, described_mode_id) = chosen_mode(&filled.get("mode"));
    let request = RegisterItemRequest {
        case_ref,
        from: filled.get("from"),
        to: filled.get("to"),
        mode,
        described_mode_id,
        document_id: filled.get("document_id"),
        words: filled.get("words"),
        held_at: filled.get("held_at"),
        replaces: filled.get("replaces"),
        idempotency_key: filled.get(KEY),
    };
    match app.clients.exchange(&member.session).register_item(request).await {
        Ok(_) => member.done(&of_case::path(&case, "/exchange")),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}

pub async fn step_form(State(app): State<App>, member: Member, Path((_, case_ref, item_id, step)): OfStep) -> Response {
    let Some(offered) = steps::named(&step, member.visitor.language) else { return member.visitor.trouble(Trouble::NotFound) };
    let case = match app.clients.case(&member.session, &case_ref).await {
        Ok(case) => case,
        Err(status) => return member.visitor.refused(&status),
    };
    let (_, items) = beside(&app, &member.session, &case).await;
    let Some(item) = items.iter().find(|item| item.item_id == item_id) else { return member.visitor.trouble(Trouble::NotFound) };
    let sheet = view::step(&case, &item_id, Some(item), offered, &member.drawing());
    member.sheet(&sheet, &FormValues::empty(app.ids.uuid()))
}

pub async fn step(State(app): State<App>, Path((_, case_ref, item_id, step)): OfStep, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let Some(offered) = steps::named(&step, member.visitor.language) else { return member.visitor.trouble(Trouble::NotFound) };
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    let (_, items) = beside(&app, &member.session, &case).await;
    let item = items.iter().find(|item| item.item_id == item_id);
    let sheet = view::step(&case, &item_id, item, offered, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let request = StepItemRequest { case_ref, item_id, step: offered.step.into(), words: filled.get("words"), way: filled.number("way") };
    match app.clients.exchange(&member.session).step_item(request).await {
        Ok(_) => member.done(&of_case::path(&case, "/exchange")),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}
