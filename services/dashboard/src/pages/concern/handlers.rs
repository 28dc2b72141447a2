//! Handlers of the list of safety events and of one event.

use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;
use tonic::Code;

use super::{
    accept, event,
    filter::Chosen,
    list::Listing,
    texts,
    view::{self, Card},
};
use crate::{
    frame::{navigation, trouble::Trouble},
    text::fill,
    web::{App, visitor::Member},
};

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Place {
    page: String,
    /// The concern whose acceptance led here.
    accepted: Option<String>,
}

pub async fn list(State(app): State<App>, member: Member, Query(place): Query<Place>, Query(chosen): Query<Chosen>) -> Response {
    if !member.session.caller.has_any(navigation::ALARM) {
        return member.visitor.trouble(Trouble::Denied);
    }
    let reference = chosen.reference.trim();
    if !reference.is_empty() {
        match app.safety.get(&member.session, reference).await {
            Ok(found) => return member.done(&format!("/concerns/{}", found.concern_id)),
            Err(status) if !matches!(status.code(), Code::NotFound | Code::InvalidArgument) => return member.visitor.refused(&status),
            Err(_) => {}
        }
    }
    let is_unknown = !reference.is_empty();
    let answer = match app.safety.list(&member.session, chosen.request(place.page)).await {
        Ok(answer) => answer,
        Err(status) => return member.visitor.refused(&status),
    };
    let language = member.visitor.language;
    let cards: Vec<Card> = answer.concerns.iter().map(|view| Card::of(view, &member.session.caller)).collect();
    let accepted = place.accepted.and_then(|id| cards.iter().find(|card| card.id == id));
    let outcome = accepted.and_then(|card| accept::outcome(card, &member.drawing()));
    let more = (!answer.next_page_token.is_empty())
        .then(|| format!("/{}/concerns?page={}&{}", language.code(), answer.next_page_token, chosen.query()));
    let listing = Listing { cards, chosen, more, outcome, is_unknown };
    let drawing = member.drawing();
    let content = listing.content(&drawing);
    member.visitor.page_with(StatusCode::OK, texts::of(language).events, Some(listing.waiting(&drawing)), &content)
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Done {
    /// What was done on the way here.
    done: String,
}

pub async fn detail(
    State(app): State<App>,
    member: Member,
    Path((_, concern)): Path<(String, String)>,
    Query(done): Query<Done>,
) -> Response {
    match app.safety.whole(&member.session, &concern).await {
        Ok((concern, history)) => {
            let card = Card::of(&concern, &member.session.caller);
            let title = fill(texts::of(member.visitor.language).event_title, &[("reference", &card.reference)]);
            let told = view::done(&done.done, texts::of(member.visitor.language));
            member.visitor.page(&title, &event::content(&concern, &history, &card, told, &member.drawing()))
        }
        Err(status) => member.visitor.refused(&status),
    }
}
