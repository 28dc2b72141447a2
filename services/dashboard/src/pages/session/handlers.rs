//! Handlers of the pages of sessions.

use axum::{
    extract::{Path, State},
    response::Response,
};
use base::wire::timestamp;
use proto::cases::v1::{Case, ListSessionsRequest, PlanSessionRequest, Session, StepSessionRequest};

use super::{steps, texts, view};
use crate::{
    frame::trouble::Trouble,
    parts::{
        casework::{case as of_case, choices::chosen_mode},
        form::{FormValues, KEY, parse_moment},
    },
    session::Session as SignedIn,
    web::{
        App,
        of_case::{OfCase, open},
        submitted::Submitted,
        visitor::Member,
    },
};

/// Language, case, session and step in an address.
type OfStep = Path<(String, String, String, String)>;

pub async fn list(State(app): State<App>, member: Member, Path((_, case_ref)): OfCase) -> Response {
    let sessions = match app.clients.sessions(&member.session).list_sessions(ListSessionsRequest { case_ref: case_ref.clone() }).await {
        Ok(answer) => answer.into_inner().sessions,
        Err(status) => return member.visitor.refused(&status),
    };
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    member.page(texts::of(member.visitor.language).title, &view::list(&case, &sessions, &member.drawing()))
}

pub async fn plan_form(State(app): State<App>, member: Member, Path((_, case)): OfCase) -> Response {
    open(&app, &member, &case, view::plan).await
}

pub async fn plan(State(app): State<App>, Path((_, case_ref)): OfCase, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    let sheet = view::plan(&case, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let (mode, described_mode_id) = chosen_mode(&filled.get("mode"));
    let request = PlanSessionRequest {
        case_ref,
        mode,
        described_mode_id,
        starts_at: parse_moment(filled.raw("starts_at")).map(timestamp),
        participant_ids: filled.all("participant_ids").iter().map(ToString::to_string).collect(),
        place: filled.get("place"),
        needs: filled.get("needs"),
        co_mediator: filled.get("co_mediator"),
        idempotency_key: filled.get(KEY),
    };
    match app.clients.sessions(&member.session).plan_session(request).await {
        Ok(_) => member.done(&of_case::path(&case, "/sessions")),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}

/// A session of a case, where it can be read now; the service decides all the same.
async fn of(app: &App, signed_in: &SignedIn, case: &Case, id: &str) -> Option<Session> {
    let answer = app.clients.sessions(signed_in).list_sessions(ListSessionsRequest { case_ref: case.case_id.clone() }).await.ok()?;
    answer.into_inner().sessions.into_iter().find(|session| session.session_id == id)
}

pub async fn step_form(State(app): State<App>, member: Member, Path((_, case_ref, id, step)): OfStep) -> Response {
    let Some(offered) = steps::named(&step, member.visitor.language) else { return member.visitor.trouble(Trouble::NotFound) };
    let case = match app.clients.case(&member.session, &case_ref).await {
        Ok(case) => case,
        Err(status) => return member.visitor.refused(&status),
    };
    let Some(session) = of(&app, &member.session, &case, &id).await else { return member.visitor.trouble(Trouble::NotFound) };
    let sheet = view::step(&case, &id, Some(&session), offered, &member.drawing());
    member.sheet(&sheet, &FormValues::empty(app.ids.uuid()))
}

pub async fn step(State(app): State<App>, Path((_, case_ref, session_id, step)): OfStep, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let Some(offered) = steps::named(&step, member.visitor.language) else { return member.visitor.trouble(Trouble::NotFound) };
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    let session = of(&app, &member.session, &case, &session_id).await;
    let sheet = view::step(&case, &session_id, session.as_ref(), offered, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let request = StepSessionRequest {
        case_ref,
        session_id,
        step: offered.step.into(),
        words: filled.get("words"),
        outcome: filled.number("outcome"),
        side: filled.number("side"),
        next_on: filled.get("next_on"),
    };
    match app.clients.sessions(&member.session).step_session(request).await {
        Ok(_) => member.done(&of_case::path(&case, "/sessions")),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}
