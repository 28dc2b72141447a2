//! Directory of sites, by which the alarm is routed.

mod handlers;
pub mod texts;
mod view;

use axum::{Router, routing::get};
use proto::role;

use crate::{
    frame::navigation::{Audience, Entry, Group},
    web::{App, page::Page, rules::Rule},
};

/// Roles whose work it is to know the directory; anybody may open it.
const WORKERS: &[&str] =
    &[role::DIRECTORY_ADMINISTRATOR, role::NATIONAL_MANAGER, role::RJ_SUPERVISOR, role::RJ_OFFICER, role::NMC_SUPERVISOR, role::OPERATIONS];

pub const PAGE: Page = Page {
    routes,
    rules: &[Rule::signed_in("/{language}/sites", "R3e"), Rule::signed_in("/{language}/sites/{site}/zone", "R3e")],
    texts: texts::ALL,
    entry: Some(Entry {
        path: "/sites",
        label: |language| texts::of(language).sites,
        group: Group::Directory,
        audience: Audience::Roles(WORKERS),
    }),
};

fn routes() -> Router<App> {
    Router::new()
        .route("/{language}/sites", get(handlers::list))
        .route("/{language}/sites/{site}/zone", get(handlers::zone).post(handlers::set_zone))
}
