//! HTML of one referral: what was told, what must be asked, what can be done next and by whom, what happened.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::intake::v1::{Disposition, GetReferralResponse, Referral, ReferralState};

use super::{
    UNIT, codes, history,
    texts::{self, Texts},
    view,
};
use crate::{
    parts::{clause, drawing::Drawing, facts::Facts, person, site, time::instant},
    text::{Language, fill},
};

/// Notice above a referral, after a form led here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    Nothing,
    Decided,
    Answered,
}

/// One referral.
#[must_use]
pub fn draw(answer: &GetReferralResponse, done: Done, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let told = answer.referral.clone().unwrap_or_default();
    let id = &answer.referral_id;
    html! {
        h1 { (texts.referral) " " span class="reference" { (answer.receipt_number) } }
        p { a href=(drawing.address("/referrals")) { (texts.back_to_queue) } }
        @match done {
            Done::Decided => { p class="outcome" role="status" data-draft-done=(format!("screening-{id}")) { (texts.decided) } }
            Done::Answered => { p class="outcome" role="status" data-draft-done=(format!("referral-{id}")) { (texts.answered) } }
            Done::Nothing => {}
        }
        (standing(answer, texts, drawing).draw())
        (next(answer, texts, drawing))
        (notes(answer, texts, drawing.language))
        (history::duplicates(answer, drawing))
        h2 { (texts.what_was_told) }
        (content(&told, texts).draw())
        @for (number, variant) in (2..).zip(&answer.variants) {
            h3 { (fill(texts.version, &[("n", &number.to_string())])) }
            @let differs = difference(&told, variant, texts);
            @if differs.is_empty() { p { (texts.version_same) } }
            @else { p class="hint" { (texts.version_differs) } (differs.draw()) }
        }
        (history::history(answer, drawing))
    }
}

fn standing(answer: &GetReferralResponse, texts: &Texts, drawing: &Drawing<'_>) -> Facts {
    let told = answer.referral.clone().unwrap_or_default();
    let counted = if answer.counted_origin() == told.origin() { "" } else { codes::origin(answer.counted_origin(), texts) };
    let decision = match answer.disposition() {
        Disposition::Unspecified => "",
        decision => codes::disposition(decision, texts),
    };
    let received = answer.received_at.as_ref().and_then(at);
    Facts::new()
        .markup(texts.state, html! { strong { (codes::state(answer.state(), texts)) } })
        .text(texts.current_decision, decision)
        .text(texts.decided_by, &person::name(&answer.screened_by, drawing))
        .markup(texts.received, html! { @if let Some(at) = received { (instant(at)) " · " (view::age(at, drawing.now, texts)) } })
        .text(texts.origin, codes::origin(told.origin(), texts))
        .text(texts.counted_origin, counted)
        .markup(texts.site, site::name(&told.site, drawing))
}

/// What can be done next, and by whom. It is offered to whoever may do it; the service decides.
fn next(answer: &GetReferralResponse, texts: &Texts, drawing: &Drawing<'_>) -> Markup {
    let says = match answer.state() {
        ReferralState::Unspecified | ReferralState::Received => texts.next_received,
        ReferralState::NeedsClarification => texts.next_clarify,
        ReferralState::ScreenedAccepted | ReferralState::ScreenedIndirectOnly => texts.next_accepted,
        ReferralState::ScreenedDeferred => texts.next_deferred,
        ReferralState::ScreenedClosed => texts.next_closed,
    };
    let to = |word: &str| drawing.address(&format!("/referrals/{}/{word}", answer.referral_id));
    html! {
        h2 { (texts.what_next) }
        p { (says) }
        @if matches!(answer.state(), ReferralState::ScreenedAccepted | ReferralState::ScreenedIndirectOnly) {
            p { a href=(drawing.address(&format!("/cases/of-referral/{}", answer.referral_id))) { (texts.open_its_case) } }
        }
        @if drawing.session.caller.has_any(UNIT) {
            p { (texts.by_the_unit) }
            ul {
                li { a href=(to("screening")) { (texts.screen) } }
                li { a href=(to("completion")) { (texts.complete) } }
                li { a href=(drawing.address("/raise")) { (texts.raise) } }
            }
        }
    }
}

