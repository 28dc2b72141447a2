//! Handlers of the registry of mediators.

use axum::{
    extract::{Path, State},
    response::Response,
};
use proto::{
    cases::v1::{
        AmendMediatorRequest, EndEngagementRequest, EngageMediatorRequest, GetMediatorRequest, GetMediatorResponse, LiftConflictRequest,
        ListMediatorsRequest, MatchMediatorsRequest, RecordConflictRequest, RecordTrainingRequest, RenewMediatorRequest, TrainingModule,
    },
    role,
};
use tonic::Status;

use super::{
    entry, fit as fitting,
    list::{self as listing, path},
    sheets, texts,
};
use crate::{
    parts::form::{FormValues, Sheet},
    web::{App, of_case::OfCase, submitted::Submitted, visitor::Member},
};

/// Language and mediator in an address.
type OfMediator = Path<(String, String)>;

fn may_write(member: &Member) -> bool {
    member.session.caller.has_any(&[role::NATIONAL_MANAGER])
}

async fn read(app: &App, member: &Member, mediator: &str) -> Result<GetMediatorResponse, Status> {
    let request = GetMediatorRequest { mediator: mediator.to_owned() };
    Ok(app.clients.mediators(&member.session).get_mediator(request).await?.into_inner())
}

/// Where a form leads when it was done, or the form again with what the service refused.
fn ended(member: &Member, sheet: &Sheet<'_>, filled: &FormValues, mediator: &str, done: Result<(), Status>) -> Response {
    match done {
        Ok(()) => member.done(&path(mediator, "")),
        Err(status) => member.refuse(sheet, filled, &status),
    }
}

pub async fn list(State(app): State<App>, member: Member) -> Response {
    match app.clients.mediators(&member.session).list_mediators(ListMediatorsRequest {}).await {
        Ok(answer) => {
            let drawn = listing::draw(&answer.into_inner().mediators, may_write(&member), &member.drawing());
            member.page(texts::of(member.visitor.language).title, &drawn)
        }
        Err(status) => member.visitor.refused(&status),
    }
}

pub async fn own(State(app): State<App>, member: Member) -> Response {
    let title = texts::of(member.visitor.language).own_title;
    match read(&app, &member, "").await {
        Ok(answer) => member.page(title, &entry::draw(&answer, title, false, &member.drawing())),
        Err(status) => member.visitor.refused(&status),
    }
}

pub async fn show(State(app): State<App>, member: Member, Path((_, mediator)): OfMediator) -> Response {
    let title = texts::of(member.visitor.language).mediator;
    match read(&app, &member, &mediator).await {
        Ok(answer) => member.page(title, &entry::draw(&answer, title, may_write(&member), &member.drawing())),
        Err(status) => member.visitor.refused(&status),
    }
}

pub async fn engage_form(member: Member) -> Response {
    let filled = FormValues::default().with("kind", "1").with("capacity", "5");
    member.sheet(&sheets::engage(&member.drawing()), &filled)
}

