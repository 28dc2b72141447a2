//! Delivery ledger: what was sent to whom by which channel, without content.

mod handlers;
pub mod texts;
pub mod view;

use axum::{Router, routing::get};
use proto::role;

use crate::{
    frame::navigation::{Audience, Entry, Group},
    web::{App, page::Page, rules::Rule},
};

pub const PAGE: Page = Page {
    routes,
    rules: &[Rule::signed_in("/{language}/deliveries", "R3b")],
    texts: texts::ALL,
    entry: Some(Entry {
        path: "/deliveries",
        label: |language| texts::of(language).deliveries,
        group: Group::Oversight,
        audience: Audience::Roles(&role::LEDGER_READERS),
    }),
};

fn routes() -> Router<App> {
    Router::new().route("/{language}/deliveries", get(handlers::list))
}
