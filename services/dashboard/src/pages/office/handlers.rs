//! Handlers of the offices.

use axum::{
    extract::{Query, State},
    response::Response,
};
use proto::safety::v1::{AssignOfficeRequest, EndOfficeRequest, ListOfficeHoldersRequest, ListOfficeHoldersResponse, OfficeHolder};
use serde::Deserialize;
use tonic::Status;

use super::{
    texts,
    view::{self, HOLDER, Listing, OFFICE, RANK},
};
use crate::{
    parts::{form::FormValues, person, proposed},
    web::{App, submitted::Submitted, visitor::Member},
};

/// Whom a form is about.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Who {
    office: String,
    holder: String,
}

async fn holders(app: &App, member: &Member, office: &str) -> Result<ListOfficeHoldersResponse, Status> {
    let request = ListOfficeHoldersRequest { office: office.to_owned() };
    Ok(app.clients.directory(&member.session).list_office_holders(request).await?.into_inner())
}

pub async fn list(State(app): State<App>, member: Member, Query(chosen): Query<Vec<(String, String)>>) -> Response {
    match holders(&app, &member, "").await {
        Ok(answer) => {
            let listing = Listing { answer, chosen: FormValues::of(chosen) };
            member.page(texts::of(member.visitor.language).offices, &listing.draw(&member.drawing()))
        }
        Err(status) => member.visitor.refused(&status),
    }
}

pub async fn assign(State(app): State<App>, member: Member, Query(who): Query<Who>) -> Response {
    match holders(&app, &member, "").await {
        Ok(answer) => {
            let filled = FormValues::default().with(OFFICE, &who.office).with(HOLDER, &who.holder).with(RANK, "0");
            member.sheet(&view::assignment(&answer.offices, &member.drawing()), &filled)
        }
        Err(status) => member.visitor.refused(&status),
    }
}

pub async fn submit_assignment(State(app): State<App>, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let offices = match holders(&app, &member, "").await {
        Ok(answer) => answer.offices,
        // The form comes back with what was typed, whatever the list of offices would have been.
        Err(status) => return member.refuse(&view::assignment(&[filled.get(OFFICE)], &member.drawing()), &filled, &status),
    };
    let sheet = view::assignment(&offices, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    if let Some(shown) = person::typed(filled.get(HOLDER), &filled, &member.drawing())
        && let Err(status) = app.safety.show_name(&member.session, shown).await
    {
        return member.refuse(&sheet, &filled, &status);
    }
    let holder = OfficeHolder { office: filled.get(OFFICE), holder: filled.get(HOLDER), rank: filled.number(RANK), cannot_accept: false };
    match app.clients.directory(&member.session).assign_office(AssignOfficeRequest { holder: Some(holder) }).await {
        Ok(answer) => member.done(&proposed::leads_to(answer.into_inner().outcome.as_ref(), "/offices")),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}

pub async fn end(State(app): State<App>, member: Member, Query(who): Query<Who>) -> Response {
    match holders(&app, &member, &who.office).await {
        Ok(answer) => member.sheet(&view::leaving(&who.office, &who.holder, &answer.holders, &member.drawing()), &FormValues::default()),
        Err(status) => member.visitor.refused(&status),
    }
}

pub async fn submit_end(State(app): State<App>, Query(who): Query<Who>, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let request = EndOfficeRequest { office: who.office.clone(), holder: who.holder.clone() };
    match app.clients.directory(&member.session).end_office(request).await {
        Ok(answer) => member.done(&proposed::leads_to(answer.into_inner().outcome.as_ref(), "/offices")),
        Err(status) => {
            // Shown again with who is in it now, as far as that can be read.
            let held = holders(&app, &member, &who.office).await.map(|answer| answer.holders).unwrap_or_default();
            member.refuse(&view::leaving(&who.office, &who.holder, &held, &member.drawing()), &filled, &status)
        }
    }
}
