//! Submission of a referral, or of more on one that was submitted [R8a, R5a, R6a, R7a].

mod form;
mod handlers;
pub mod texts;

use axum::{Router, routing::get};
use proto::role;

use crate::{
    frame::navigation::{Audience, Entry, Group},
    web::{App, page::Page, rules::Rule},
};

pub const PAGE: Page = Page {
    routes,
    rules: &[Rule::signed_in("/{language}/referrals/new", "R8a"), Rule::signed_in("/{language}/referrals/{referral}/completion", "R8a")],
    texts: texts::ALL,
    entry: Some(Entry {
        path: "/referrals/new",
        label: |language| texts::of(language).submit,
        group: Group::Daily,
        audience: Audience::Roles(&role::SUBMITTERS),
    }),
};

fn routes() -> Router<App> {
    Router::new()
        .route("/{language}/referrals/new", get(handlers::page).post(handlers::submit))
        .route("/{language}/referrals/{referral}/completion", get(handlers::completion).post(handlers::complete))
}
