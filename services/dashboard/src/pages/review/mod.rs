//! Reviews by the RJ Unit: the list of a case, the finding, and the signature of a supervisor.

mod handlers;
pub mod texts;
mod view;
mod words;

use axum::{Router, routing::get};

use crate::web::{App, page::Page, rules::Rule};

pub const PAGE: Page = Page {
    routes,
    rules: &[
        Rule::signed_in("/{language}/cases/{case}/reviews", "RM1a"),
        Rule::signed_in("/{language}/cases/{case}/reviews/{review}/finish", "RM1a"),
        Rule::signed_in("/{language}/cases/{case}/reviews/{review}/sign-off", "R3a"),
    ],
    texts: texts::ALL,
    entry: None,
};

fn routes() -> Router<App> {
    Router::new()
        .route("/{language}/cases/{case}/reviews", get(handlers::list))
        .route("/{language}/cases/{case}/reviews/{review}/finish", get(handlers::finish_form).post(handlers::finish))
        .route("/{language}/cases/{case}/reviews/{review}/sign-off", get(handlers::sign_off_form).post(handlers::sign_off))
}
