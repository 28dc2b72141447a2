//! Handlers of the pages of an addressee.

use axum::{
    extract::{Path, State},
    response::Response,
};
use proto::cases::v1::{
    AnswerRequestRequest, DeclineRequestRequest, InformationRequest, ItemAnswer, ListAddressedRequestsRequest,
    RecordDisclosureToVictimRequest, RequestItemKind, RequestOutcome,
};

use super::{addressed_view as view, texts};
use crate::{
    frame::trouble::Trouble,
    parts::form::FormValues,
    web::{App, submitted::Submitted, visitor::Member},
};

/// Language and request in an address.
type OfRequest = Path<(String, String)>;

async fn all(app: &App, member: &Member) -> Result<Vec<InformationRequest>, tonic::Status> {
    let answer = app.clients.requests(&member.session).list_addressed_requests(ListAddressedRequestsRequest {}).await?;
    Ok(answer.into_inner().requests)
}

pub async fn list(State(app): State<App>, member: Member) -> Response {
    match all(&app, &member).await {
        Ok(requests) => member.page(texts::of(member.visitor.language).title, &view::list(&requests, &member.drawing())),
        Err(status) => member.visitor.refused(&status),
    }
}

pub async fn answer_form(State(app): State<App>, member: Member, Path((_, id)): OfRequest) -> Response {
    let requests = match all(&app, &member).await {
        Ok(requests) => requests,
        Err(status) => return member.visitor.refused(&status),
    };
    let Some(one) = requests.iter().find(|one| one.request_id == id) else { return member.visitor.trouble(Trouble::NotFound) };
    member.sheet(&view::answer(&id, Some(one), &member.drawing()), &FormValues::empty(app.ids.uuid()))
}

/// What was filled in for the items that wait: what a victim was told, and the answers to all others.
fn filled_in(one: &InformationRequest, filled: &FormValues) -> (Vec<ItemAnswer>, Vec<ItemAnswer>) {
    let answers = view::waiting(one).filter(|(_, outcome, _)| filled.number(outcome) != 0).map(|(item, outcome, answer)| {
        let is_told = item.kind() == RequestItemKind::TellVictim && filled.number(outcome) == i32::from(RequestOutcome::Given);
        (is_told, ItemAnswer { item_id: item.item_id.clone(), outcome: filled.number(outcome), words: filled.get(answer) })
    });
    let (told, others): (Vec<_>, Vec<_>) = answers.partition(|(is_told, _)| *is_told);
    (told.into_iter().map(|(_, answer)| answer).collect(), others.into_iter().map(|(_, answer)| answer).collect())
}

pub async fn answer(State(app): State<App>, Path((_, request_id)): OfRequest, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    // Where the list cannot be read now, the form still says what was typed.
    let requests = all(&app, &member).await.unwrap_or_default();
    let one = requests.iter().find(|one| one.request_id == request_id);
    let sheet = view::answer(&request_id, one, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let (told, answers) = one.map(|one| filled_in(one, &filled)).unwrap_or_default();
    let mut client = app.clients.requests(&member.session);
    for ItemAnswer { item_id, words, .. } in &told {
        let (request_id, item_id, words) = (request_id.clone(), item_id.clone(), words.clone());
        let request = RecordDisclosureToVictimRequest { case_ref: String::new(), request_id, item_id, words };
        if let Err(status) = client.record_disclosure_to_victim(request).await {
            return member.refuse(&sheet, &filled, &status);
        }
    }
    if answers.is_empty() && !told.is_empty() {
        return member.done("/requests");
    }
    let request = AnswerRequestRequest { request_id, answers, last_day: filled.get("last_day") };
    match client.answer_request(request).await {
        Ok(_) => member.done("/requests"),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}

pub async fn decline_form(State(app): State<App>, member: Member, Path((_, id)): OfRequest) -> Response {
    let requests = match all(&app, &member).await {
        Ok(requests) => requests,
        Err(status) => return member.visitor.refused(&status),
    };
    if requests.iter().all(|one| one.request_id != id) {
        return member.visitor.trouble(Trouble::NotFound);
    }
    member.sheet(&view::decline(&id, &member.drawing()), &FormValues::empty(app.ids.uuid()))
}

pub async fn decline(State(app): State<App>, Path((_, request_id)): OfRequest, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let sheet = view::decline(&request_id, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    match app.clients.requests(&member.session).decline_request(DeclineRequestRequest { request_id, reason: filled.get("reason") }).await {
        Ok(_) => member.done("/requests"),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}
