//! Handlers of the list, the board and the file.

use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use proto::cases::v1::{FindCaseByReferralRequest, ListCasesRequest, ListDocumentsRequest, ListDueThingsRequest, ListHoldsRequest};
use serde::Deserialize;
use tonic::Status;

use super::{
    board, file,
    list::{Asked, ROWS},
    texts,
    view::Listing,
};
use crate::{
    clients::cases::Listed,
    parts::{
        casework::{case as of_case, part::SUPERVISORS},
        site::Named,
    },
    text::fill,
    web::{App, visitor::Member},
};

/// Due things that the file shows.
const DUE: i32 = 20;

pub async fn list(State(app): State<App>, member: Member, Query(asked): Query<Asked>) -> Response {
    let listing = if asked.sorted_by().is_empty() { one_page(&app, &member, &asked).await } else { sorted(&app, &member, &asked).await };
    match listing {
        Ok(listing) => member.page(texts::of(member.visitor.language).cases, &listing.draw(&member.drawing())),
        Err(status) => member.visitor.refused(&status),
    }
}

/// A page as the service has it.
async fn one_page<'a>(app: &App, member: &Member, asked: &'a Asked) -> Result<Listing<'a>, Status> {
    let page_size = i32::try_from(ROWS).unwrap_or(i32::MAX);
    let request = ListCasesRequest { page_size, page_token: asked.page.clone(), ..asked.request() };
    let page = app.clients.cases(&member.session).list_cases(request).await?.into_inner();
    let count = asked.page.is_empty().then(|| usize::try_from(page.total).unwrap_or_default());
    Ok(Listing { cases: page.cases, asked, count, is_cut: false, next: page.next_page_token })
}

/// A page of what the service has, in another order.
async fn sorted<'a>(app: &App, member: &Member, asked: &'a Asked) -> Result<Listing<'a>, Status> {
    let listed = app.clients.all_cases(&member.session, &asked.request()).await?;
    let drawing = member.drawing();
    let name = |code: &str| drawing.sites.get(code).map_or_else(|| code.to_owned(), |site| Named::of(site, drawing.language).name);
    let cases = asked.sorted(listed.cases, |case| name(&case.site));
    let (page, count) = (asked.page.parse::<usize>().unwrap_or_default(), cases.len());
    let first = page.saturating_mul(ROWS);
    let next = if first.saturating_add(ROWS) < count { page.saturating_add(1).to_string() } else { String::new() };
    let cases = cases.into_iter().skip(first).take(ROWS).collect();
    Ok(Listing { cases, asked, count: Some(count), is_cut: listed.is_cut, next })
}

pub async fn board(State(app): State<App>, member: Member, Query(asked): Query<Asked>) -> Response {
    match app.clients.all_cases(&member.session, &asked.request()).await {
        Ok(Listed { cases, is_cut }) => {
            let listing = Listing { count: Some(cases.len()), cases, asked: &asked, is_cut, next: String::new() };
            member.page(texts::of(member.visitor.language).board, &board::draw(&listing, &member.drawing()))
        }
        Err(status) => member.visitor.refused(&status),
    }
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
    let request = ListDueThingsRequest { case_ref: case_ref.clone(), page_size: DUE, ..ListDueThingsRequest::default() };
    let due = app.clients.due_things(&member.session).list_due_things(request).await;
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
        due: due.ok().map(|answer| answer.into_inner().things),
        done: &arrived.done,
        glass: &arrived.glass,
    };
    member.page(&title, &content.draw(&member.drawing()))
}
