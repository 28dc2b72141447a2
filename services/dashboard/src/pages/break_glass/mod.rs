//! Break-glass: opening one case outside one's portfolio, giving it back, and the list for its review.

mod handlers;
pub mod texts;
mod view;

use axum::{
    Router,
    routing::{get, post},
};
use proto::role::{NATIONAL_MANAGER, RJ_SUPERVISOR};

use crate::{
    frame::navigation::{Audience, Entry, Group},
    web::{App, page::Page, rules::Rule},
};

pub const PAGE: Page = Page {
    routes,
    rules: &[
        Rule::signed_in("/{language}/break-glass", "IM1a"),
        Rule::signed_in("/{language}/break-glass/open", "R3c"),
        Rule::signed_in("/{language}/break-glass/{use}/end", "R3c"),
        Rule::signed_in("/{language}/break-glass/{use}/review", "IM1a"),
    ],
    texts: texts::ALL,
    entry: Some(Entry {
        path: "/break-glass",
        label: |language| texts::of(language).break_glass,
        group: Group::Casework,
        audience: Audience::Roles(&[NATIONAL_MANAGER, RJ_SUPERVISOR]),
    }),
};

fn routes() -> Router<App> {
    Router::new()
        .route("/{language}/break-glass", get(handlers::list))
        .route("/{language}/break-glass/open", get(handlers::open_form).post(handlers::open))
        .route("/{language}/break-glass/{use}/end", post(handlers::end))
        .route("/{language}/break-glass/{use}/review", get(handlers::review_form).post(handlers::review))
}
