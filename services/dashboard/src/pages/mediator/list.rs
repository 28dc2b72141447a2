//! The list of the registry, and the words of states, kinds and languages.

use maud::{Markup, html};
use proto::cases::v1::{EngagementEnd, EngagementKind, EngagementState, Mediator};

use super::texts;
use crate::{
    parts::{
        address,
        casework::words::language_name,
        drawing::Drawing,
        person,
        table::{Column, Table},
        words,
    },
    text::{Language, fill},
};

/// Address of an entry, with more behind it.
#[must_use]
pub fn path(mediator: &str, more: &str) -> String {
    format!("/mediators/{}{more}", address::escaped(mediator).replace('/', "%2F"))
}

#[must_use]
pub const fn state(value: EngagementState, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        EngagementState::Unspecified => texts.not_stated,
        EngagementState::Engaged => texts.engaged,
        EngagementState::Renewed => texts.renewed,
        EngagementState::Over => texts.over,
        EngagementState::Ended => texts.ended,
    }
}

#[must_use]
pub const fn kind(value: EngagementKind, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        EngagementKind::Unspecified => texts.not_stated,
        EngagementKind::Casual => texts.casual,
        EngagementKind::Contract => texts.contract_kind,
    }
}

#[must_use]
pub const fn end(value: EngagementEnd, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        EngagementEnd::Unspecified => texts.not_stated,
        EngagementEnd::OwnWish => texts.why_own_wish,
        EngagementEnd::NotRenewed => texts.why_not_renewed,
        EngagementEnd::ContractEnded => texts.why_contract_ended,
        EngagementEnd::ByTheProgramme => texts.why_programme,
    }
}

/// Names of languages; one that is neither official language is named by its code.
#[must_use]
pub fn languages(codes: &[String], language: Language) -> String {
    let name = |code: &String| if ["en", "fr"].contains(&code.as_str()) { language_name(code, language).to_owned() } else { code.clone() };
    codes.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// How many open cases of how many.
#[must_use]
pub fn room(open: i32, capacity: i32, language: Language) -> String {
    fill(texts::of(language).of_capacity, &[("open", &open.to_string()), ("most", &capacity.to_string())])
}

/// Every entry.
#[must_use]
pub fn draw(mediators: &[Mediator], may_write: bool, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        h1 { (texts.title) }
        p { (texts.what) }
        @if may_write { div class="actions" { a class="action" href=(drawing.address("/mediators/engage")) { (texts.engage) } } }
        (Table {
            id: "mediators",
            caption: texts.title,
            columns: [texts.mediator, texts.state, texts.last_day, texts.region, texts.languages, texts.open_cases].map(Column::plain).into(),
            rows: mediators.iter().map(|one| row(one, drawing)).collect(),
            none: texts.none,
            address: String::new(),
            sort: "",
        }.draw(drawing))
    }
}

fn row(one: &Mediator, drawing: &Drawing<'_>) -> Vec<Markup> {
    let details = one.details.clone().unwrap_or_default();
    let is_live = matches!(one.state(), EngagementState::Engaged | EngagementState::Renewed);
    let words_of_state = state(one.state(), drawing.language);
    vec![
        html! { a href=(drawing.address(&path(&one.mediator, ""))) { (person::name(&one.mediator, drawing)) } },
        html! { @if is_live { (words_of_state) } @else { strong class="warned" { (words_of_state) } } },
        html! { (one.last_day) },
        html! { (words::of(words::REGIONS, &details.region, drawing.language)) },
        html! { (languages(&details.languages, drawing.language)) },
        html! { (room(one.open_cases, details.capacity, drawing.language)) },
    ]
}
