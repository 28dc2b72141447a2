//! Devices that sign for one person while the identity provider is away.

mod handlers;
pub mod texts;
mod view;

use axum::{Router, routing::get};
use proto::role;

use crate::{
    frame::navigation::{Audience, Entry, Group},
    web::{App, page::Page, rules::Rule},
};

/// Roles that may read the devices.
const READERS: &[&str] = &[role::DIRECTORY_ADMINISTRATOR, role::NATIONAL_MANAGER];

pub const PAGE: Page = Page {
    routes,
    rules: &[
        Rule::signed_in("/{language}/devices", "A1"),
        Rule::signed_in("/{language}/devices/propose", "A1"),
        Rule::signed_in("/{language}/devices/{device}/end", "A1"),
    ],
    texts: texts::ALL,
    entry: Some(Entry {
        path: "/devices",
        label: |language| texts::of(language).devices,
        group: Group::Directory,
        audience: Audience::Roles(READERS),
    }),
};

fn routes() -> Router<App> {
    Router::new()
        .route("/{language}/devices", get(handlers::list))
        .route("/{language}/devices/propose", get(handlers::propose).post(handlers::submit_proposal))
        .route("/{language}/devices/{device}/end", get(handlers::end).post(handlers::submit_end))
}
