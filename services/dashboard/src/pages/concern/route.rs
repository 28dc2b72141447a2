//! Routing of a concern: to the site where the person is, whose head is rung at once [R3e, TRAP-2].

use axum::{
    extract::{Path, State},
    response::Response,
};
use maud::html;
use proto::safety::v1::RouteConcernRequest;

use super::{action::Action, card, texts, view::Card};
use crate::{
    parts::{
        drawing::Drawing,
        form::{Choice, Field, Form, Kind, Sheet},
        site::{Named, sites_in_order},
    },
    web::{App, submitted::Submitted, visitor::Member},
};

const SITE: &str = "site";
const ROUTE: Action = Action { title: |texts| texts.route_title, sheet };

fn form(concern: &str, drawing: &Drawing<'_>) -> Form {
    let texts = texts::of(drawing.language);
    let choice = |site: Named| Choice { value: site.code, label: site.name, foreign: site.foreign };
    let sites = sites_in_order(drawing.language, drawing.sites).into_iter().map(choice).collect();
    let site = Field::new(SITE, texts.route_site, Kind::Select(sites)).needed();
    Form::new(drawing.address(&format!("/concerns/{concern}/route")), texts.route_send, vec![site])
}

fn sheet<'a>(card: &Card, title: &'a str, drawing: &Drawing<'_>) -> Sheet<'a> {
    let texts = texts::of(drawing.language);
    Sheet {
        title,
        above: html! {
            p { (texts.route_now) " " (card::site(card, drawing.language, drawing.sites)) }
            p { (texts.route_intro) }
            p { a href=(drawing.address(&format!("/concerns/{}", card.id))) { (texts.back_to_event) } }
        },
        form: form(&card.id, drawing),
    }
}

pub async fn page(State(app): State<App>, member: Member, Path((_, concern)): Path<(String, String)>) -> Response {
    ROUTE.open(&app, &member, &concern).await
}

pub async fn submit(State(app): State<App>, Path((_, concern)): Path<(String, String)>, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let problems = form(&concern, &member.drawing()).check(&filled, member.visitor.language);
    if !problems.is_empty() {
        return ROUTE.mend(&app, &member, &concern, &filled, &problems).await;
    }
    let request = RouteConcernRequest { concern_id: concern.clone(), site: filled.get(SITE) };
    match app.clients.alarm(&member.session).route_concern(request).await {
        Ok(_) => {
            app.strip.forget(&member.session.tabs);
            member.done(&format!("/concerns/{concern}?done=routed"))
        }
        Err(status) => ROUTE.refused(&app, &member, &concern, &filled, &status).await,
    }
}
