//! Orders and conditions that forbid contact: those of a case, what is done about each, and the words of the exception.

mod handlers;
pub mod texts;
mod view;

use axum::{Router, routing::get};
use proto::role;

use crate::{
    frame::navigation::{Audience, Entry, Group},
    web::{App, page::Page, rules::Rule},
};

/// Whoever may have to do with the words of a condition [R8d].
const READERS: &[&str] = &[
    role::NATIONAL_MANAGER,
    role::RJ_SUPERVISOR,
    role::RJ_OFFICER,
    role::MEDIATOR,
    role::MANAGER_ASSESSMENT_INTERVENTIONS,
    role::PAROLE_OFFICER_SUPERVISOR,
    role::PAROLE_OFFICER,
    role::STAFF,
];

pub const PAGE: Page = Page {
    routes,
    rules: &[
        Rule::signed_in("/{language}/conditions/wording", "R8d"),
        Rule::signed_in("/{language}/cases/{case}/conditions", "R8d"),
        Rule::signed_in("/{language}/cases/{case}/conditions/record", "R8d"),
        Rule::signed_in("/{language}/cases/{case}/conditions/none", "R7a"),
        Rule::signed_in("/{language}/cases/{case}/conditions/{condition}/advise", "GL2c/2d"),
        Rule::signed_in("/{language}/cases/{case}/conditions/{condition}/inform", "L133-7"),
        Rule::signed_in("/{language}/cases/{case}/conditions/{condition}/amend", "L133-7"),
        Rule::signed_in("/{language}/cases/{case}/conditions/{condition}/end", "R8d"),
    ],
    texts: texts::ALL,
    entry: Some(Entry {
        path: "/conditions/wording",
        label: |language| texts::of(language).wording_title,
        group: Group::Casework,
        audience: Audience::Roles(READERS),
    }),
};

fn routes() -> Router<App> {
    Router::new()
        .route("/{language}/conditions/wording", get(handlers::wording))
        .route("/{language}/cases/{case}/conditions", get(handlers::list))
        .route("/{language}/cases/{case}/conditions/record", get(handlers::record_form).post(handlers::record))
        .route("/{language}/cases/{case}/conditions/none", get(handlers::none_form).post(handlers::none))
        .route("/{language}/cases/{case}/conditions/{condition}/advise", get(handlers::advise_form).post(handlers::advise))
        .route("/{language}/cases/{case}/conditions/{condition}/inform", get(handlers::inform_form).post(handlers::inform))
        .route("/{language}/cases/{case}/conditions/{condition}/amend", get(handlers::amend_form).post(handlers::amend))
        .route("/{language}/cases/{case}/conditions/{condition}/end", get(handlers::end_form).post(handlers::end))
}
