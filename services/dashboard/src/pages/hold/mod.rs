//! Holds of a case, which keep it from being purged: the list, placing one and lifting one.

mod handlers;
pub mod texts;
mod view;

use axum::{Router, routing::get};

use crate::web::{App, page::Page, rules::Rule};

pub const PAGE: Page = Page {
    routes,
    rules: &[
        Rule::signed_in("/{language}/cases/{case}/holds", "LPR4"),
        Rule::signed_in("/{language}/cases/{case}/holds/place", "LPR4"),
        Rule::signed_in("/{language}/cases/{case}/holds/{hold}/lift", "LPR4"),
    ],
    texts: texts::ALL,
    entry: None,
};

fn routes() -> Router<App> {
    Router::new()
        .route("/{language}/cases/{case}/holds", get(handlers::list))
        .route("/{language}/cases/{case}/holds/place", get(handlers::place_form).post(handlers::place))
        .route("/{language}/cases/{case}/holds/{hold}/lift", get(handlers::lift_form).post(handlers::lift))
}
