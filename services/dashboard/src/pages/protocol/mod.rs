//! The protocols: the versions, one version with what it changes, the forms of whoever drafts and approves, and the steps of a case.

mod editor;
mod handlers;
pub mod texts;
mod view;

use axum::{
    Router,
    routing::{get, post},
};
use proto::role;

use crate::{
    frame::navigation::{Audience, Entry, Group},
    web::{App, page::Page, rules::Rule},
};

/// Whoever follows the protocols in a case, and who approves them.
const READERS: &[&str] = &[role::NATIONAL_MANAGER, role::RJ_SUPERVISOR, role::RJ_OFFICER, role::MEDIATOR, role::ACCE];

pub const PAGE: Page = Page {
    routes,
    rules: &[
        Rule::signed_in("/{language}/protocols", "R1"),
        Rule::signed_in("/{language}/protocols/draft", "R1"),
        Rule::signed_in("/{language}/protocols/{protocol}", "R1"),
        Rule::signed_in("/{language}/protocols/{protocol}/amend", "R1"),
        Rule::signed_in("/{language}/protocols/{protocol}/part", "R1"),
        Rule::signed_in("/{language}/protocols/{protocol}/part/remove", "R1"),
        Rule::signed_in("/{language}/protocols/{protocol}/submit", "R1"),
        Rule::signed_in("/{language}/protocols/{protocol}/approve", "R1"),
        Rule::signed_in("/{language}/protocols/{protocol}/return", "R1"),
        Rule::signed_in("/{language}/cases/{case}/steps", "R1"),
    ],
    texts: texts::ALL,
    entry: Some(Entry {
        path: "/protocols",
        label: |language| texts::of(language).title,
        audience: Audience::Roles(READERS),
        group: Group::Directory,
    }),
};

fn routes() -> Router<App> {
    Router::new()
        .route("/{language}/protocols", get(handlers::list))
        .route("/{language}/protocols/draft", get(handlers::draft_form).post(handlers::draft))
        .route("/{language}/protocols/{protocol}", get(handlers::show))
        .route("/{language}/protocols/{protocol}/amend", get(handlers::amend_form).post(handlers::amend))
        .route("/{language}/protocols/{protocol}/part", get(handlers::part_form).post(handlers::part))
        .route("/{language}/protocols/{protocol}/part/remove", post(handlers::remove))
        .route("/{language}/protocols/{protocol}/submit", post(handlers::submit))
        .route("/{language}/protocols/{protocol}/approve", post(handlers::approve))
        .route("/{language}/protocols/{protocol}/return", get(handlers::return_form).post(handlers::send_back))
        .route("/{language}/cases/{case}/steps", get(handlers::steps))
}
