//! Handlers of the national queue, of one referral, and of the decision on it.

use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use proto::intake::v1::{GetReferralRequest, GetReferralResponse, ListQueueRequest, ListQueueResponse};
use serde::Deserialize;
use tonic::{Code, Response as Answer, Status};

use super::{
    chosen::Chosen,
    file::{self, Done},
    screening as form, texts, view,
};
use crate::{
    parts::{form::FormValues, review::is_to_be_changed},
    web::{App, submitted::Submitted, visitor::Member},
};

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct QueueQuery {
    page: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct FileQuery {
    decided: Option<u8>,
    answered: Option<u8>,
}

pub async fn queue(State(app): State<App>, member: Member, Query(query): Query<QueueQuery>, Query(chosen): Query<Chosen>) -> Response {
    let reference = chosen.reference.trim();
    if !reference.is_empty() {
        let request = ListQueueRequest { receipt_number: reference.to_owned(), ..ListQueueRequest::default() };
        match app.clients.referrals(&member.session).list_queue(request).await {
            Ok(found) => {
                if let [only] = found.into_inner().entries.as_slice() {
                    return member.done(&format!("/referrals/{}", only.referral_id));
                }
            }
            Err(status) if status.code() == Code::InvalidArgument => {}
            Err(status) => return member.visitor.refused(&status),
        }
    }
    let is_first = query.page.is_empty();
    let answer = match chosen.request(query.page, member.drawing().sites) {
        Some(request) => app.clients.referrals(&member.session).list_queue(request).await.map(Answer::into_inner),
        None => Ok(ListQueueResponse::default()),
    };
    match answer {
        Ok(answer) => {
            let queue = view::Queue { answer, chosen, is_first };
            member.page(texts::of(member.visitor.language).queue_title, &queue.draw(&member.drawing()))
        }
        Err(status) => member.visitor.refused(&status),
    }
}

async fn read(app: &App, member: &Member, referral_id: String) -> Result<GetReferralResponse, Status> {
    let request = GetReferralRequest { referral_id, decided_at: None };
    Ok(app.clients.referrals(&member.session).get_referral(request).await?.into_inner())
}

pub async fn file(
    State(app): State<App>,
    member: Member,
    Path((_, id)): Path<(String, String)>,
    Query(query): Query<FileQuery>,
) -> Response {
    let done = match (query.decided, query.answered) {
        (Some(_), _) => Done::Decided,
        (_, Some(_)) => Done::Answered,
        _ => Done::Nothing,
    };
    match read(&app, &member, id).await {
        Ok(answer) => member.page(&answer.receipt_number, &file::draw(&answer, done, &member.drawing())),
        Err(status) => member.visitor.refused(&status),
    }
}

pub async fn screening(State(app): State<App>, member: Member, Path((_, id)): Path<(String, String)>) -> Response {
    match read(&app, &member, id).await {
        Ok(answer) => member.sheet(&form::sheet(&answer, &member.drawing()), &FormValues::default()),
        Err(status) => member.visitor.refused(&status),
    }
}

/// The decision as typed, on a page that shows all of it; or the form again, where something is to be mended or changed.
pub async fn check(State(app): State<App>, Path((_, id)): Path<(String, String)>, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let answer = match read(&app, &member, id.clone()).await {
        Ok(answer) => answer,
        Err(status) => return again(&app, &member, id, &filled, &status).await,
    };
    let drawing = member.drawing();
    let sheet = form::sheet(&answer, &drawing);
    if is_to_be_changed(&filled) {
        return member.sheet(&sheet, &filled);
    }
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let review = form::review(&answer, &sheet.form, &filled, &drawing);
    member.page(review.title, &review.draw(&filled, &drawing))
}

pub async fn decide(State(app): State<App>, Path((_, id)): Path<(String, String)>, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    match app.clients.referrals(&member.session).screen_referral(form::request(id.clone(), &filled)).await {
        Ok(_) => member.done(&format!("/referrals/{id}?decided=1")),
        Err(status) => again(&app, &member, id, &filled, &status).await,
    }
}

/// The form again with what was refused, and all that was typed, also where the referral cannot be read at this moment.
async fn again(app: &App, member: &Member, id: String, filled: &FormValues, refused: &Status) -> Response {
    if refused.code() == Code::NotFound {
        return member.visitor.refused(refused);
    }
    let answer = read(app, member, id.clone()).await.unwrap_or_else(|_| GetReferralResponse { referral_id: id, ..Default::default() });
    member.refuse(&form::sheet(&answer, &member.drawing()), filled, refused)
}
