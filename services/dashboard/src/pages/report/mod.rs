//! Tables of the annual report [IM1, L13]: chart, table and CSV file, with what the service withholds.

mod chart;
mod handlers;
pub mod texts;
mod view;

use axum::{Router, routing::get};
use proto::role;

use crate::{
    frame::navigation::{Audience, Entry, Group},
    web::{App, page::Page, rules::Rule},
};

const READERS: &[&str] = &[role::ACCE, role::NATIONAL_MANAGER, role::RJ_SUPERVISOR, role::RJ_OFFICER, role::STATISTICS_OFFICER];

pub const PAGE: Page = Page {
    routes,
    rules: &[Rule::signed_in("/{language}/reports", "L13"), Rule::signed_in("/{language}/reports/csv", "L13")],
    texts: texts::ALL,
    entry: Some(Entry {
        path: "/reports",
        label: |language| texts::of(language).reports,
        group: Group::Oversight,
        audience: Audience::Roles(READERS),
    }),
};

fn routes() -> Router<App> {
    Router::new().route("/{language}/reports", get(handlers::page)).route("/{language}/reports/csv", get(handlers::csv))
}
