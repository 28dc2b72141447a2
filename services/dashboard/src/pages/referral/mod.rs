//! National queue of referrals: the queue itself, one referral, and the screening decision on it [GL1, R3a].

mod chosen;
pub mod codes;
mod file;
mod handlers;
mod history;
mod screening;
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

pub const PAGE: Page = Page {
    routes,
    rules: &[
        Rule::signed_in("/{language}/referrals", "R3a"),
        Rule::signed_in("/{language}/referrals/{referral}", "R3c"),
        Rule::signed_in("/{language}/referrals/{referral}/screening", "R3a"),
        Rule::signed_in("/{language}/referrals/{referral}/decision", "R3a"),
    ],
    texts: texts::ALL,
    entry: Some(Entry {
        path: "/referrals",
        label: |language| texts::of(language).referrals,
        group: Group::Daily,
        audience: Audience::Roles(UNIT),
    }),
};

/// Whose work the queue is.
const UNIT: &[&str] = &role::RJ_UNIT;

fn routes() -> Router<App> {
    Router::new()
        .route("/{language}/referrals", get(handlers::queue))
        .route("/{language}/referrals/{referral}", get(handlers::file))
        .route("/{language}/referrals/{referral}/screening", get(handlers::screening).post(handlers::check))
        .route("/{language}/referrals/{referral}/decision", post(handlers::decide))
}