pub async fn engage(State(app): State<App>, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let sheet = sheets::engage(&member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let mediator = filled.get("mediator");
    let request = EngageMediatorRequest {
        mediator: mediator.clone(),
        kind: filled.number("kind"),
        first_day: filled.get("first_day"),
        last_day: filled.get("last_day"),
        details: Some(sheets::filled_details(&filled)),
        contract: filled.get("contract"),
        again: filled.is_checked("again"),
    };
    let done = app.clients.mediators(&member.session).engage_mediator(request).await.map(drop);
    ended(&member, &sheet, &filled, &mediator, done)
}

/// An empty form about somebody who is in the registry.
async fn open(app: &App, member: &Member, mediator: &str, sheet: Sheet<'static>) -> Response {
    match read(app, member, mediator).await {
        Ok(_) => member.sheet(&sheet, &FormValues::default()),
        Err(status) => member.visitor.refused(&status),
    }
}

pub async fn renew_form(State(app): State<App>, member: Member, Path((_, mediator)): OfMediator) -> Response {
    open(&app, &member, &mediator, sheets::renew(&mediator, &member.drawing())).await
}

pub async fn renew(State(app): State<App>, Path((_, mediator)): OfMediator, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let sheet = sheets::renew(&mediator, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let request = RenewMediatorRequest { mediator: mediator.clone(), last_day: filled.get("last_day") };
    let done = app.clients.mediators(&member.session).renew_mediator(request).await.map(drop);
    ended(&member, &sheet, &filled, &mediator, done)
}

pub async fn end_form(State(app): State<App>, member: Member, Path((_, mediator)): OfMediator) -> Response {
    open(&app, &member, &mediator, sheets::end(&mediator, &member.drawing())).await
}

pub async fn end(State(app): State<App>, Path((_, mediator)): OfMediator, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let sheet = sheets::end(&mediator, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let request = EndEngagementRequest { mediator: mediator.clone(), why: filled.number("why") };
    let done = app.clients.mediators(&member.session).end_engagement(request).await.map(drop);
    ended(&member, &sheet, &filled, &mediator, done)
}

pub async fn amend_form(State(app): State<App>, member: Member, Path((_, mediator)): OfMediator) -> Response {
    match read(&app, &member, &mediator).await {
        Ok(answer) => {
            let filled = sheets::of_entry(&answer.mediator.unwrap_or_default());
            member.sheet(&sheets::amend(&mediator, &member.drawing()), &filled)
        }
        Err(status) => member.visitor.refused(&status),
    }
}

pub async fn amend(State(app): State<App>, Path((_, mediator)): OfMediator, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let sheet = sheets::amend(&mediator, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let request = AmendMediatorRequest { mediator: mediator.clone(), details: Some(sheets::filled_details(&filled)) };
    let done = app.clients.mediators(&member.session).amend_mediator(request).await.map(drop);
    ended(&member, &sheet, &filled, &mediator, done)
}

pub async fn training_form(State(app): State<App>, member: Member, Path((_, mediator)): OfMediator) -> Response {
    match read(&app, &member, &mediator).await {
        Ok(answer) => member.sheet(&sheets::training(&mediator, &answer.modules, &member.drawing()), &FormValues::default()),
        Err(status) => member.visitor.refused(&status),
    }
}

pub async fn training(State(app): State<App>, Path((_, mediator)): OfMediator, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    // Where the catalogue cannot be read, the form comes back with what was chosen.
    let chosen = || filled.all("modules").iter().map(|code| TrainingModule { code: code.clone(), ..TrainingModule::default() }).collect();
    let modules = read(&app, &member, &mediator).await.map_or_else(|_| chosen(), |answer| answer.modules);
    let sheet = sheets::training(&mediator, &modules, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let request = RecordTrainingRequest {
        mediator: mediator.clone(),
        modules: filled.all("modules").to_vec(),
        completed_on: filled.get("completed_on"),
        expires_on: filled.get("expires_on"),
        evidence: filled.get("evidence"),
    };
    let done = app.clients.mediators(&member.session).record_training(request).await.map(drop);
    ended(&member, &sheet, &filled, &mediator, done)
}

pub async fn conflict_form(State(app): State<App>, member: Member, Path((_, mediator)): OfMediator) -> Response {
    open(&app, &member, &mediator, sheets::conflict(&mediator, &member.drawing())).await
}

pub async fn conflict(State(app): State<App>, Path((_, mediator)): OfMediator, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let sheet = sheets::conflict(&mediator, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let request = RecordConflictRequest {
        mediator: mediator.clone(),
        site: filled.get("site"),
        case_ref: filled.get("case_ref"),
        participant_id: filled.get("participant_id"),
    };
    let done = app.clients.mediators(&member.session).record_conflict(request).await.map(drop);
    ended(&member, &sheet, &filled, &mediator, done)
}

pub async fn lift_form(State(app): State<App>, member: Member, Path((_, mediator, conflict)): Path<(String, String, String)>) -> Response {
    open(&app, &member, &mediator, sheets::lift(&mediator, &conflict, &member.drawing())).await
}

pub async fn lift(State(app): State<App>, Path((_, mediator, conflict)): Path<(String, String, String)>, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let sheet = sheets::lift(&mediator, &conflict, &member.drawing());
    let request = LiftConflictRequest { mediator: mediator.clone(), conflict_id: conflict };
    let done = app.clients.mediators(&member.session).lift_conflict(request).await.map(drop);
    ended(&member, &sheet, &filled, &mediator, done)
}

pub async fn fit(State(app): State<App>, member: Member, Path((_, case_ref)): OfCase) -> Response {
    let request = MatchMediatorsRequest { case_ref: case_ref.clone() };
    let matches = match app.clients.mediators(&member.session).match_mediators(request).await {
        Ok(answer) => answer.into_inner().matches,
        Err(status) => return member.visitor.refused(&status),
    };
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    member.page(texts::of(member.visitor.language).fit_title, &fitting::draw(&case, &matches, &member.drawing()))
}
