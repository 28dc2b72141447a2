//! The file of a case as it was known at a moment: to read only, and the form that names the moment [L18].

use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use base::wire::timestamp;
use maud::{Markup, html};
use proto::cases::v1::{Case, ReplayCaseRequest};
use serde::Deserialize;
use time::OffsetDateTime;

use super::{file, record, texts};
use crate::{
    parts::{
        casework::{case as of_case, part::Part},
        drawing::Drawing,
        form::parse_moment,
        refusal::Refusal,
        time::instant,
    },
    text::fill,
    web::{App, of_case::OfCase, visitor::Member},
};

/// The moment that is asked for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// As a form has it, in UTC; empty where none is.
    at: String,
}

/// What the page shows.
enum Shown {
    Nothing,
    Case(Box<Case>, OffsetDateTime),
    Refused(Refusal),
}

pub async fn page(State(app): State<App>, member: Member, Path((_, case_ref)): OfCase, Query(asked): Query<Asked>) -> Response {
    let now = match app.clients.case(&member.session, &case_ref).await {
        Ok(case) => case,
        Err(status) => return member.visitor.refused(&status),
    };
    let moment = parse_moment(&asked.at);
    let shown = if asked.at.is_empty() {
        Shown::Nothing
    } else {
        let request = ReplayCaseRequest { case_ref, at: moment.map(timestamp) };
        match app.clients.cases(&member.session).replay_case(request).await {
            Ok(answer) => match (answer.into_inner().case, moment) {
                (Some(case), Some(moment)) => Shown::Case(Box::new(case), moment),
                _ => Shown::Nothing,
            },
            Err(status) => Shown::Refused(Refusal::of(&status, member.visitor.language)),
        }
    };
    let title = fill(texts::of(member.visitor.language).replay_of, &[("number", &now.case_number)]);
    member.page(&title, &draw(&now, &shown, &asked.at, &member.drawing()))
}

fn draw(now: &Case, shown: &Shown, typed: &str, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        (of_case::back(now, drawing))
        h1 { (fill(texts.replay_of, &[("number", &now.case_number)])) }
        @if let Shown::Refused(refusal) = shown {
            div class="errors" role="alert" tabindex="-1" autofocus {
                h2 { (refusal.words) }
                (refusal.rule(drawing.language))
            }
        }
        form class="press" method="get" action=(drawing.address(&of_case::path(now, "/replay"))) {
            label for="at" { (texts.replay_at) }
            input type="datetime-local" id="at" name="at" value=(typed) required;
            button { (texts.replay_show) }
        }
        @if let Shown::Case(case, moment) = shown {
            div class="notice" { p { (texts.replay_what) " " strong { (instant(*moment)) } } }
            (file::steps(case, drawing))
            (file::overview(case, Part::Reader, drawing))
            (record::participants(case, Part::Reader, drawing))
            (record::modes(case, Part::Reader, drawing))
            (record::people(case, Part::Reader, drawing))
            (record::stays(case, drawing))
        }
    }
}
