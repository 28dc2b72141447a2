//! HTML of the pages of items that pass between participants.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::cases::v1::{Case, DeliveryWay, Document, DocumentSide, Item, ItemState, ItemStep, Participant, ParticipantKind, TakenStep};

use super::{
    steps::{self, Offered},
    texts, words,
};
use crate::{
    parts::{
        casework::{
            LINE, NARRATIVE, case as of_case, choices,
            missing::{blocked, in_the_way},
            words as casework,
        },
        drawing::Drawing,
        facts::Facts,
        form::{Choice, Field, Form, Group, Kind, Sheet},
        time::instant_or,
    },
    text::fill,
};

/// The items of a case, the newest first.
#[must_use]
pub fn list(case: &Case, items: &[Item], drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        h1 { (texts.title) }
        (of_case::above(case, texts.what, "X-085", drawing))
        div class="actions" { a class="action" href=(address(case, "register", drawing)) { (texts.register) } }
        @if items.is_empty() { p class="none" { (texts.none) } }
        @for item in items.iter().rev() { (card(case, item, drawing)) }
    }
}

fn address(case: &Case, below: &str, drawing: &Drawing<'_>) -> String {
    drawing.address(&of_case::path(case, &format!("/exchange/{below}")))
}

/// Who gave it for whom.
fn between(case: &Case, item: &Item, drawing: &Drawing<'_>) -> String {
    let named = |id: &str| of_case::named(case, id, drawing);
    fill(texts::of(drawing.language).from_to, &[("from", &named(&item.from)), ("to", &named(&item.to))])
}

fn card(case: &Case, item: &Item, drawing: &Drawing<'_>) -> Markup {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    let id = format!("item-{}", item.item_id);
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (between(case, item, drawing)) }
            (content(case, item, drawing))
            (blocked(item.blocked_since.as_ref().and_then(at), texts.blocked_why, language))
            (in_the_way(&item.missing, asks_the_gate(item), language))
            @if !item.next.is_empty() {
                div class="actions" {
                    @for offered in item.next().filter_map(|step| steps::offered(step, language)) {
                        a class="action" href=(address(case, &format!("{}/{}", item.item_id, offered.address), drawing)) {
                            (offered.button) span class="unseen" { " " (between(case, item, drawing)) }
                        }
                    }
                }
            }
            @if !item.steps.is_empty() {
                h3 { (texts.history) }
                ol class="waits" { @for step in &item.steps { (taken(step, drawing)) } }
            }
        }
    }
}

/// What it is, what there is to read, and where it stands.
fn content(case: &Case, item: &Item, drawing: &Drawing<'_>) -> Markup {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    let document = drawing.address(&of_case::path(case, &format!("/documents/{}", item.document_id)));
    Facts::new()
        .text(texts.state, words::state(item.state(), language))
        .text(texts.mode, &casework::mode(&item.mode, &item.described_mode_id, case, language))
        .markup(texts.document, html! { @if !item.document_id.is_empty() { a href=(document) { (texts.document) } } })
        .markup(texts.message, html! { @if !item.words.is_empty() { span class="said" { (item.words) } } })
        .text(texts.held_at, &item.held_at)
        .markup(texts.registered, html! { (instant_or(item.registered_at.as_ref().and_then(at), "")) ", " (item.registered_by) })
        .draw()
}

fn asks_the_gate(item: &Item) -> bool {
    item.next().any(|step| matches!(step, ItemStep::Release | ItemStep::Deliver))
}

fn taken(step: &TakenStep, drawing: &Drawing<'_>) -> Markup {
    let language = drawing.language;
    html! {
        li {
            (instant_or(step.taken_at.as_ref().and_then(at), "")) ", " (step.taken_by) ": " strong { (words::done(step.step(), language)) }
            @if step.way() != DeliveryWay::Unspecified { ", " (words::way(step.way(), language)) }
            @if !step.words.is_empty() { br; span class="said" { (step.words) } }
        }
    }
}

