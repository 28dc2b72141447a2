//! HTML of the parts of a file: participants with their consents and assessments, modes, documents, assignments, sites and holds.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::cases::v1::{Assessment, Case, Consent, ConsentStatus, Document, Hold, Initiative, Participant, RiskLevel, Stage};
use time::{OffsetDateTime, UtcOffset};

use super::{actions::link, texts};
use crate::parts::{
    casework::{case as of_case, part::Part, words},
    drawing::Drawing,
    facts::Facts,
    person,
    table::{Column, Table},
    time::instant_or,
};

/// Whether the review of somebody who takes part is past its day, by the date in UTC as the service counts.
#[must_use]
pub fn overdue(case: &Case, now: OffsetDateTime) -> bool {
    let today = now.to_offset(UtcOffset::UTC).date().to_string();
    let past = |one: &Participant| latest(case, one).is_some_and(|last| !last.next_review_on.is_empty() && last.next_review_on < today);
    case.participants.iter().any(|one| one.left.is_none() && past(one))
}

/// Whether a next step names a review that is overdue: then it is said there, with whose move it is.
#[must_use]
pub fn says_review(case: &Case) -> bool {
    case.next_steps.iter().flat_map(|step| &step.missing).any(|missing| missing.code.starts_with("review-overdue:"))
}

/// The newest assessment of a participant.
fn latest<'a>(case: &'a Case, of: &Participant) -> Option<&'a Assessment> {
    let own = case.assessments.iter().filter(|one| one.participant_id == of.participant_id);
    own.max_by_key(|one| one.recorded_at.as_ref().map(|at| (at.seconds, at.nanos)))
}

#[must_use]
pub fn participants(case: &Case, part: Part, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        section aria-labelledby="participants" {
            h2 id="participants" { (texts.participants) }
            @if case.participants.is_empty() { p class="none" { (texts.no_participant) } }
            @for one in &case.participants { (participant(case, one, part, drawing)) }
        }
    }
}

fn participant(case: &Case, one: &Participant, part: Part, drawing: &Drawing<'_>) -> Markup {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    let id = format!("p-{}", one.participant_id);
    let below = |form: &str| format!("/participants/{}/{form}", one.participant_id);
    let facts = Facts::new().text(texts.fps, &one.fps).text(texts.language, words::language_name(&one.language, language));
    let facts = match &one.left {
        Some(left) => facts
            .markup(texts.left, instant_or(left.left_at.as_ref().and_then(at), ""))
            .text(texts.left_wish, words::wish(left.wish(), language))
            .text(texts.reason, &left.reason),
        None => facts,
    };
    let came_back = !one.formerly.is_empty();
    html! {
        article class=(if one.left.is_some() { "card gone" } else { "card" }) aria-labelledby=(id) {
            h3 id=(id) { (words::kind(one.kind(), language)) " – " (one.name) }
            @if came_back { p { (texts.came_back) } }
            @if !facts.is_empty() { (facts.draw()) }
            (consents(case, one, drawing))
            (assessments(case, one, drawing))
            @if part.changes() && one.left.is_none() {
                div class="actions" {
                    (link(case, &below("consent"), texts.record_consent, &one.name, drawing))
                    (link(case, &below("assessment"), texts.record_assessment, &one.name, drawing))
                    (link(case, &below("leave"), texts.record_leaving, &one.name, drawing))
                }
            }
        }
    }
}

fn consents(case: &Case, one: &Participant, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        h4 { (texts.consents) }
        @if one.consents.is_empty() { p class="none" { (texts.no_consent) } }
        @else { ul class="plain" { @for given in &one.consents { li { (consent(case, given, drawing)) } } } }
    }
}

