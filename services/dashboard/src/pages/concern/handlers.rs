//! Handlers of the list of safety events and of one event.

use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;

use super::{accept, event, list::Listing, texts, view::Card};
use crate::{
    text::fill,
    web::{App, visitor::Member},
};

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    closed: Option<u8>,
    page: String,
    /// The concern whose acceptance led here.
    accepted: Option<String>,
}

pub async fn list(State(app): State<App>, member: Member, Query(query): Query<ListQuery>) -> Response {
    let with_closed = query.closed.is_some();
    let answer = match app.safety.list(&member.session, with_closed, query.page).await {
        Ok(answer) => answer,
        Err(status) => return member.visitor.refused(&status),
    };
    let language = member.visitor.language;
    let cards: Vec<Card> = answer.concerns.iter().map(|view| Card::of(view, &member.session.caller)).collect();
    let outcome =
        query.accepted.and_then(|id| cards.iter().find(|card| card.id == id)).and_then(|card| accept::outcome(card, texts::of(language)));
    let more = (!answer.next_page_token.is_empty()).then(|| {
        let closed = if with_closed { "&closed=1" } else { "" };
        format!("/{}/concerns?page={}{closed}", language.code(), answer.next_page_token)
    });
    let listing = Listing { cards, with_closed, more, outcome };
    let drawing = member.drawing();
    let content = listing.content(&drawing);
    member.visitor.page_with(StatusCode::OK, texts::of(language).events, Some(listing.waiting(&drawing)), &content)
}

pub async fn detail(State(app): State<App>, member: Member, Path((_, concern)): Path<(String, String)>) -> Response {
    match app.safety.get(&member.session, &concern).await {
        Ok(view) => {
            let card = Card::of(&view, &member.session.caller);
            let title = fill(texts::of(member.visitor.language).event_title, &[("reference", &card.reference)]);
            member.visitor.page(&title, &event::content(&view, &card, &member.drawing()))
        }
        Err(status) => member.visitor.refused(&status),
    }
}
