//! Modes of communication that are not on the list: describing one, and saying whether it is direct.

mod handlers;
pub mod texts;
mod view;

use axum::{Router, routing::get};

use crate::web::{App, page::Page, rules::Rule};

pub const PAGE: Page = Page {
    routes,
    rules: &[
        Rule::signed_in("/{language}/cases/{case}/modes/describe", "D-VOM"),
        Rule::signed_in("/{language}/cases/{case}/modes/{mode}/direct", "D-VOM"),
    ],
    texts: texts::ALL,
    entry: None,
};

fn routes() -> Router<App> {
    Router::new()
        .route("/{language}/cases/{case}/modes/describe", get(handlers::describe_form).post(handlers::describe))
        .route("/{language}/cases/{case}/modes/{mode}/direct", get(handlers::direct_form).post(handlers::say_direct))
}