/// Open questions, and what must be known.
fn notes(answer: &GetReferralResponse, texts: &Texts, language: Language) -> Markup {
    let of_kind = |asked: bool| {
        answer.flags.iter().filter_map(|code| codes::flag(code, texts)).filter(move |(_, is_question, _)| *is_question == asked)
    };
    let listed = |asked: bool| {
        html! {
            ul {
                @for (words, _, named) in of_kind(asked) {
                    li { (words) " " span class="rule" { "(" (clause::within(texts.clause_named, named, &[], language)) ")" } }
                }
            }
        }
    };
    html! {
        h2 { (texts.questions) }
        @if of_kind(true).next().is_some() { div class="notice" { (listed(true)) p { (texts.questions_text) } } }
        @else { p { (texts.no_question) } }
        @if of_kind(false).next().is_some() { h2 { (texts.facts_to_know) } (listed(false)) }
    }
}

/// Name and words of every field of a referral.
fn fields(told: &Referral, texts: &Texts) -> Vec<(&'static str, String)> {
    let text = |value: &str| value.trim().to_owned();
    let answer = |value| if value == proto::intake::v1::Known::Unspecified { String::new() } else { codes::known(value, texts).to_owned() };
    let relation = codes::relations(texts).into_iter().find(|choice| choice.value == told.representative_relation);
    let modes: Vec<&str> = told.modes().map(|mode| codes::mode(mode, texts)).collect();
    let language = if told.language == 0 { "" } else { codes::language(told.language(), texts) };
    vec![
        (texts.request, text(&told.request)),
        (texts.offender_name, text(&told.offender_name)),
        (texts.offender_fps, text(&told.offender_fps)),
        (texts.victim_name, text(&told.victim_name)),
        (texts.representative_name, text(&told.representative_name)),
        (texts.representative_relation, relation.map_or_else(|| text(&told.representative_relation), |choice| choice.label)),
        (texts.victim_registered, answer(told.victim_registered())),
        (texts.offender_asked, answer(told.offender_asked())),
        (texts.offender_in_custody, answer(told.offender_in_custody())),
        (texts.no_contact_condition, answer(told.no_contact_condition())),
        (texts.modes, modes.join("\n")),
        (texts.language, language.to_owned()),
        (texts.safety_concern, text(&told.safety_concern)),
    ]
}

fn content(told: &Referral, texts: &Texts) -> Facts {
    fields(told, texts).into_iter().fold(Facts::new(), |facts, (name, words)| facts.text(name, &words))
}

/// What another body says otherwise than the first.
fn difference(first: &Referral, other: &Referral, texts: &Texts) -> Facts {
    let origin = if first.origin == other.origin { "" } else { codes::origin(other.origin(), texts) };
    let pairs = fields(first, texts).into_iter().zip(fields(other, texts)).filter(|((_, first), (_, other))| first != other);
    pairs.fold(Facts::new().text(texts.origin, origin), |facts, (_, (name, words))| {
        facts.text(name, if words.is_empty() { texts.taken_back } else { &words })
    })
}

#[cfg(test)]
mod tests {
    use proto::intake::v1::Known;

    use super::*;
    use crate::text::Language;

    #[test]
    fn of_another_version_only_what_differs_is_shown_and_what_was_taken_back_is_said() {
        let first = Referral { request: "a letter".into(), offender_name: "Alex Exemple".into(), ..Referral::default() };
        let other = Referral { request: String::new(), offender_asked: Known::Yes.into(), ..first.clone() };
        let texts = texts::of(Language::English);
        let drawn = difference(&first, &other, texts).draw().into_string();
        assert!(drawn.contains("left empty") && drawn.contains(texts.offender_asked) && !drawn.contains("Alex"), "{drawn}");
        assert!(difference(&first, &first, texts).is_empty());
    }
}
