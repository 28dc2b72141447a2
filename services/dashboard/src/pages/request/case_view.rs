//! HTML of the pages of requests on a case, for whoever works on it.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::{
    cases::v1::{Case, InformationRequest, ParticipantKind, RequestFile, RequestItem, RequestItemKind, RequestOutcome, RequestState},
    role,
};

use super::{texts, words};
use crate::{
    parts::{
        casework::{LINE, NARRATIVE, case as of_case, choices},
        drawing::Drawing,
        facts::Facts,
        form::{Choice, Field, Form, Kind, Sheet},
        site,
        time::instant_or,
        words as codes,
    },
    text::Language,
};

/// Positions that can be asked.
const POSITIONS: [&str; 6] = [
    role::MANAGER_ASSESSMENT_INTERVENTIONS,
    role::PAROLE_OFFICER_SUPERVISOR,
    role::PAROLE_OFFICER,
    role::STAFF,
    role::RVS_MANAGER,
    role::VICTIM_SERVICES_OFFICER,
];

/// The requests of a case, the newest first.
#[must_use]
pub fn list(case: &Case, requests: &[InformationRequest], drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        h1 { (texts.case_title) }
        (of_case::above(case, texts.case_what, "R5c", drawing))
        div class="actions" {
            a class="action" href=(address(case, "ask", drawing)) { (texts.ask) }
            a class="action" href=(address(case, "tell", drawing)) { (texts.tell) }
        }
        @if requests.is_empty() { p class="none" { (texts.none) } }
        @for one in requests.iter().rev() { (card(case, one, drawing)) }
    }
}

/// Address of a page below the requests of a case.
#[must_use]
pub fn address(case: &Case, below: &str, drawing: &Drawing<'_>) -> String {
    drawing.address(&of_case::path(case, &format!("/requests/{below}")))
}

fn card(case: &Case, one: &InformationRequest, drawing: &Drawing<'_>) -> Markup {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    let id = format!("request-{}", one.request_id);
    let who = of_case::named(case, &one.participant_id, drawing);
    let facts = Facts::new()
        .text(texts.state, words::state(one.state(), language))
        .markup(texts.asked_of, html! { @for name in &one.offices { (office(name, drawing)) br; } (one.person) })
        .text(texts.about, &one.about)
        .text(texts.number, &one.number)
        .markup(texts.due, instant_or(one.due_at.as_ref().and_then(at), ""))
        .markup(texts.asked, html! { (instant_or(one.asked_at.as_ref().and_then(at), "")) ", " (one.asked_by) })
        .text(texts.reason, &one.reason)
        .text(texts.declined_because, &one.declined_because);
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (who) ", " (instant_or(one.asked_at.as_ref().and_then(at), "")) }
            (facts.draw())
            (items(&one.items, language))
            @if one.state() == RequestState::Asked {
                div class="actions" {
                    a class="action" href=(address(case, &format!("{}/withdraw", one.request_id), drawing)) {
                        (texts.withdraw) span class="unseen" { " " (who) }
                    }
                }
            }
        }
    }
}

/// An office by its position and place.
fn office(name: &str, drawing: &Drawing<'_>) -> Markup {
    let (position, place) = name.split_once('/').unwrap_or((name, ""));
    let is_region = codes::REGIONS.iter().any(|(code, ..)| *code == place);
    html! {
        (codes::of(codes::ROLES, position, drawing.language)) ", "
        @if is_region { (codes::of(codes::REGIONS, place, drawing.language)) } @else { (site::name(place, drawing)) }
    }
}

/// Items with their answers, as far as the reader may read them.
#[must_use]
pub fn items(items: &[RequestItem], language: Language) -> Markup {
    let texts = texts::of(language);
    html! {
        ol class="waits" {
            @for item in items {
                li {
                    strong { (words::kind(item.kind(), language)) }
                    @if !item.words.is_empty() { ": " span class="said" { (item.words) } }
                    br; (words::outcome(item.outcome(), language))
                    @if item.outcome() != RequestOutcome::Unspecified {
                        ", " (texts.readable_until) " " (instant_or(item.until.as_ref().and_then(at), ""))
                        @if !item.is_open { br; (texts.closed) }
                        @else if !item.answer.is_empty() { br; span class="said" { (item.answer) } }
                    }
                }
            }
        }
    }
}

/// The form that asks for information.
#[must_use]
pub fn ask(case: &Case, drawing: &Drawing<'_>) -> Sheet<'static> {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    let positions = POSITIONS.map(|role| Choice::new(role, codes::of(codes::ROLES, role, language))).into();
    let places = choices::sites(drawing).into_iter().chain(codes::regions(language)).collect();
    let fields = vec![
        Field::new("file", texts.file, Kind::Radios(choices::coded::<RequestFile>(words::file, language))).needed(),
        Field::new("participant_id", texts.whose, Kind::Select(people(case, None, drawing))).needed(),
        Field::new("reference", texts.reference, Kind::Line { most: LINE }).hint(texts.reference_hint),
        Field::new("office", texts.office, Kind::Select(positions)),
        Field::new("place", texts.place, Kind::Select(places)),
        Field::new("person", texts.person, Kind::Line { most: LINE }).hint(texts.person_hint),
        Field::new("items", texts.items, Kind::Checks(choices::coded::<RequestItemKind>(words::kind, language))).needed(),
        Field::new("words", texts.words, Kind::Lines { most: NARRATIVE, rows: 3 }).hint(texts.words_hint),
        Field::new("reason", texts.reason, Kind::Lines { most: NARRATIVE, rows: 3 }).needed().hint(texts.reason_hint),
    ];
    Sheet {
        title: texts.ask,
        above: of_case::above(case, texts.ask_what, "R5c", drawing),
        form: Form::new(address(case, "ask", drawing), texts.ask, fields),
    }
}

/// The form that asks victim services to tell the victim something.
#[must_use]
pub fn tell(case: &Case, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let fields = vec![
        Field::new("participant_id", texts.whose, Kind::Select(people(case, Some(ParticipantKind::Victim), drawing))).needed(),
        Field::new("reference", texts.reference, Kind::Line { most: LINE }).needed(),
        Field::new("place", texts.region, Kind::Select(codes::regions(drawing.language))).needed(),
        Field::new("items", texts.tell_words, Kind::Lines { most: NARRATIVE, rows: 3 }).needed(),
        Field::new("reason", texts.reason, Kind::Lines { most: NARRATIVE, rows: 3 }).needed().hint(texts.reason_hint),
    ];
    Sheet {
        title: texts.tell,
        above: of_case::above(case, texts.tell_what, "X-784", drawing),
        form: Form::new(address(case, "tell", drawing), texts.tell, fields),
    }
}

fn people(case: &Case, kind: Option<ParticipantKind>, drawing: &Drawing<'_>) -> Vec<Choice> {
    let with_a_file = |one: ParticipantKind| match kind {
        Some(kind) => one == kind,
        None => matches!(one, ParticipantKind::Victim | ParticipantKind::Offender),
    };
    let here = case.participants.iter().filter(|one| one.left.is_none() && with_a_file(one.kind()));
    here.map(|one| Choice::new(&one.participant_id, &of_case::named(case, &one.participant_id, drawing))).collect()
}

/// The form that withdraws a request.
#[must_use]
pub fn withdraw(case: &Case, id: &str, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    Sheet {
        title: texts.withdraw,
        above: of_case::above(case, texts.withdraw_what, "R5c", drawing),
        form: Form::new(address(case, &format!("{id}/withdraw"), drawing), texts.withdraw, Vec::new()),
    }
}
