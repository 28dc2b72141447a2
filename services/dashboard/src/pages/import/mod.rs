//! Many referrals from a file: checked line by line first, sent when they are confirmed, once however often they are sent [R5a, R6a, R8a].

mod file;
mod handlers;
pub mod texts;
mod view;

use axum::{
    Router,
    routing::{get, post},
};

use crate::web::{App, page::Page, rules::Rule};

pub const PAGE: Page = Page {
    routes: Router::new,
    rules: &[Rule::signed_in("/{language}/referrals/import", "R8a"), Rule::signed_in("/{language}/referrals/import/send", "R8a")],
    texts: texts::ALL,
    entry: None,
};

/// Addresses at which a file arrives, which takes longer than a page and is larger than a form.
pub fn uploads() -> Router<App> {
    Router::new()
        .route("/{language}/referrals/import", get(handlers::page).post(handlers::check))
        .route("/{language}/referrals/import/send", post(handlers::send))
}
