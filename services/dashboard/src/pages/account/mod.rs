//! One's own account: who one is here, the language and the address of mail.

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
    rules: &[Rule::signed_in("/{language}/account", "A1"), Rule::signed_in("/{language}/account/address", "TS1a")],
    texts: texts::ALL,
    entry: Some(Entry { path: "/account", label: |language| texts::of(language).account, group: Group::Own, audience: Audience::Everyone }),
};

fn routes() -> Router<App> {
    Router::new()
        .route("/{language}/account", get(handlers::page).post(handlers::submit))
        .route("/{language}/account/address", post(handlers::confirm))
}
