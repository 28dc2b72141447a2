//! HTML of the pages of extracts of OMS.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::cases::v1::{Case, Extract, ExtractPurpose, Participant, ParticipantKind};

use super::texts;
use crate::{
    parts::{
        casework::{NARRATIVE, case as of_case, choices, part::Part},
        drawing::Drawing,
        facts::Facts,
        form::{Choice, Field, Form, Kind, Sheet},
        person,
        time::instant_or,
    },
    text::Language,
};

/// The extracts of a case, the newest first.
#[must_use]
pub fn list(case: &Case, extracts: &[Extract], drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        h1 { (texts.title) }
        (of_case::above(case, texts.what, "TS1b", drawing))
        @if Part::of(case, &drawing.session.caller).changes() {
            div class="actions" { a class="action" href=(drawing.address(&of_case::path(case, "/extracts/pull"))) { (texts.pull) } }
        }
        @if extracts.is_empty() { p class="none" { (texts.none) } }
        @for extract in extracts.iter().rev() { (card(case, extract, drawing)) }
    }
}

fn card(case: &Case, extract: &Extract, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let id = format!("extract-{}", extract.extract_id);
    let said = |text: &str| html! { @if !text.is_empty() { span class="said" { (text) } } };
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (of_case::named(case, &extract.participant_id, drawing)) ", " (instant_or(extract.read_at.as_ref().and_then(at), "")) }
            (Facts::new()
                .markup(texts.site, said(&extract.site))
                .markup(texts.status, said(&extract.status))
                .markup(texts.conditions, said(&extract.contact_conditions))
                .text(texts.purpose, purpose(extract.purpose(), drawing.language))
                .markup(texts.reason, said(&extract.reason))
                .text(texts.read, &person::name(&extract.pulled_by, drawing))
                .draw())
            @if !extract.contact_conditions.is_empty() {
                div class="notice" {
                    p { (texts.conditions_hint) }
                    p { a href=(drawing.address(&of_case::path(case, "/conditions"))) { (texts.to_conditions) } }
                }
            }
        }
    }
}

const fn purpose(value: ExtractPurpose, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        ExtractPurpose::Unspecified => texts.not_stated,
        ExtractPurpose::Referral => texts.referral,
        ExtractPurpose::Assessment => texts.assessment,
        ExtractPurpose::Preparation => texts.preparation,
    }
}

/// The form that reads an offender of a case.
#[must_use]
pub fn pull(case: &Case, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let offenders = case.participants.iter().filter(|one| one.left.is_none() && one.kind() == ParticipantKind::Offender);
    let choice = |one: &Participant| Choice::new(&one.participant_id, &of_case::named(case, &one.participant_id, drawing));
    let fields = vec![
        Field::new("participant_id", texts.of_whom, Kind::Radios(offenders.map(choice).collect())).needed(),
        Field::new("purpose", texts.purpose, Kind::Radios(choices::coded::<ExtractPurpose>(purpose, drawing.language))).needed(),
        Field::new("reason", texts.reason, Kind::Lines { most: NARRATIVE, rows: 3 }).needed().hint(texts.reason_hint),
    ];
    Sheet {
        title: texts.pull,
        above: of_case::above(case, texts.pull_what, "TS1b", drawing),
        form: Form::new(drawing.address(&of_case::path(case, "/extracts/pull")), texts.pull, fields),
    }
}
