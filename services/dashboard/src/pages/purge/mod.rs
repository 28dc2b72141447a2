//! The end of a case after its retention: what is due, the order, its confirmation by a second person, and the certificate.

mod handlers;
pub mod texts;
mod view;

use axum::{Router, routing::get};
use proto::role::{NATIONAL_MANAGER, RJ_SUPERVISOR};

use crate::{
    frame::navigation::{Audience, Entry, Group},
    web::{App, page::Page, rules::Rule},
};

pub const PAGE: Page = Page {
    routes,
    rules: &[
        Rule::signed_in("/{language}/purges", "LPR4"),
        Rule::signed_in("/{language}/purges/{case}", "LPR4"),
        Rule::signed_in("/{language}/cases/{case}/purge/order", "LPR4"),
        Rule::signed_in("/{language}/cases/{case}/purge/confirm", "LPR4"),
    ],
    texts: texts::ALL,
    entry: Some(Entry {
        path: "/purges",
        label: |language| texts::of(language).purges,
        group: Group::Oversight,
        audience: Audience::Roles(&[NATIONAL_MANAGER, RJ_SUPERVISOR]),
    }),
};

fn routes() -> Router<App> {
    Router::new()
        .route("/{language}/purges", get(handlers::due))
        .route("/{language}/purges/{case}", get(handlers::certificate))
        .route("/{language}/cases/{case}/purge/order", get(handlers::order_form).post(handlers::order))
        .route("/{language}/cases/{case}/purge/confirm", get(handlers::confirm_form).post(handlers::confirm))
}
