//! Handler of the wallboard.

use axum::{extract::State, response::Response};
use http::StatusCode;
use proto::safety::v1::ListConcernsRequest;

use super::{texts, view::Board};
use crate::{
    pages::concern::view::Card,
    web::{App, visitor::Member},
};

pub async fn page(State(app): State<App>, member: Member) -> Response {
    match app.safety.list(&member.session, ListConcernsRequest { outline: true, ..ListConcernsRequest::default() }).await {
        Ok(answer) => {
            let cards = answer.concerns.iter().map(|view| Card::of(view, &member.session.caller)).collect();
            let board = Board { cards, has_more: !answer.next_page_token.is_empty() };
            let drawing = member.drawing();
            let title = texts::of(member.visitor.language).wall;
            member.visitor.page_with(StatusCode::OK, title, Some(board.waiting(&drawing)), &board.draw(&drawing))
        }
        Err(status) => member.visitor.refused(&status),
    }
}
