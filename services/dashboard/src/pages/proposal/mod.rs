//! Changes of the directory that wait for a second administrator.

mod handlers;
pub mod texts;
mod view;

use axum::{Router, routing::get};
use proto::role;

use crate::{
    frame::navigation::{Audience, Entry, Group},
    web::{App, page::Page, rules::Rule},
};

const ADMINISTRATORS: &[&str] = &[role::DIRECTORY_ADMINISTRATOR];

pub const PAGE: Page = Page {
    routes,
    rules: &[Rule::signed_in("/{language}/proposals", "A1"), Rule::signed_in("/{language}/proposals/{proposal}", "A1")],
    texts: texts::ALL,
    entry: Some(Entry {
        path: "/proposals",
        label: |language| texts::of(language).proposals,
        group: Group::Directory,
        audience: Audience::Roles(ADMINISTRATORS),
    }),
};

fn routes() -> Router<App> {
    Router::new()
        .route("/{language}/proposals", get(handlers::list))
        .route("/{language}/proposals/{proposal}", get(handlers::one).post(handlers::confirm))
}