fn consent(case: &Case, given: &Consent, drawing: &Drawing<'_>) -> Markup {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    html! {
        (words::mode(&given.mode, &given.described_mode_id, case, language)) " – "
        strong { (words::consent(given.status(), language)) }
        span class="hint" {
            ", " (instant_or(given.recorded_at.as_ref().and_then(at), ""))
            @if !given.form_version.is_empty() { ", " (texts.form_version) " " (given.form_version) }
            @if !given.language.is_empty() { ", " (words::language_name(&given.language, language)) }
            @if !given.ends_on.is_empty() { ", " (texts.counts_to) " " (given.ends_on) }
            @if given.how() != Initiative::Unspecified { ", " (words::initiative(given.how(), language)) }
            @if !given.witness.is_empty() { ", " (texts.witness) " " (given.witness) }
            @if given.status() == ConsentStatus::Given && given.scan_document_id.is_empty() { ", " (texts.scan_missing) }
            @if given.initiative_at.is_some() {
                ", " (texts.own_initiative) " " (words::initiative(given.initiative(), language)) " "
                (instant_or(given.initiative_at.as_ref().and_then(at), ""))
            }
        }
        @if !given.understanding.is_empty() {
            ul class="plain hint" { @for checked in given.understanding() { li { (words::understanding(checked, language)) } } }
        }
        @if !given.understanding_note.is_empty() { p class="words" { (given.understanding_note) } }
    }
}

fn assessments(case: &Case, one: &Participant, drawing: &Drawing<'_>) -> Markup {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    let mut own: Vec<&Assessment> = case.assessments.iter().filter(|a| a.participant_id == one.participant_id).collect();
    own.sort_by_key(|a| std::cmp::Reverse(a.recorded_at.as_ref().map(|at| (at.seconds, at.nanos))));
    html! {
        h4 { (texts.assessments) }
        @if own.is_empty() { p class="none" { (texts.no_assessment) } }
        @else {
            ul class="plain" {
                @for a in own {
                    li {
                        strong class=[(a.risk() == RiskLevel::Imminent).then_some("danger")] { (words::risk(a.risk(), language)) }
                        span class="hint" {
                            ", " (instant_or(a.recorded_at.as_ref().and_then(at), "")) ", " (person::name(&a.recorded_by, drawing))
                            @if !a.next_review_on.is_empty() { ", " (texts.next_review) " " (a.next_review_on) }
                        }
                        @if !a.notes.is_empty() { p class="words" { (a.notes) } }
                    }
                }
            }
        }
    }
}

#[must_use]
pub fn modes(case: &Case, part: Part, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        section aria-labelledby="modes" {
            h2 id="modes" { (texts.modes) }
            @if case.described_modes.is_empty() { p class="none" { (texts.no_mode) } }
            @else {
                ul class="plain" {
                    @for mode in &case.described_modes {
                        li {
                            (mode.description) " – " strong { (if mode.direct { texts.direct } else { texts.indirect }) }
                            span class="hint" {
                                ", " @if mode.said_by.is_empty() { (texts.nobody_said) } @else { (person::name(&mode.said_by, drawing)) } " "
                                (instant_or(mode.said_at.as_ref().and_then(at), ""))
                            }
                            @if part.answers() {
                                " " (link(case, &format!("/modes/{}/direct", mode.mode_id), texts.say_direct, &mode.description, drawing))
                            }
                        }
                    }
                }
            }
            @if part.changes() && case.stage() != Stage::Closed {
                div class="actions" { (link(case, "/modes/describe", texts.describe_mode, "", drawing)) }
            }
        }
    }
}

#[must_use]
pub fn documents(case: &Case, kept: Option<&[Document]>, part: Part, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        section aria-labelledby="documents" {
            h2 id="documents" { (texts.documents) }
            @match kept {
                None => p class="notice" { (texts.documents_unread) },
                Some([]) => p class="none" { (texts.no_document) },
                Some(kept) => {
                    ul class="plain" {
                        @for one in kept {
                            li {
                                a href=(drawing.address(&of_case::path(case, &format!("/documents/{}", one.document_id)))) { (one.name) }
                                span class="hint" {
                                    ", " (words::document(one.kind(), drawing.language)) ", " (words::side(one.side(), drawing.language))
                                    ", " (instant_or(one.kept_at.as_ref().and_then(at), ""))
                                }
                            }
                        }
                    }
                    p { (link(case, "/documents", texts.all_documents, "", drawing)) }
                }
            }
            @if part.changes() { div class="actions" { (link(case, "/documents/keep", texts.keep_document, "", drawing)) } }
        }
    }
}

