//! The registry of mediators: the list, one entry, what is done to it, and who fits a case.

mod entry;
mod fit;
mod handlers;
mod list;
mod sheets;
pub mod texts;

use axum::{Router, routing::get};
use proto::role;

use crate::{
    frame::navigation::{Audience, Entry, Group},
    web::{App, page::Page, rules::Rule},
};

pub const PAGE: Page = Page {
    routes,
    rules: &[
        Rule::signed_in("/{language}/mediators", "D-mediator"),
        Rule::signed_in("/{language}/mediators/own", "D-mediator"),
        Rule::signed_in("/{language}/mediators/engage", "D-mediator"),
        Rule::signed_in("/{language}/mediators/{mediator}", "D-mediator"),
        Rule::signed_in("/{language}/mediators/{mediator}/renew", "D-mediator"),
        Rule::signed_in("/{language}/mediators/{mediator}/end", "D-mediator"),
        Rule::signed_in("/{language}/mediators/{mediator}/amend", "D-mediator"),
        Rule::signed_in("/{language}/mediators/{mediator}/training", "R3d"),
        Rule::signed_in("/{language}/mediators/{mediator}/conflict", "D-mediator"),
        Rule::signed_in("/{language}/mediators/{mediator}/conflicts/{conflict}/lift", "D-mediator"),
        Rule::signed_in("/{language}/cases/{case}/mediators", "D-mediator"),
    ],
    texts: texts::ALL,
    entry: Some(Entry {
        path: "/mediators",
        label: |language| texts::of(language).title,
        group: Group::Directory,
        audience: Audience::Roles(&role::RJ_UNIT),
    }),
};

fn routes() -> Router<App> {
    Router::new()
        .route("/{language}/mediators", get(handlers::list))
        .route("/{language}/mediators/own", get(handlers::own))
        .route("/{language}/mediators/engage", get(handlers::engage_form).post(handlers::engage))
        .route("/{language}/mediators/{mediator}", get(handlers::show))
        .route("/{language}/mediators/{mediator}/renew", get(handlers::renew_form).post(handlers::renew))
        .route("/{language}/mediators/{mediator}/end", get(handlers::end_form).post(handlers::end))
        .route("/{language}/mediators/{mediator}/amend", get(handlers::amend_form).post(handlers::amend))
        .route("/{language}/mediators/{mediator}/training", get(handlers::training_form).post(handlers::training))
        .route("/{language}/mediators/{mediator}/conflict", get(handlers::conflict_form).post(handlers::conflict))
        .route("/{language}/mediators/{mediator}/conflicts/{conflict}/lift", get(handlers::lift_form).post(handlers::lift))
        .route("/{language}/cases/{case}/mediators", get(handlers::fit))
}
