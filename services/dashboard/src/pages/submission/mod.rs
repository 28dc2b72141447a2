//! Submission of a referral, or of more on one that was submitted [R8a, R5a, R6a, R7a].

mod form;
mod handlers;
pub mod texts;

use axum::{Router, routing::get};
use proto::role;

use super::Page;
use crate::{
    frame::navigation::{Audience, Entry},
    web::{App, rules::Rule},
};

pub const PAGE: Page = Page {
    routes,
    rules: &[Rule::signed_in("/{language}/referrals/new", "R8a"), Rule::signed_in("/{language}/referrals/{referral}/completion", "R8a")],
    texts: texts::ALL,
    entry: Some(Entry { path: "/referrals/new", label: |language| texts::of(language).submit, audience: Audience::Roles(SUBMITTERS) }),
};

/// Who may receive a request, and passes it on [R8a].
const SUBMITTERS: &[&str] = &[
    role::NATIONAL_MANAGER,
    role::RJ_SUPERVISOR,
    role::RJ_OFFICER,
    role::NMC_SUPERVISOR,
    role::MEDIATOR,
    role::RVS_MANAGER,
    role::VICTIM_SERVICES_OFFICER,
    role::INSTITUTIONAL_HEAD,
    role::DISTRICT_DIRECTOR,
    role::MANAGER_ASSESSMENT_INTERVENTIONS,
    role::PAROLE_OFFICER_SUPERVISOR,
    role::PAROLE_OFFICER,
    role::STAFF,
];

fn routes() -> Router<App> {
    Router::new()
        .route("/{language}/referrals/new", get(handlers::page).post(handlers::submit))
        .route("/{language}/referrals/{referral}/completion", get(handlers::completion).post(handlers::complete))
}
