//! Cases: the list, the board by stage, the file of one case, and what changes the case itself: its stage and its site.

mod actions;
mod board;
mod file;
mod forms;
mod handlers;
mod list;
mod next;
mod record;
mod replay;
pub mod texts;
mod view;

use axum::{Router, routing::get};
use proto::role::{MEDIATOR, NATIONAL_MANAGER, RJ_OFFICER, RJ_SUPERVISOR};

use crate::{
    frame::navigation::{Audience, Entry, Group},
    web::{App, page::Page, rules::Rule},
};

pub const PAGE: Page = Page {
    routes,
    rules: &[
        Rule::signed_in("/{language}/cases", "R3c"),
        Rule::signed_in("/{language}/cases/board", "R3c"),
        Rule::signed_in("/{language}/cases/of-referral/{referral}", "R3c"),
        Rule::signed_in("/{language}/cases/{case}", "R3c"),
        Rule::signed_in("/{language}/cases/{case}/replay", "L18"),
        Rule::signed_in("/{language}/cases/{case}/move", "R3a"),
        Rule::signed_in("/{language}/cases/{case}/site", "R3e"),
        Rule::signed_in("/{language}/cases/{case}/person-move", "R3e"),
    ],
    texts: texts::ALL,
    entry: Some(Entry {
        path: "/cases",
        label: |language| texts::of(language).cases,
        group: Group::Daily,
        audience: Audience::Roles(&[NATIONAL_MANAGER, RJ_SUPERVISOR, RJ_OFFICER, MEDIATOR]),
    }),
};

fn routes() -> Router<App> {
    Router::new()
        .route("/{language}/cases", get(handlers::list))
        .route("/{language}/cases/board", get(handlers::board))
        .route("/{language}/cases/of-referral/{referral}", get(handlers::of_referral))
        .route("/{language}/cases/{case}", get(handlers::file))
        .route("/{language}/cases/{case}/replay", get(replay::page))
        .route("/{language}/cases/{case}/move", get(forms::move_form).post(forms::move_case))
        .route("/{language}/cases/{case}/site", get(forms::site_form).post(forms::correct_site))
        .route("/{language}/cases/{case}/person-move", get(forms::person_move_form).post(forms::record_person_move))
}
