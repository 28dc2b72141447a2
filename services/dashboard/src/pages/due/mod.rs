//! Due things: the supervision queue with the workload, and a mediator's own list.

mod handlers;
pub mod texts;
pub mod view;
pub mod words;

use axum::{Router, routing::get};
use proto::role::{MEDIATOR, NATIONAL_MANAGER, RJ_OFFICER, RJ_SUPERVISOR};

use crate::{
    frame::navigation::{Audience, Entry, Group},
    web::{App, page::Page, rules::Rule},
};

pub const PAGE: Page = Page {
    routes,
    rules: &[Rule::signed_in("/{language}/due", "R3a")],
    texts: texts::ALL,
    entry: Some(Entry {
        path: "/due",
        label: |language| texts::of(language).title,
        group: Group::Casework,
        audience: Audience::Roles(&[NATIONAL_MANAGER, RJ_SUPERVISOR, RJ_OFFICER, MEDIATOR]),
    }),
};

fn routes() -> Router<App> {
    Router::new().route("/{language}/due", get(handlers::list))
}
