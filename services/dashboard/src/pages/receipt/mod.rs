//! Receipts of submitted referrals: that one was received, and when, never what was decided [TRAP-4, R6b].

mod handlers;
pub mod texts;
mod view;

use axum::{Router, routing::get};

use crate::{
    frame::navigation::{Audience, Entry, Group},
    web::{App, page::Page, rules::Rule},
};

pub const PAGE: Page = Page {
    routes,
    rules: &[Rule::signed_in("/{language}/receipts", "R6b"), Rule::signed_in("/{language}/receipts/{number}", "R6b")],
    texts: texts::ALL,
    entry: Some(Entry {
        path: "/receipts",
        label: |language| texts::of(language).receipts,
        group: Group::Own,
        audience: Audience::Granted,
    }),
};

fn routes() -> Router<App> {
    Router::new()
        .route("/{language}/receipts", get(handlers::page).post(handlers::find))
        .route("/{language}/receipts/{number}", get(handlers::receipt))
}
