//! Wallboard [S13]: open safety events in large type, followed live, nothing to press and nothing of anybody's person.

mod handlers;
pub mod texts;
mod view;

use axum::{Router, routing::get};
use proto::role;

use crate::{
    frame::navigation::{Audience, Entry, Group},
    web::{App, page::Page, rules::Rule},
};

/// Roles in whose rooms a wallboard hangs.
const WATCHERS: &[&str] =
    &[role::NATIONAL_MANAGER, role::RJ_SUPERVISOR, role::RJ_OFFICER, role::NMC_SUPERVISOR, role::DASHBOARD, role::OPERATIONS];

pub const PAGE: Page = Page {
    routes,
    rules: &[Rule::signed_in("/{language}/wall", "CARD3")],
    texts: texts::ALL,
    entry: Some(Entry {
        path: "/wall",
        label: |language| texts::of(language).wall,
        group: Group::Oversight,
        audience: Audience::Roles(WATCHERS),
    }),
};

fn routes() -> Router<App> {
    Router::new().route("/{language}/wall", get(handlers::page))
}
