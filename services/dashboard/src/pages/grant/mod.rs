//! Roles of persons: who holds which, proposed by one administrator and ended by any.

mod handlers;
pub mod texts;
mod view;

use axum::{Router, routing::get};
use proto::role;

use crate::{
    frame::navigation::{Audience, Entry, Group},
    web::{App, page::Page, rules::Rule},
};

/// Roles that may read the grants of others.
const READERS: &[&str] = &[role::DIRECTORY_ADMINISTRATOR, role::NATIONAL_MANAGER];

pub const PAGE: Page = Page {
    routes,
    rules: &[
        Rule::signed_in("/{language}/grants", "A1"),
        Rule::signed_in("/{language}/grants/propose", "A1"),
        Rule::signed_in("/{language}/grants/{grant}/end", "A1"),
    ],
    texts: texts::ALL,
    entry: Some(Entry {
        path: "/grants",
        label: |language| texts::of(language).grants,
        group: Group::Directory,
        audience: Audience::Roles(READERS),
    }),
};

fn routes() -> Router<App> {
    Router::new()
        .route("/{language}/grants", get(handlers::list))
        .route("/{language}/grants/propose", get(handlers::propose).post(handlers::submit_proposal))
        .route("/{language}/grants/{grant}/end", get(handlers::end).post(handlers::submit_end))
}
