//! Safety events [S1, S2]: the list, one event, and its acceptance.

mod accept;
mod action;
pub mod card;
mod close;
mod csv;
mod event;
mod filter;
mod hand_over;
mod handlers;
mod ledger;
mod list;
mod live;
mod note;
mod route;
pub mod strip;
pub mod texts;
pub mod view;

use axum::{
    Router,
    routing::{get, post},
};

use crate::{
    frame::navigation::{self, Audience, Entry, Group},
    web::{App, page::Page, rules::Rule},
};

pub const PAGE: Page = Page {
    routes,
    rules: &[
        Rule::signed_in("/{language}/concerns", "R3e"),
        Rule::signed_in("/{language}/concerns/{concern}", "R3e"),
        Rule::signed_in("/{language}/concerns/csv", "R3e"),
        Rule::signed_in("/{language}/concerns/{concern}/accept", "R3e"),
        Rule::signed_in("/{language}/concerns/{concern}/close", "R3e"),
        Rule::signed_in("/{language}/concerns/{concern}/hand-over/{audience}", "R3e"),
        Rule::signed_in("/{language}/concerns/{concern}/ledger", "R3e"),
        Rule::signed_in("/{language}/concerns/{concern}/note", "R3e"),
        Rule::signed_in("/{language}/concerns/{concern}/route", "R3e"),
        Rule::signed_in("/{language}/events", "CARD3"),
    ],
    texts: texts::ALL,
    entry: Some(Entry {
        path: "/concerns",
        label: |language| texts::of(language).events,
        group: Group::Daily,
        audience: Audience::Roles(navigation::ALARM),
    }),
};

fn routes() -> Router<App> {
    Router::new()
        .route("/{language}/concerns", get(handlers::list))
        .route("/{language}/concerns/csv", get(csv::file))
        .route("/{language}/concerns/{concern}", get(handlers::detail))
        .route("/{language}/concerns/{concern}/accept", post(accept::accept))
        .route("/{language}/concerns/{concern}/close", get(close::page).post(close::submit))
        .route("/{language}/concerns/{concern}/hand-over/{audience}", get(hand_over::page).post(hand_over::submit))
        .route("/{language}/concerns/{concern}/note", get(note::page).post(note::submit))
        .route("/{language}/concerns/{concern}/ledger", get(ledger::page))
        .route("/{language}/concerns/{concern}/route", get(route::page).post(route::submit))
}

/// Address of the live stream, which takes as long as it is read.
pub fn stream() -> Router<App> {
    Router::new().route("/{language}/events", get(live::events))
}
