//! The register of disclosures: what left a file, to whom, why, and on which authority.

mod handlers;
pub mod texts;
mod view;

use axum::{Router, routing::get};
use proto::role;

use crate::{
    frame::navigation::{Audience, Entry, Group},
    web::{App, page::Page, rules::Rule},
};

pub const PAGE: Page = Page {
    routes,
    rules: &[Rule::signed_in("/{language}/disclosures", "X-701")],
    texts: texts::ALL,
    entry: Some(Entry {
        path: "/disclosures",
        label: |language| texts::of(language).title,
        group: Group::Casework,
        audience: Audience::Roles(&role::RJ_UNIT),
    }),
};

fn routes() -> Router<App> {
    Router::new().route("/{language}/disclosures", get(handlers::list))
}