/// Who takes part now, but for interpreters, who speak for nobody.
fn people(case: &Case, drawing: &Drawing<'_>) -> Vec<Choice> {
    let takes_part = |one: &&Participant| one.left.is_none() && one.kind() != ParticipantKind::Interpreter;
    let choice = |one: &Participant| Choice::new(&one.participant_id, &of_case::named(case, &one.participant_id, drawing));
    case.participants.iter().filter(takes_part).map(choice).collect()
}

/// The form that registers an item.
#[must_use]
pub fn register(case: &Case, documents: &[Document], items: &[Item], drawing: &Drawing<'_>) -> Sheet<'static> {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    let direct = |mode: &Choice| mode.value == "face_to_face" || mode.value == "group";
    let modes = choices::modes(case, language).into_iter().filter(|mode| !direct(mode)).collect();
    let of_a_side = documents.iter().filter(|one| matches!(one.side(), DocumentSide::Victim | DocumentSide::Offender));
    let documents = of_a_side.map(|one| {
        let label = format!("{} ({})", one.name, casework::side(one.side(), language));
        Choice::new(&one.document_id, &label)
    });
    let returned: Vec<Choice> = items
        .iter()
        .filter(|item| item.state() == ItemState::Returned)
        .map(|item| Choice::new(&item.item_id, &between(case, item, drawing)))
        .collect();
    let mut who = vec![
        Field::new("from", texts.from, Kind::Select(people(case, drawing))).needed(),
        Field::new("to", texts.to, Kind::Select(people(case, drawing))).needed(),
        Field::new("mode", texts.mode, Kind::Select(modes)).needed(),
    ];
    if !returned.is_empty() {
        who.push(Field::new("replaces", texts.replaces, Kind::Select(returned)).blank(texts.nothing_replaced));
    }
    let content = vec![
        Field::new("document_id", texts.document, Kind::Select(documents.collect())).blank(texts.no_document),
        Field::new("words", texts.message, Kind::Lines { most: NARRATIVE, rows: 6 }),
        Field::new("held_at", texts.held_at, Kind::Line { most: LINE }),
    ];
    Sheet {
        title: texts.register_title,
        above: of_case::above(case, texts.register_what, "R4b", drawing),
        form: Form {
            action: address(case, "register", drawing),
            groups: vec![
                Group { fields: who, ..Group::default() },
                Group { legend: Some(texts.content), hint: Some(texts.content_hint), fields: content },
            ],
            submit: texts.register,
        },
    }
}

/// The form of a step of an item; `None` of an item where it cannot be read now.
#[must_use]
pub fn step(case: &Case, item_id: &str, item: Option<&Item>, offered: Offered, drawing: &Drawing<'_>) -> Sheet<'static> {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    let mut fields = Vec::new();
    if offered.step == ItemStep::Deliver {
        let ways = choices::coded::<DeliveryWay>(words::way, language);
        // The service would refuse it.
        let mail = i32::from(DeliveryWay::InstitutionalMail).to_string();
        let ways = ways.into_iter().filter(|way| way.value != mail).collect();
        fields.push(Field::new("way", texts.way, Kind::Radios(ways)).needed());
    }
    if let Some(label) = offered.words {
        let field = Field::new("words", label, Kind::Lines { most: NARRATIVE, rows: 4 });
        fields.push(if offered.must_say { field.needed() } else { field });
    }
    let passes_on = matches!(offered.step, ItemStep::Release | ItemStep::Deliver);
    Sheet {
        title: offered.button,
        above: html! {
            (of_case::above(case, offered.what, "R4b", drawing))
            @if let Some(item) = item {
                p { strong { (between(case, item, drawing)) } }
                (content(case, item, drawing))
                @if passes_on { (in_the_way(&item.missing, asks_the_gate(item), language)) }
            }
        },
        form: Form::new(address(case, &format!("{item_id}/{}", offered.address), drawing), offered.button, fields),
    }
}
