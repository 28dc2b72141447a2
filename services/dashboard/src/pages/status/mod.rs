//! State of the system for operations [S14]: what the dashboard knows by itself, and the commands for what it cannot know.

mod handlers;
pub mod texts;
mod view;

use axum::{Router, routing::get};
use proto::role;

use crate::{
    frame::navigation::{Audience, Entry},
    web::{App, page::Page, rules::Rule},
};

const OPERATORS: &[&str] = &[role::OPERATIONS, role::NATIONAL_MANAGER, role::RJ_SUPERVISOR, role::NMC_SUPERVISOR];

pub const PAGE: Page = Page {
    routes,
    rules: &[Rule::signed_in("/{language}/status", "CARD3")],
    texts: texts::ALL,
    entry: Some(Entry { path: "/status", label: |language| texts::of(language).status, audience: Audience::Roles(OPERATORS) }),
};

fn routes() -> Router<App> {
    Router::new().route("/{language}/status", get(handlers::page))
}
