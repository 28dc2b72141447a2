//! HTML of the pages of an addressee: what is asked of them, and the one form in which they answer. Made for somebody who does this once.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::cases::v1::{InformationRequest, RequestItem, RequestOutcome, RequestState};

use super::{case_view::items, texts, words};
use crate::parts::{
    casework::{NARRATIVE, choices},
    drawing::Drawing,
    facts::Facts,
    form::{Field, Form, Group, Kind, Sheet},
    time::instant_or,
};

/// Names of the fields of each item, in the order of the request; a request has twenty items at most.
pub const OUTCOMES: [&str; 20] = [
    "outcome1",
    "outcome2",
    "outcome3",
    "outcome4",
    "outcome5",
    "outcome6",
    "outcome7",
    "outcome8",
    "outcome9",
    "outcome10",
    "outcome11",
    "outcome12",
    "outcome13",
    "outcome14",
    "outcome15",
    "outcome16",
    "outcome17",
    "outcome18",
    "outcome19",
    "outcome20",
];
pub const ANSWERS: [&str; 20] = [
    "answer1", "answer2", "answer3", "answer4", "answer5", "answer6", "answer7", "answer8", "answer9", "answer10", "answer11", "answer12",
    "answer13", "answer14", "answer15", "answer16", "answer17", "answer18", "answer19", "answer20",
];

/// The requests that are addressed to the viewer.
#[must_use]
pub fn list(requests: &[InformationRequest], drawing: &Drawing<'_>) -> Markup {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    html! {
        h1 { (texts.title) }
        p { (texts.addressed_what) }
        @if requests.is_empty() { p class="none" { (texts.addressed_none) } }
        @for one in requests {
            @let id = format!("request-{}", one.request_id);
            section aria-labelledby=(id) {
                h2 id=(id) { (one.about) " " (one.number) }
                @if one.state() == RequestState::Asked {
                    div class="actions" {
                        a class="action" href=(address(&one.request_id, "", drawing)) { (texts.answer) span class="unseen" { " " (one.about) } }
                        a class="action" href=(address(&one.request_id, "/decline", drawing)) {
                            (texts.decline) span class="unseen" { " " (one.about) }
                        }
                    }
                }
                (facts(one, drawing))
                (items(&one.items, language))
            }
        }
    }
}

fn address(id: &str, below: &str, drawing: &Drawing<'_>) -> String {
    drawing.address(&format!("/requests/{id}{below}"))
}

fn facts(one: &InformationRequest, drawing: &Drawing<'_>) -> Markup {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    Facts::new()
        .text(texts.state, words::state(one.state(), language))
        .text(texts.about, &one.about)
        .text(texts.number, &one.number)
        .markup(texts.due, instant_or(one.due_at.as_ref().and_then(at), ""))
        .text(texts.reason, &one.reason)
        .draw()
}

/// The items that wait, with the names of their fields.
pub fn waiting(one: &InformationRequest) -> impl Iterator<Item = (&RequestItem, &'static str, &'static str)> {
    let named = one.items.iter().zip(OUTCOMES.into_iter().zip(ANSWERS));
    named.filter(|(item, _)| item.outcome() == RequestOutcome::Unspecified).map(|(item, (outcome, answer))| (item, outcome, answer))
}

/// The one form of an answer.
#[must_use]
pub fn answer(id: &str, one: Option<&InformationRequest>, drawing: &Drawing<'_>) -> Sheet<'static> {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    let outcomes = || choices::coded::<RequestOutcome>(words::outcome, language);
    let group = |(item, outcome, answer): (&RequestItem, &'static str, &'static str)| Group {
        legend: Some(words::kind(item.kind(), language)),
        fields: vec![
            Field::new(outcome, texts.outcome, Kind::Radios(outcomes())),
            Field::new(answer, texts.answer_words, Kind::Lines { most: NARRATIVE, rows: 4 }),
        ],
        ..Group::default()
    };
    let last_day = Field::new("last_day", texts.last_day, Kind::Date).hint(texts.last_day_hint);
    let mut groups: Vec<Group> = one.into_iter().flat_map(waiting).map(group).collect();
    groups.push(Group { fields: vec![last_day], ..Group::default() });
    Sheet {
        title: texts.answer_title,
        above: html! {
            p class="back" { a href=(drawing.address("/requests")) { (texts.back) } }
            p { (texts.answer_what) }
            @if let Some(one) = one { (facts(one, drawing)) (items(&one.items, language)) }
        },
        form: Form { action: address(id, "", drawing), groups, submit: texts.answer },
    }
}

/// The form that declines the whole.
#[must_use]
pub fn decline(id: &str, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let fields = vec![Field::new("reason", texts.reason, Kind::Lines { most: NARRATIVE, rows: 4 }).needed()];
    Sheet {
        title: texts.decline,
        above: html! {
            p class="back" { a href=(drawing.address("/requests")) { (texts.back) } }
            p { (texts.decline_what) }
        },
        form: Form::new(address(id, "/decline", drawing), texts.decline, fields),
    }
}
