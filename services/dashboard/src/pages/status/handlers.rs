//! Handlers of the state of the system, and of what a service has set aside.

use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use futures::future::join_all;
use proto::{
    operations::v1::{
        GetStatusRequest, GetStatusResponse, ListQuarantineRequest, QuarantinedMessage, ReplayQuarantinedRequest, ReplayState,
    },
    role,
    safety::v1::{Drill, ListDrillsRequest},
};
use tonic::Status;

use super::{
    quarantine::{self, Listing},
    texts,
    view::Overview,
};
use crate::{
    parts::form::FormValues,
    web::{App, submitted::Submitted, visitor::Member},
};

/// Messages of a page.
const PAGE: i32 = 50;

pub async fn page(State(app): State<App>, member: Member) -> Response {
    let (services, beat, drills) = tokio::join!(app.clients.health(), app.safety.beat(&member.session), last_drill(&app, &member));
    // Who else may see the page may not make these calls.
    let states = if member.session.caller.has_role(role::OPERATIONS) {
        let asked = services.iter().map(|one| async { (one.service, state(&app, &member, one.service).await) });
        Some(join_all(asked).await)
    } else {
        None
    };
    let overview = Overview { services, beat: beat.ok(), drills, states };
    member.page(texts::of(member.visitor.language).status, &overview.draw(&member.drawing()))
}

/// The last drill of the alarm; nothing where safety does not tell it, which the page says.
async fn last_drill(app: &App, member: &Member) -> Option<Vec<Drill>> {
    let request = ListDrillsRequest { page_size: 1, ..ListDrillsRequest::default() };
    match app.clients.drills(&member.session).list_drills(request).await {
        Ok(answer) => Some(answer.into_inner().drills),
        Err(status) => {
            tracing::warn!(code = %status.code(), "safety does not tell the last drill");
            None
        }
    }
}

/// What a service says of itself; nothing where it does not answer, which the page says.
async fn state(app: &App, member: &Member, service: &str) -> Option<GetStatusResponse> {
    let mut client = app.clients.operations(service, &member.session)?;
    match client.get_status(GetStatusRequest {}).await {
        Ok(answer) => Some(answer.into_inner()),
        Err(status) => {
            tracing::warn!(code = %status.code(), "a service does not tell its state");
            None
        }
    }
}

pub async fn quarantine(
    State(app): State<App>,
    member: Member,
    Path((_, service)): Path<(String, String)>,
    Query(chosen): Query<Vec<(String, String)>>,
) -> Response {
    let chosen = FormValues::of(chosen);
    let Some(mut client) = app.clients.operations(&service, &member.session) else {
        return member.visitor.refused(&Status::not_found(""));
    };
    let request = ListQuarantineRequest { page_size: PAGE, page_token: chosen.get("page"), ..ListQuarantineRequest::default() };
    match client.list_quarantine(request).await {
        Ok(answer) => {
            let replayed = match chosen.raw("replayed") {
                "asked" => ReplayState::Asked,
                "applied" => ReplayState::Applied,
                _ => ReplayState::Unspecified,
            };
            let listing = Listing { service: &service, answer: answer.into_inner(), is_first: chosen.get("page").is_empty(), replayed };
            member.page(texts::of(member.visitor.language).set_aside, &listing.draw(&member.drawing()))
        }
        Err(status) => member.visitor.refused(&status),
    }
}

/// The message, where it is still set aside.
async fn one(app: &App, member: &Member, service: &str, id: &str) -> Result<QuarantinedMessage, Status> {
    let mut client = app.clients.operations(service, &member.session).ok_or_else(|| Status::not_found(""))?;
    let request = ListQuarantineRequest { quarantine_id: id.to_owned(), ..ListQuarantineRequest::default() };
    let answer = client.list_quarantine(request).await?.into_inner();
    answer.messages.into_iter().next().ok_or_else(|| Status::not_found(""))
}

pub async fn message(State(app): State<App>, member: Member, Path((_, service, id)): Path<(String, String, String)>) -> Response {
    match one(&app, &member, &service, &id).await {
        Ok(message) => member.sheet(&quarantine::replay(&service, &message, &member.drawing()), &FormValues::default()),
        Err(status) => member.visitor.refused(&status),
    }
}

pub async fn replay(State(app): State<App>, Path((_, service, id)): Path<(String, String, String)>, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let Some(mut client) = app.clients.operations(&service, &member.session) else {
        return member.visitor.refused(&Status::not_found(""));
    };
    match client.replay_quarantined(ReplayQuarantinedRequest { quarantine_id: id.clone() }).await {
        Ok(answer) => {
            let word = if answer.into_inner().state() == ReplayState::Applied { "applied" } else { "asked" };
            member.done(&format!("/status/{service}/quarantine?replayed={word}"))
        }
        Err(status) => match one(&app, &member, &service, &id).await {
            Ok(message) => member.refuse(&quarantine::replay(&service, &message, &member.drawing()), &filled, &status),
            Err(_) => member.visitor.refused(&status),
        },
    }
}
