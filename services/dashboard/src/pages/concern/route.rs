//! Routing of a concern: to the site where the person is, whose head is rung at once [R3e, TRAP-2].

use axum::{
    extract::{Path, State},
    response::Response,
};
use maud::html;
use proto::safety::v1::RouteConcernRequest;

use super::{card, texts, view::Card};
use crate::{
    parts::{
        drawing::Drawing,
        form::{Choice, Field, Filled, Form, Kind, Sheet},
        site::sites_in_order,
    },
    text::fill,
    web::{App, submitted::Submitted, visitor::Member},
};

const SITE: &str = "site";

fn sheet<'a>(card: &Card, title: &'a str, drawing: &Drawing<'_>) -> Sheet<'a> {
    let texts = texts::of(drawing.language);
    let choice = |site: crate::parts::site::Named| Choice { value: site.code, label: site.name, foreign: site.foreign };
    let sites = sites_in_order(drawing.language, drawing.sites).into_iter().map(choice).collect();
    Sheet {
        title,
        above: html! {
            p { (texts.route_now) " " (card::site(card, drawing.language, drawing.sites)) }
            p { (texts.route_intro) }
            p { a href=(drawing.address(&format!("/concerns/{}", card.id))) { (texts.back_to_event) } }
        },
        form: Form::new(
            drawing.address(&format!("/concerns/{}/route", card.id)),
            texts.route_send,
            vec![Field::new(SITE, texts.route_site, Kind::Select(sites)).needed()],
        ),
    }
}

pub async fn page(State(app): State<App>, member: Member, Path((_, concern)): Path<(String, String)>) -> Response {
    match app.safety.get(&member.session, &concern).await {
        Ok(view) => {
            let card = Card::of(&view, &member.session.caller);
            let title = fill(texts::of(member.visitor.language).route_title, &[("reference", &card.reference)]);
            member.sheet(&sheet(&card, &title, &member.drawing()), &Filled::default())
        }
        Err(status) => member.visitor.refused(&status),
    }
}

pub async fn submit(State(app): State<App>, Path((_, concern)): Path<(String, String)>, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let view = match app.safety.get(&member.session, &concern).await {
        Ok(view) => view,
        Err(status) => return member.visitor.refused(&status),
    };
    let card = Card::of(&view, &member.session.caller);
    let title = fill(texts::of(member.visitor.language).route_title, &[("reference", &card.reference)]);
    let sheet = sheet(&card, &title, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let request = RouteConcernRequest { concern_id: card.id.clone(), site: filled.get(SITE) };
    match app.clients.alarm(&member.session).route_concern(request).await {
        Ok(_) => {
            app.strip.forget(&member.session.tabs);
            member.done(&format!("/concerns/{}?done=routed", card.id))
        }
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}
