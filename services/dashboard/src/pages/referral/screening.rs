//! Form of a screening decision, and the page on which it is checked before it is recorded [R3a].

use maud::{Markup, html};
use proto::intake::v1::{Disposition, GetReferralResponse, ScreenReferralRequest};

use super::{
    codes, history,
    texts::{self, Texts},
};
use crate::parts::{
    clause, draft,
    drawing::Drawing,
    facts::Facts,
    form::{Choice, Field, Form, FormValues, Kind, Sheet},
    review::Review,
};

const DISPOSITION: &str = "disposition";
const REASON: &str = "reason";
const REVIEW_ON: &str = "review_on";
const DUPLICATE_OF: &str = "duplicate_of";

/// The form of a decision on one referral.
#[must_use]
pub fn sheet(answer: &GetReferralResponse, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let id = &answer.referral_id;
    let decisions = codes::DISPOSITIONS.map(|value| Choice::new(value as i32, codes::disposition(value, texts)));
    let fields = vec![
        Field::new(DISPOSITION, texts.disposition, Kind::Radios(decisions.into())).needed(),
        Field::new(REASON, texts.reason, Kind::Lines { most: 20_000, rows: 5 }).needed().hint(texts.reason_hint),
        Field::new(REVIEW_ON, texts.review_on, Kind::Date).hint(texts.review_on_hint),
        Field::new(DUPLICATE_OF, texts.duplicate_of, Kind::Line { most: 40 }).hint(texts.duplicate_of_hint),
    ];
    Sheet {
        title: texts.screening_title,
        above: html! {
            (which(answer, texts, drawing))
            (draft::notice(&format!("screening-{id}"), drawing.language))
        },
        form: Form::new(drawing.address(&format!("/referrals/{id}/screening")), texts.go_on, fields),
    }
}

fn which(answer: &GetReferralResponse, texts: &Texts, drawing: &Drawing<'_>) -> Markup {
    let is_question = |code: &String| codes::flag(code, texts).is_some_and(|(_, is_question, _)| is_question);
    let link =
        html! { a class="reference" href=(drawing.address(&format!("/referrals/{}", answer.referral_id))) { (answer.receipt_number) } };
    let notes = answer.flags.iter().filter_map(|code| codes::flag(code, texts)).map(|(words, ..)| words);
    html! {
        (Facts::new()
            .markup(texts.number, link)
            .text(texts.state, codes::state(answer.state(), texts))
            .text(texts.to_note, &notes.collect::<Vec<_>>().join("\n"))
            .draw())
        @if answer.flags.iter().any(is_question) { p class="notice" { (texts.open_questions_here) } }
        @if !answer.referral_id.is_empty() { (history::duplicates(answer, drawing)) }
    }
}

/// The decision once more, with what it brings about, before it is recorded.
#[must_use]
pub fn review<'a>(answer: &GetReferralResponse, form: &'a Form, filled: &FormValues, drawing: &Drawing<'_>) -> Review<'a> {
    let texts = texts::of(drawing.language);
    let (consequence, named) = codes::consequence(decision(filled), texts);
    Review {
        title: texts.check_title,
        form,
        above: html! { p { (texts.check_text) } (which(answer, texts, drawing)) },
        below: html! {
            h2 { (texts.what_happens) }
            p { (consequence) " " span class="rule" { "(" (clause::within(texts.clause_named, named, &[], drawing.language)) ")" } }
        },
        action: drawing.address(&format!("/referrals/{}/decision", answer.referral_id)),
        submit: texts.record,
    }
}

fn decision(filled: &FormValues) -> Disposition {
    Disposition::try_from(filled.number(DISPOSITION)).unwrap_or_default()
}

/// The request, as it was filled in: the service decides what belongs together.
#[must_use]
pub fn request(referral_id: String, filled: &FormValues) -> ScreenReferralRequest {
    ScreenReferralRequest {
        referral_id,
        disposition: filled.number(DISPOSITION),
        reason: filled.get(REASON),
        review_on: filled.get(REVIEW_ON),
        duplicate_of: filled.get(DUPLICATE_OF),
    }
}
