//! Advice to the one staff member who drafts a condition: what is addressed to them, and one of it.

mod handlers;
pub mod texts;
mod view;

use axum::{Router, routing::get};
use proto::role;

use crate::{
    frame::navigation::{Audience, Entry, Group},
    web::{App, page::Page, rules::Rule},
};

/// Staff who recommend conditions [GL2c/2d].
const DRAFTERS: &[&str] = &[role::PAROLE_OFFICER, role::PAROLE_OFFICER_SUPERVISOR, role::MANAGER_ASSESSMENT_INTERVENTIONS, role::STAFF];

pub const PAGE: Page = Page {
    routes,
    rules: &[Rule::signed_in("/{language}/advice", "GL2c/2d"), Rule::signed_in("/{language}/advice/{advice}", "GL2c/2d")],
    texts: texts::ALL,
    entry: Some(Entry {
        path: "/advice",
        label: |language| texts::of(language).title,
        group: Group::Daily,
        audience: Audience::Roles(DRAFTERS),
    }),
};

fn routes() -> Router<App> {
    Router::new().route("/{language}/advice", get(handlers::list)).route("/{language}/advice/{advice}", get(handlers::one))
}
