//! Handlers of the changes that wait for a second administrator.

use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use proto::safety::v1::{ConfirmChangesRequest, ListProposalsRequest, Proposal};
use serde::Deserialize;
use tonic::Status;

use super::{texts, view};
use crate::{
    frame::trouble::Trouble,
    parts::form::FormValues,
    web::{App, submitted::Submitted, visitor::Member},
};

/// What led to a page.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Led {
    done: Option<u8>,
    new: Option<u8>,
}

async fn waiting(app: &App, member: &Member) -> Result<Vec<Proposal>, Status> {
    Ok(app.clients.directory(&member.session).list_proposals(ListProposalsRequest {}).await?.into_inner().proposals)
}

pub async fn list(State(app): State<App>, member: Member, Query(led): Query<Led>) -> Response {
    match waiting(&app, &member).await {
        Ok(proposals) => {
            let content = view::list(&proposals, led.done.is_some(), &member.drawing());
            member.page(texts::of(member.visitor.language).proposals, &content)
        }
        Err(status) => member.visitor.refused(&status),
    }
}

/// The proposal of an id, while it waits.
async fn found(app: &App, member: &Member, id: &str) -> Result<Proposal, Response> {
    match waiting(app, member).await {
        Ok(proposals) => {
            let found = proposals.into_iter().find(|proposal| proposal.proposal_id == id);
            found.ok_or_else(|| member.visitor.trouble(Trouble::NotFound))
        }
        Err(status) => Err(member.visitor.refused(&status)),
    }
}

pub async fn one(State(app): State<App>, Path((_, id)): Path<(String, String)>, Query(led): Query<Led>, member: Member) -> Response {
    let proposal = match found(&app, &member, &id).await {
        Ok(proposal) => proposal,
        Err(response) => return response,
    };
    let drawing = member.drawing();
    let sheet = view::confirmation(&proposal, led.new.is_some(), &drawing);
    if view::is_for_another(&proposal, &member.session.caller) {
        return member.page(sheet.title, &view::without_form(&sheet, &proposal, &drawing));
    }
    member.sheet(&sheet, &FormValues::default())
}

pub async fn confirm(State(app): State<App>, Path((_, id)): Path<(String, String)>, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let request = ConfirmChangesRequest { proposal_ids: vec![id.clone()] };
    match app.clients.directory(&member.session).confirm_changes(request).await {
        Ok(_) => member.done("/proposals?done=1"),
        Err(status) => match found(&app, &member, &id).await {
            Ok(proposal) => member.refuse(&view::confirmation(&proposal, false, &member.drawing()), &filled, &status),
            Err(_) => member.visitor.refused(&status),
        },
    }
}
