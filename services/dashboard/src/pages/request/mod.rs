//! Requests for information: what was asked on a case, and the one page on which an addressee answers.

mod addressed;
mod addressed_view;
mod case_view;
mod handlers;
pub mod texts;
mod words;

use axum::{Router, routing::get};
use proto::role;

use crate::{
    frame::navigation::{Audience, Entry, Group},
    web::{App, page::Page, rules::Rule},
};

/// Whoever is asked for information of an offender's or a victim's file [R5c, R6c, R7c, R8b].
const ASKED: &[&str] = &[
    role::MANAGER_ASSESSMENT_INTERVENTIONS,
    role::PAROLE_OFFICER_SUPERVISOR,
    role::PAROLE_OFFICER,
    role::STAFF,
    role::RVS_MANAGER,
    role::VICTIM_SERVICES_OFFICER,
];

pub const PAGE: Page = Page {
    routes,
    rules: &[
        Rule::signed_in("/{language}/requests", "R8b"),
        Rule::signed_in("/{language}/requests/{request}", "R8b"),
        Rule::signed_in("/{language}/requests/{request}/decline", "R8b"),
        Rule::signed_in("/{language}/cases/{case}/requests", "R5c"),
        Rule::signed_in("/{language}/cases/{case}/requests/ask", "R5c"),
        Rule::signed_in("/{language}/cases/{case}/requests/tell", "X-784"),
        Rule::signed_in("/{language}/cases/{case}/requests/{request}/withdraw", "R5c"),
    ],
    texts: texts::ALL,
    entry: Some(Entry {
        path: "/requests",
        label: |language| texts::of(language).title,
        group: Group::Daily,
        audience: Audience::Roles(ASKED),
    }),
};

fn routes() -> Router<App> {
    Router::new()
        .route("/{language}/requests", get(addressed::list))
        .route("/{language}/requests/{request}", get(addressed::answer_form).post(addressed::answer))
        .route("/{language}/requests/{request}/decline", get(addressed::decline_form).post(addressed::decline))
        .route("/{language}/cases/{case}/requests", get(handlers::list))
        .route("/{language}/cases/{case}/requests/ask", get(handlers::ask_form).post(handlers::ask))
        .route("/{language}/cases/{case}/requests/tell", get(handlers::tell_form).post(handlers::tell))
        .route("/{language}/cases/{case}/requests/{request}/withdraw", get(handlers::withdraw_form).post(handlers::withdraw))
}
