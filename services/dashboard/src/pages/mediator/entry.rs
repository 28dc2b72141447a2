//! One entry of the registry: the engagement, the training, the conflicts, and what is missing.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::cases::v1::{EngagementState, GetMediatorResponse, Mediator, MediatorConflict, MediatorGap, MediatorTraining, TrainingModule};

use super::{
    list::{self, path},
    texts,
};
use crate::{
    parts::{
        casework::{missing::capital, words::mode},
        clause,
        drawing::Drawing,
        facts::Facts,
        person, site,
        table::{Column, Table},
        time::instant_or,
        words,
    },
    text::Language,
};

/// The entry; `may_write` offers what is done to it.
#[must_use]
pub fn draw(answer: &GetMediatorResponse, title: &str, may_write: bool, drawing: &Drawing<'_>) -> Markup {
    let one = answer.mediator.clone().unwrap_or_default();
    html! {
        h1 { (title) }
        (engagement(&one, drawing))
        (missing(&one.gaps, drawing))
        @if may_write { (actions(&one, drawing)) }
        (training(&one.trainings, &answer.modules, drawing))
        (conflicts(&one, may_write, drawing))
    }
}

fn engagement(one: &Mediator, drawing: &Drawing<'_>) -> Markup {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    let details = one.details.clone().unwrap_or_default();
    let specialties: Vec<String> = details.specialties.iter().map(|code| mode_name(code, language)).collect();
    let mut facts = Facts::new()
        .text(texts.identity, &person::name(&one.mediator, drawing))
        .text(texts.state, list::state(one.state(), language))
        .text(texts.kind, list::kind(one.kind(), language))
        .text(texts.first_day, &one.first_day)
        .text(texts.last_day, &one.last_day)
        .text(texts.contract, &one.contract)
        .text(texts.region, words::of(words::REGIONS, &details.region, language))
        .text(texts.languages, &list::languages(&details.languages, language))
        .text(texts.specialties, &specialties.join(", "))
        .text(texts.open_cases, &list::room(one.open_cases, details.capacity, language));
    if one.state() == EngagementState::Ended {
        facts = facts
            .markup(texts.ended_at, instant_or(one.ended_at.as_ref().and_then(at), ""))
            .text(texts.why, list::end(one.why_ended(), language));
    }
    facts.draw()
}

/// Name of a mode of the list.
#[must_use]
pub fn mode_name(code: &str, language: Language) -> String {
    mode(code, "", &proto::cases::v1::Case::default(), language)
}

fn missing(gaps: &[MediatorGap], drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        section aria-labelledby="gaps" {
            h2 id="gaps" { (texts.gaps) }
            @if gaps.is_empty() { p { (texts.no_gap) } } @else { (gap_list(gaps.iter(), drawing)) }
        }
    }
}

/// Gaps with their remedies and clauses.
#[must_use]
pub fn gap_list<'a>(gaps: impl Iterator<Item = &'a MediatorGap>, drawing: &Drawing<'_>) -> Markup {
    let words = |gap: &MediatorGap| match drawing.language {
        Language::English => (format!("{}.", capital(&gap.words_en)), gap.remedy_en.clone()),
        Language::French => (format!("{}.", capital(&gap.words_fr)), gap.remedy_fr.clone()),
    };
    html! {
        ul class="plain-list" {
            @for gap in gaps {
                @let (missing, remedy) = words(gap);
                li { (missing) " " (remedy) " " span class="rule" { "(" (clause::link(&gap.clause, drawing.language)) ")" } }
            }
        }
    }
}

fn actions(one: &Mediator, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let is_live = matches!(one.state(), EngagementState::Engaged | EngagementState::Renewed);
    let links = [
        (is_live, "/renew", texts.renew),
        (one.state() != EngagementState::Ended, "/amend", texts.amend),
        (true, "/training", texts.train),
        (true, "/conflict", texts.conflict),
        (one.state() != EngagementState::Ended, "/end", texts.end),
    ];
    html! {
        div class="actions" {
            @for (_, more, label) in links.iter().filter(|(offered, ..)| *offered) {
                a class="action" href=(drawing.address(&path(&one.mediator, more))) { (label) }
            }
            @if !is_live { a class="action" href=(drawing.address("/mediators/engage")) { (texts.engage) } }
        }
    }
}

/// Name of a module of the catalogue; its code where the catalogue has it no more.
#[must_use]
pub fn module_name(code: &str, modules: &[TrainingModule], language: Language) -> String {
    let module = modules.iter().find(|module| module.code == code);
    module.map_or(code.to_owned(), |module| match language {
        Language::English => module.name_en.clone(),
        Language::French => module.name_fr.clone(),
    })
}

fn training(lines: &[MediatorTraining], modules: &[TrainingModule], drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let is_required = |code: &str| modules.iter().any(|module| module.code == code && module.required);
    let rows = lines.iter().map(|line| {
        let until = html! {
            @if line.completed_on.is_empty() { (texts.never) }
            @else if line.expires_on.is_empty() { (texts.without_end) }
            @else { (line.expires_on) @if !line.counts { " " strong class="warned" { (texts.expired) } } }
        };
        let name = module_name(&line.module, modules, drawing.language);
        vec![
            html! { (name) @if is_required(&line.module) { " (" (texts.required) ")" } },
            html! { (line.completed_on) },
            until,
            html! { (line.evidence) },
        ]
    });
    html! {
        section {
            h2 { (texts.training) }
            (Table {
                id: "training",
                caption: texts.training,
                columns: [texts.module, texts.completed, texts.counts_until, texts.evidence].map(Column::plain).into(),
                rows: rows.collect(),
                none: texts.never,
                address: String::new(),
                sort: "",
            }.draw(drawing))
        }
    }
}

fn conflicts(one: &Mediator, may_write: bool, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        section aria-labelledby="conflicts" {
            h2 id="conflicts" { (texts.conflicts) }
            @if one.conflicts.is_empty() { p { (texts.no_conflict) } }
            @else { ul class="plain-list" { @for conflict in &one.conflicts { li { (line(one, conflict, may_write, drawing)) } } } }
        }
    }
}

fn line(one: &Mediator, conflict: &MediatorConflict, may_write: bool, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let lift = path(&one.mediator, &format!("/conflicts/{}/lift", conflict.conflict_id));
    html! {
        @if conflict.site.is_empty() { (texts.conflict_person) } @else { (site::name(&conflict.site, drawing)) }
        ", " (texts.recorded) " " (instant_or(conflict.recorded_at.as_ref().and_then(at), ""))
        @if may_write { " " a href=(drawing.address(&lift)) { (texts.lift) } }
    }
}