/// Who answers for the case, and who mediates it.
#[must_use]
pub fn people(case: &Case, part: Part, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let nobody = |name: &str| if name.is_empty() { texts.nobody.to_owned() } else { name.to_owned() };
    let facts = Facts::new()
        .text(texts.officers, &nobody(&person::names(&case.officers, drawing)))
        .text(texts.mediator, &nobody(&person::name(&case.mediator, drawing)));
    html! {
        section aria-labelledby="people" {
            h2 id="people" { (texts.people) }
            (facts.draw())
            div class="actions" {
                @if part.answers() {
                    (link(case, "/mediator", texts.assign_mediator, "", drawing))
                    @if !case.mediator.is_empty() { (link(case, "/mediator/end", texts.end_mediator, "", drawing)) }
                }
                @if part == Part::Supervisor {
                    (link(case, "/officers", texts.assign_officer, "", drawing))
                    @if !case.officers.is_empty() { (link(case, "/officers/end", texts.end_officer, "", drawing)) }
                }
            }
        }
    }
}

/// Where the person was, the latest stay last.
#[must_use]
pub fn stays(case: &Case, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let rows = case.sites.iter().map(|stay| {
        vec![
            of_case::site(&stay.site, drawing),
            html! { (stay.from) },
            html! { (stay.until) },
            html! { (words::site_change(stay.how(), drawing.language)) },
            html! { (stay.reason) },
            html! { (person::name(&stay.recorded_by, drawing)) },
        ]
    });
    html! {
        section aria-labelledby="stays-heading" {
            h2 id="stays-heading" { (texts.stays) }
            (Table {
                id: "stays",
                caption: texts.stays_caption,
                columns: [texts.site, texts.from, texts.until, texts.how, texts.reason, texts.recorded_by].map(Column::plain).into(),
                rows: rows.collect(),
                none: texts.no_stay,
                address: String::new(),
                sort: "",
            }.draw(drawing))
        }
    }
}

/// How many holds keep the case, and the way to them: for supervisors.
#[must_use]
pub fn holds(case: &Case, holds: &[Hold], drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let stand = holds.iter().filter(|hold| hold.lifted_at.is_none()).count();
    html! {
        section aria-labelledby="holds" {
            h2 id="holds" { (texts.holds) }
            p { (texts.holds_stand) " " strong { (stand) } }
            div class="actions" {
                (link(case, "/holds", texts.open_holds, "", drawing))
                @if case.stage() == Stage::Closed { (link(case, "/purge/order", texts.order_purge, "", drawing)) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proto::cases::v1::{MissingCondition, NextStep};
    use time::macros::datetime;

    use super::*;

    #[test]
    fn an_overdue_review_is_said_by_the_step_that_needs_it_and_by_the_page_only_where_no_step_does() {
        let assessment = Assessment { next_review_on: "2026-11-29".into(), ..Assessment::default() };
        let case = Case { participants: vec![Participant::default()], assessments: vec![assessment], ..Case::default() };
        let says = |code: &str| {
            let step =
                NextStep { missing: vec![MissingCondition { code: code.into(), ..MissingCondition::default() }], ..NextStep::default() };
            says_review(&Case { next_steps: vec![step], ..case.clone() })
        };
        assert!(overdue(&case, datetime!(2026-11-30 0:00 UTC)) && !overdue(&case, datetime!(2026-11-29 23:59 UTC)));
        assert!(says("review-overdue:victim") && !says("mediator-missing") && !says_review(&case));
    }
}
