//! Drills of the alarm: which were run at which site, how long each audience took to accept, and the form that begins one.

mod handlers;
pub mod texts;
pub mod view;

use axum::{Router, routing::get};
use proto::role;

use crate::{
    frame::navigation::{Audience, Entry, Group},
    web::{App, page::Page, rules::Rule},
};

/// Roles that are shown drills.
const READERS: &[&str] = &[
    role::NATIONAL_MANAGER,
    role::RJ_SUPERVISOR,
    role::RJ_OFFICER,
    role::NMC_SUPERVISOR,
    role::INSTITUTIONAL_HEAD,
    role::DISTRICT_DIRECTOR,
    role::OPERATIONS,
];
/// Roles that begin one.
const BEGINNERS: &[&str] = &[role::NATIONAL_MANAGER, role::RJ_SUPERVISOR];

pub const PAGE: Page = Page {
    routes,
    rules: &[Rule::signed_in("/{language}/drills", "R3e"), Rule::signed_in("/{language}/drills/new", "R3e")],
    texts: texts::ALL,
    entry: Some(Entry {
        path: "/drills",
        label: |language| texts::of(language).title,
        group: Group::Oversight,
        audience: Audience::Roles(READERS),
    }),
};

fn routes() -> Router<App> {
    Router::new().route("/{language}/drills", get(handlers::list)).route("/{language}/drills/new", get(handlers::new).post(handlers::begin))
}
