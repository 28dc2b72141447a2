//! Handlers of the roles of persons.

use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use base::wire::timestamp;
use proto::safety::v1::{EndGrantRequest, ListGrantsRequest, ProposeGrantsRequest, RoleGrant};
use serde::Deserialize;
use tonic::Status;

use super::{
    texts,
    view::{self, Listing, REGION, ROLE, SINCE, SITE, SUBJECT, UNTIL},
};
use crate::{
    frame::trouble::Trouble,
    parts::{address, form::FormValues, person, proposed, time},
    web::{App, submitted::Submitted, visitor::Member},
};

/// Whose roles.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Whose {
    subject: String,
}

async fn grants_of(app: &App, member: &Member, subject: &str) -> Result<Vec<RoleGrant>, Status> {
    let request = ListGrantsRequest { subject: subject.to_owned() };
    Ok(app.clients.directory(&member.session).list_grants(request).await?.into_inner().grants)
}

pub async fn list(State(app): State<App>, member: Member, Query(chosen): Query<Vec<(String, String)>>) -> Response {
    let chosen = FormValues::of(chosen);
    // With nobody named the service answers an empty list, to those who may read any.
    match grants_of(&app, &member, &chosen.get(SUBJECT)).await {
        Ok(grants) => {
            let listing = Listing { grants, chosen };
            member.page(texts::of(member.visitor.language).grants, &listing.draw(&member.drawing()))
        }
        Err(status) => member.visitor.refused(&status),
    }
}

pub async fn propose(member: Member, Query(whose): Query<Whose>) -> Response {
    member.sheet(&view::proposal(&member.drawing()), &FormValues::default().with(SUBJECT, &whose.subject))
}

pub async fn submit_proposal(State(app): State<App>, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let sheet = view::proposal(&member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let grant = RoleGrant {
        subject: filled.get(SUBJECT),
        role: filled.get(ROLE),
        site: filled.get(SITE),
        region: filled.get(REGION),
        since: time::day(&filled.get(SINCE)).and_then(time::begins).map(timestamp),
        until: time::day(&filled.get(UNTIL)).and_then(time::ends).map(timestamp),
        ..RoleGrant::default()
    };
    if let Some(shown) = person::typed(filled.get(SUBJECT), &filled, &member.drawing())
        && let Err(status) = app.safety.show_name(&member.session, shown).await
    {
        return member.refuse(&sheet, &filled, &status);
    }
    match app.clients.directory(&member.session).propose_grants(ProposeGrantsRequest { grants: vec![grant] }).await {
        Ok(answer) => {
            let list = address::with("/grants", &[(SUBJECT, &filled.get(SUBJECT))]);
            member.done(&proposed::leads_to(answer.into_inner().outcomes.first(), &list))
        }
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}

/// The grant of somebody with this id.
async fn found(app: &App, member: &Member, subject: &str, id: &str) -> Result<RoleGrant, Response> {
    match grants_of(app, member, subject).await {
        Ok(grants) => {
            let found = grants.into_iter().find(|grant| grant.grant_id == id);
            found.ok_or_else(|| member.visitor.trouble(Trouble::NotFound))
        }
        Err(status) => Err(member.visitor.refused(&status)),
    }
}

pub async fn end(State(app): State<App>, Path((_, id)): Path<(String, String)>, Query(whose): Query<Whose>, member: Member) -> Response {
    match found(&app, &member, &whose.subject, &id).await {
        Ok(grant) => member.sheet(&view::ending(&grant, &member.drawing()), &FormValues::default()),
        Err(response) => response,
    }
}

pub async fn submit_end(
    State(app): State<App>,
    Path((_, id)): Path<(String, String)>,
    Query(whose): Query<Whose>,
    submitted: Submitted,
) -> Response {
    let Submitted { member, filled } = submitted;
    match app.clients.directory(&member.session).end_grant(EndGrantRequest { grant_id: id.clone() }).await {
        Ok(answer) => {
            let list = address::with("/grants", &[(SUBJECT, &whose.subject)]);
            member.done(&proposed::leads_to(answer.into_inner().outcome.as_ref(), &list))
        }
        Err(status) => match found(&app, &member, &whose.subject, &id).await {
            Ok(grant) => member.refuse(&view::ending(&grant, &member.drawing()), &filled, &status),
            Err(_) => member.visitor.refused(&status),
        },
    }
}
