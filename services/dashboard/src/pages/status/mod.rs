//! State of the system for operations [S14]: what every service says of itself, what it has set aside, and trying that again.

mod handlers;
mod quarantine;
pub mod texts;
mod view;

use axum::{Router, routing::get};
use proto::role;

use crate::{
    frame::navigation::{Audience, Entry, Group},
    web::{App, page::Page, rules::Rule},
};

const OPERATORS: &[&str] = &[role::OPERATIONS, role::NATIONAL_MANAGER, role::RJ_SUPERVISOR, role::NMC_SUPERVISOR];

pub const PAGE: Page = Page {
    routes,
    rules: &[
        Rule::signed_in("/{language}/status", "CARD3"),
        Rule::signed_in("/{language}/status/{service}/quarantine", "TS1"),
        Rule::signed_in("/{language}/status/{service}/quarantine/{message}", "TS1"),
    ],
    texts: texts::ALL,
    entry: Some(Entry {
        path: "/status",
        label: |language| texts::of(language).status,
        group: Group::Oversight,
        audience: Audience::Roles(OPERATORS),
    }),
};

fn routes() -> Router<App> {
    Router::new()
        .route("/{language}/status", get(handlers::page))
        .route("/{language}/status/{service}/quarantine", get(handlers::quarantine))
        .route("/{language}/status/{service}/quarantine/{message}", get(handlers::message).post(handlers::replay))
}
