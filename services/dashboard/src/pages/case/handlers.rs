//! Handlers of the list, the board and the file.

use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use maud::Markup;
use proto::cases::v1::{FindCaseByReferralRequest, ListDocumentsRequest, ListHoldsRequest};
use serde::Deserialize;

use super::{board, file, list::Asked, texts, view::Listing};
use crate::{
    parts::{
        casework::{case as of_case, part::SUPERVISORS},
        drawing::Drawing,
        site::Named,
    },
    text::fill,
    web::{App, visitor::Member},
};

pub async fn list(State(app): State<App>, member: Member, Query(asked): Query<Asked>) -> Response {
    listed(&app, &member, &asked, texts::of(member.visitor.language).cases, |listing, drawing| listing.draw(drawing)).await
}

pub async fn board(State(app): State<App>, member: Member, Query(asked): Query<Asked>) -> Response {
    listed(&app, &member, &asked, texts::of(member.visitor.language).board, board::draw).await
}

async fn listed(app: &App, member: &Member, asked: &Asked, title: &str, draw: fn(&Listing<'_>, &Drawing<'_>) -> Markup) -> Response {
    let answer = match app.clients.all_cases(&member.session, asked.without_officer()).await {
        Ok(answer) => answer,
        Err(status) => return member.visitor.refused(&status),
    };
    let drawing = member.drawing();
    let name = |code: &str| drawing.sites.get(code).map_or_else(|| code.to_owned(), |site| Named::of(site, drawing.language).name);
    let cases = asked.of(answer.cases, |case| name(&case.site));
    member.page(title, &draw(&Listing { cases, asked, is_cut: answer.is_cut }, &drawing))
}

/// Leads on to the case that a referral opened.
pub async fn of_referral(State(app): State<App>, member: Member, Path((_, referral_id)): Path<(String, String)>) -> Response {
    match app.clients.cases(&member.session).find_case_by_referral(FindCaseByReferralRequest { referral_id }).await {
        Ok(answer) => member.done(&of_case::path(&answer.into_inner().case.unwrap_or_default(), "")),
        Err(status) => member.visitor.refused(&status),
    }
}

/// What led to the file.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Arrived {
    /// What was just done, as a word.
    done: String,
    /// The break-glass under which the file is read.
    glass: String,
}

pub async fn file(
    State(app): State<App>,
    member: Member,
    Path((_, case_ref)): Path<(String, String)>,
    Query(arrived): Query<Arrived>,
) -> Response {
    let case = match app.clients.case(&member.session, &case_ref).await {
        Ok(case) => case,
        Err(status) => return member.visitor.refused(&status),
    };
    let case_ref = case.case_id.clone();
    let documents = app.clients.documents(&member.session).list_documents(ListDocumentsRequest { case_ref: case_ref.clone() }).await;
    // Holds are for supervisors only; for anybody else they are not asked for.
    let holds = if member.session.caller.has_any(SUPERVISORS) {
        app.clients.holds(&member.session).list_holds(ListHoldsRequest { case_ref }).await.ok().map(|answer| answer.into_inner().holds)
    } else {
        None
    };
    let title = fill(texts::of(member.visitor.language).case_title, &[("number", &case.case_number)]);
    let content = file::File {
        case: &case,
        documents: documents.ok().map(|answer| answer.into_inner().documents),
        holds,
        done: &arrived.done,
        glass: &arrived.glass,
    };
    member.page(&title, &content.draw(&member.drawing()))
}
