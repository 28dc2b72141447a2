//! Handlers of the pages of entries on a case.

use axum::{
    extract::{Path, State},
    response::Response,
};
use base::wire::timestamp;
use proto::cases::v1::{AskEntryRequest, Case, Entry, ListEntriesRequest, StepEntryRequest};

use super::{case_view as view, steps, texts};
use crate::{
    frame::trouble::Trouble,
    parts::{
        casework::case as of_case,
        form::{FormValues, KEY, parse_moment},
    },
    session::Session,
    web::{
        App,
        of_case::{OfCase, open},
        submitted::Submitted,
        visitor::Member,
    },
};

/// Language, case, entry and step in an address.
type OfStep = Path<(String, String, String, String)>;

pub async fn list(State(app): State<App>, member: Member, Path((_, case_ref)): OfCase) -> Response {
    let listed = match app.clients.entries(&member.session).list_entries(ListEntriesRequest { case_ref: case_ref.clone() }).await {
        Ok(answer) => answer.into_inner(),
        Err(status) => return member.visitor.refused(&status),
    };
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    member.page(texts::of(member.visitor.language).title, &view::list(&case, &listed, &member.drawing()))
}

pub async fn ask_form(State(app): State<App>, member: Member, Path((_, case)): OfCase) -> Response {
    open(&app, &member, &case, view::ask).await
}

pub async fn ask(State(app): State<App>, Path((_, case_ref)): OfCase, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    let sheet = view::ask(&case, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let request = AskEntryRequest {
        case_ref,
        purpose: filled.number("purpose"),
        site: filled.get("site"),
        starts_at: parse_moment(filled.raw("starts_at")).map(timestamp),
        ends_at: parse_moment(filled.raw("ends_at")).map(timestamp),
        participant_ids: filled.all("participant_ids").iter().map(ToString::to_string).collect(),
        mediator: filled.get("mediator"),
        mediator_name: filled.get("mediator_name"),
        place: filled.get("place"),
        needs: filled.all("needs").iter().filter_map(|code| code.parse().ok()).collect(),
        needs_words: filled.get("needs_words"),
        idempotency_key: filled.get(KEY),
    };
    match app.clients.entries(&member.session).ask_entry(request).await {
        Ok(_) => member.done(&of_case::path(&case, "/entries")),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}

/// An entry of a case, where it can be read now; the service decides all the same.
async fn of(app: &App, session: &Session, case: &Case, id: &str) -> Option<Entry> {
    let answer = app.clients.entries(session).list_entries(ListEntriesRequest { case_ref: case.case_id.clone() }).await.ok()?;
    answer.into_inner().entries.into_iter().find(|entry| entry.entry_id == id)
}

pub async fn step_form(State(app): State<App>, member: Member, Path((_, case_ref, id, step)): OfStep) -> Response {
    let Some(offered) = steps::named(&step, member.visitor.language) else { return member.visitor.trouble(Trouble::NotFound) };
    let case = match app.clients.case(&member.session, &case_ref).await {
        Ok(case) => case,
        Err(status) => return member.visitor.refused(&status),
    };
    let Some(entry) = of(&app, &member.session, &case, &id).await else { return member.visitor.trouble(Trouble::NotFound) };
    let sheet = view::step(&case, &id, Some(&entry), offered, &member.drawing());
    member.sheet(&sheet, &FormValues::empty(app.ids.uuid()))
}

pub async fn step(State(app): State<App>, Path((_, case_ref, entry_id, step)): OfStep, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let Some(offered) = steps::named(&step, member.visitor.language) else { return member.visitor.trouble(Trouble::NotFound) };
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    let entry = of(&app, &member.session, &case, &entry_id).await;
    let sheet = view::step(&case, &entry_id, entry.as_ref(), offered, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let request = StepEntryRequest { case_ref, entry_id, step: offered.step.into(), words: filled.get("words") };
    match app.clients.entries(&member.session).step_entry(request).await {
        Ok(_) => member.done(&of_case::path(&case, "/entries")),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}
