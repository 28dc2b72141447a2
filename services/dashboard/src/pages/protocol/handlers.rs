//! Handlers of the pages of the protocols.

use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use proto::cases::v1::{
    ApproveProtocolRequest, Clause, DraftProtocolRequest, GetProtocolRequest, GetProtocolResponse, ListClausesRequest,
    ListProtocolsRequest, ListStepsRequest, PutPartRequest, RemovePartRequest, ReturnProtocolRequest, SubmitProtocolRequest,
};
use tonic::Status;

use super::{editor, texts, view};
use crate::{
    frame::trouble::Trouble,
    parts::form::{FormValues, Sheet},
    web::{App, of_case::OfCase, submitted::Submitted, visitor::Member},
};

/// Language and number of a version in an address.
type OfVersion = Path<(String, String)>;

async fn read(app: &App, member: &Member, number: i32) -> Result<GetProtocolResponse, Status> {
    Ok(app.clients.protocols(&member.session).get_protocol(GetProtocolRequest { number }).await?.into_inner())
}

/// The clauses that a part may name; empty where they cannot be read now, and the service still decides.
async fn clauses(app: &App, member: &Member) -> Vec<Clause> {
    let answer = app.clients.clauses(&member.session).list_clauses(ListClausesRequest {}).await;
    answer.map(|answer| answer.into_inner().clauses).unwrap_or_default()
}

/// The number in an address; one that is none names no version.
fn number_of(text: &str) -> i32 {
    text.parse().ok().filter(|number| *number > 0).unwrap_or(-1)
}

/// Where a form leads when it was done, or the form again with what the service refused.
fn ended(member: &Member, sheet: &Sheet<'_>, filled: &FormValues, number: i32, done: Result<(), Status>) -> Response {
    match done {
        Ok(()) => member.done(&view::path(number, "")),
        Err(status) => member.refuse(sheet, filled, &status),
    }
}

/// The same of a button.
fn pressed(member: &Member, number: i32, done: Result<(), Status>) -> Response {
    match done {
        Ok(()) => member.done(&view::path(number, "")),
        Err(status) => member.visitor.refused(&status),
    }
}

pub async fn list(State(app): State<App>, member: Member) -> Response {
    match app.clients.protocols(&member.session).list_protocols(ListProtocolsRequest {}).await {
        Ok(answer) => member.page(texts::of(member.visitor.language).title, &view::list(&answer.into_inner(), &member.drawing())),
        Err(status) => member.visitor.refused(&status),
    }
}

pub async fn show(State(app): State<App>, member: Member, Path((_, number)): OfVersion) -> Response {
    match read(&app, &member, number_of(&number)).await {
        Ok(answer) => {
            let title = view::title(answer.protocol.as_ref().map_or(0, |one| one.number), member.visitor.language);
            member.page(&title, &view::show(&answer, &title, &member.drawing()))
        }
        Err(status) => member.visitor.refused(&status),
    }
}

pub async fn steps(State(app): State<App>, member: Member, Path((_, case_ref)): OfCase) -> Response {
    let steps = match app.clients.protocols(&member.session).list_steps(ListStepsRequest { case_ref: case_ref.clone() }).await {
        Ok(answer) => answer.into_inner().steps,
        Err(status) => return member.visitor.refused(&status),
    };
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    member.page(texts::of(member.visitor.language).steps_title, &view::steps(&case, &steps, &member.drawing()))
}

pub async fn draft_form(member: Member) -> Response {
    member.sheet(&editor::draft(0, &member.drawing()), &FormValues::default())
}

pub async fn draft(State(app): State<App>, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let sheet = editor::draft(0, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let request = DraftProtocolRequest { number: 0, title: filled.get("title"), effective_on: filled.get("effective_on") };
    match app.clients.protocols(&member.session).draft_protocol(request).await {
        Ok(answer) => member.done(&view::path(answer.into_inner().number, "")),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}

pub async fn amend_form(State(app): State<App>, member: Member, Path((_, number)): OfVersion) -> Response {
    let number = number_of(&number);
    match read(&app, &member, number).await {
        Ok(answer) => {
            let one = answer.protocol.unwrap_or_default();
            let filled = FormValues::default().with("title", &one.title).with("effective_on", &one.effective_on);
            member.sheet(&editor::draft(number, &member.drawing()), &filled)
        }
        Err(status) => member.visitor.refused(&status),
    }
}

pub async fn amend(State(app): State<App>, Path((_, number)): OfVersion, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let number = number_of(&number);
    let sheet = editor::draft(number, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let request = DraftProtocolRequest { number, title: filled.get("title"), effective_on: filled.get("effective_on") };
    let done = app.clients.protocols(&member.session).draft_protocol(request).await.map(drop);
    ended(&member, &sheet, &filled, number, done)
}

pub async fn part_form(
    State(app): State<App>,
    member: Member,
    Path((_, number)): OfVersion,
    Query(chosen): Query<Vec<(String, String)>>,
) -> Response {
    let number = number_of(&number);
    let answer = match read(&app, &member, number).await {
        Ok(answer) => answer,
        Err(status) => return member.visitor.refused(&status),
    };
    let chosen = FormValues::of(chosen);
    let sheet = editor::part(number, &clauses(&app, &member).await, &answer.steps, &member.drawing());
    member.sheet(&sheet, &editor::of_part(&answer, chosen.number("kind"), &chosen.get("part_key")))
}

pub async fn part(State(app): State<App>, Path((_, number)): OfVersion, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let number = number_of(&number);
    let Ok(answer) = read(&app, &member, number).await else { return member.visitor.trouble(Trouble::NotFound) };
    let sheet = editor::part(number, &clauses(&app, &member).await, &answer.steps, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let request = PutPartRequest { number, part: Some(editor::filled_part(&filled)) };
    let done = app.clients.protocols(&member.session).put_part(request).await.map(drop);
    ended(&member, &sheet, &filled, number, done)
}

pub async fn remove(State(app): State<App>, Path((_, number)): OfVersion, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let number = number_of(&number);
    let request = RemovePartRequest { number, kind: filled.number("kind"), part_key: filled.get("part_key") };
    let done = app.clients.protocols(&member.session).remove_part(request).await.map(drop);
    pressed(&member, number, done)
}

pub async fn submit(State(app): State<App>, Path((_, number)): OfVersion, submitted: Submitted) -> Response {
    let member = submitted.member;
    let number = number_of(&number);
    let done = app.clients.protocols(&member.session).submit_protocol(SubmitProtocolRequest { number }).await.map(drop);
    pressed(&member, number, done)
}

pub async fn approve(State(app): State<App>, Path((_, number)): OfVersion, submitted: Submitted) -> Response {
    let member = submitted.member;
    let number = number_of(&number);
    let done = app.clients.protocols(&member.session).approve_protocol(ApproveProtocolRequest { number }).await.map(drop);
    pressed(&member, number, done)
}

pub async fn return_form(State(app): State<App>, member: Member, Path((_, number)): OfVersion) -> Response {
    let number = number_of(&number);
    match read(&app, &member, number).await {
        Ok(_) => member.sheet(&editor::send_back(number, &member.drawing()), &FormValues::default()),
        Err(status) => member.visitor.refused(&status),
    }
}

pub async fn send_back(State(app): State<App>, Path((_, number)): OfVersion, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let number = number_of(&number);
    let sheet = editor::send_back(number, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let request = ReturnProtocolRequest { number, reason: filled.get("reason") };
    let done = app.clients.protocols(&member.session).return_protocol(request).await.map(drop);
    ended(&member, &sheet, &filled, number, done)
}
