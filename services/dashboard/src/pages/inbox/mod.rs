//! Inbox: what a person was told, by name and by the offices they hold.

mod handlers;
pub mod texts;
mod view;

use axum::{
    Router,
    routing::{get, post},
};

use crate::{
    frame::navigation::{Audience, Entry, Group},
    web::{App, page::Page, rules::Rule},
};

pub const PAGE: Page = Page {
    routes,
    rules: &[Rule::signed_in("/{language}/inbox", "R3e"), Rule::signed_in("/{language}/inbox/{item}/read", "R3e")],
    texts: texts::ALL,
    entry: Some(Entry { path: "/inbox", label: |language| texts::of(language).inbox, group: Group::Daily, audience: Audience::Everyone }),
};

fn routes() -> Router<App> {
    Router::new().route("/{language}/inbox", get(handlers::list)).route("/{language}/inbox/{item}/read", post(handlers::mark_read))
}
