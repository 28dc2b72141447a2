//! Form of a referral: three fields are enough, and whatever is not known stays empty [L8].

use std::collections::BTreeSet;

use maud::html;
use proto::{
    intake::v1::{GetReferralResponse, Referral},
    role,
};

use super::texts;
use crate::{
    pages::referral::{codes, texts as words},
    parts::{
        draft,
        drawing::Drawing,
        facts::Facts,
        form::{Choice, Field, Form, FormValues, Group, KEY, Kind, Sheet},
        site::{self, sites_in_order},
    },
    session::Session,
};

pub const CONCERN: &str = "safety_concern";
const SITE: &str = "site";
/// Longest texts that the service takes, and the longest concern that rings as one message.
const TEXT: usize = 20_000;
const NAME: usize = 200;
const CONCERN_TEXT: usize = 8_000;

/// The form of a new referral.
#[must_use]
pub fn new(drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    Sheet {
        title: texts.submit,
        above: html! {
            p { (texts.intro) }
            p class="notice" { (texts.confidential) }
            p { a href=(drawing.address("/referrals/import")) { (texts.from_a_file) } }
            (draft::notice("referral", drawing.language))
        },
        form: Form { action: drawing.address("/referrals/new"), groups: groups(drawing, true), submit: texts.send },
    }
}

/// The form of another body for a referral that stands: its source, its site and its key stay as they are.
#[must_use]
pub fn completion(answer: &GetReferralResponse, drawing: &Drawing<'_>) -> Sheet<'static> {
    let (texts, words) = (texts::of(drawing.language), words::of(drawing.language));
    let told = answer.referral.clone().unwrap_or_default();
    let (id, number) = (&answer.referral_id, &answer.receipt_number);
    let questions = answer.flags.iter().filter_map(|code| codes::flag(code, words)).filter(|(_, is_question, _)| *is_question);
    let facts = Facts::new()
        .markup(texts.number, html! { a class="reference" href=(drawing.address(&format!("/referrals/{id}"))) { (number) } })
        .text(words.origin, codes::origin(told.origin(), words))
        .markup(words.site, site::name(&told.site, drawing))
        .text(words.questions, &questions.map(|(words, ..)| words).collect::<Vec<_>>().join("\n"));
    Sheet {
        title: texts.complete_title,
        above: html! {
            p { (texts.complete_text) }
            (facts.draw())
            (draft::notice(&format!("referral-{id}"), drawing.language))
        },
        form: Form {
            action: drawing.address(&format!("/referrals/{id}/completion")),
            groups: groups(drawing, false),
            submit: texts.complete_send,
        },
    }
}

fn groups(drawing: &Drawing<'_>, is_new: bool) -> Vec<Group> {
    let (texts, words) = (texts::of(drawing.language), words::of(drawing.language));
    let line = |name, label| Field::new(name, label, Kind::Line { most: NAME });
    let asked = |name, label| Field::new(name, label, Kind::Radios(codes::answers(words)));
    let mut enough = Vec::new();
    if is_new {
        enough.push(Field::new("origin", texts.where_from, Kind::Radios(codes::origins(words))).needed());
        enough.push(Field::new(SITE, texts.which_site, Kind::Select(sites(drawing))).needed());
    }
    enough.push(Field::new("request", texts.request, Kind::Lines { most: TEXT, rows: 5 }).hint(texts.request_hint));
    let people = vec![
        line("offender_name", words.offender_name),
        line("offender_fps", words.offender_fps),
        line("victim_name", words.victim_name),
        line("representative_name", words.representative_name),
        Field::new("representative_relation", words.representative_relation, Kind::Select(codes::relations(words)))
            .hint(texts.relation_hint),
    ];
    let more = vec![asked("offender_asked", words.offender_asked), asked("no_contact_condition", words.no_contact_condition)];
    let details = vec![
        asked("offender_in_custody", words.offender_in_custody),
        asked("victim_registered", words.victim_registered),
        Field::new("modes", words.modes, Kind::Checks(codes::modes(words))),
        Field::new("language", words.language, Kind::Radios(codes::languages(words))),
    ];
    // Whoever refers for the first time sees what is needed and what would be asked; whoever completes a referral sees all of it.
    let details = details.into_iter().map(|field| if is_new { field.seldom() } else { field }).collect();
    let danger = vec![Field::new(CONCERN, words.safety_concern, Kind::Lines { most: CONCERN_TEXT, rows: 3 }).hint(texts.danger_hint)];
    vec![
        Group { legend: Some(texts.enough), hint: None, fields: enough },
        Group { legend: Some(texts.people), hint: Some(texts.people_hint), fields: people },
        Group { legend: Some(texts.more), hint: None, fields: more },
        Group { legend: Some(texts.details), hint: None, fields: details },
        Group { legend: Some(texts.danger), hint: None, fields: danger },
    ]
}

/// The sites that a person may name: their own, or every one where they have none or work for all.
fn sites(drawing: &Drawing<'_>) -> Vec<Choice> {
    let own = own_sites(drawing.session);
    let listed = sites_in_order(drawing.language, drawing.sites).into_iter();
    listed
        .filter(|site| own.is_empty() || own.contains(&site.code))
        .map(|site| Choice { value: site.code, label: site.name, foreign: site.foreign })
        .collect()
}

fn own_sites(session: &Session) -> BTreeSet<String> {
    let caller = &session.caller;
    if caller.has_any(&role::RJ_UNIT) {
        return BTreeSet::new();
    }
    let regional = |region: &String| format!("rhq-{region}");
    caller.grants.iter().filter_map(|grant| grant.site.clone().or_else(|| grant.region.as_ref().map(regional))).collect()
}

/// A form under its key, with the site of whoever has only one.
#[must_use]
pub fn empty(key: impl ToString, drawing: &Drawing<'_>) -> FormValues {
    let filled = FormValues::empty(key);
    match own_sites(drawing.session).into_iter().collect::<Vec<_>>().as_slice() {
        [only] => filled.with(SITE, only),
        _ => filled,
    }
}

/// The referral that was filled in.
#[must_use]
pub fn referral(filled: &FormValues) -> Referral {
    let modes = filled.all("modes").iter().filter_map(|mode| mode.parse().ok());
    Referral {
        idempotency_key: filled.get(KEY),
        origin: filled.number("origin"),
        site: filled.get(SITE),
        request: filled.get("request"),
        offender_name: filled.get("offender_name"),
        offender_fps: filled.get("offender_fps"),
        victim_name: filled.get("victim_name"),
        representative_name: filled.get("representative_name"),
        representative_relation: filled.get("representative_relation"),
        victim_registered: filled.number("victim_registered"),
        offender_asked: filled.number("offender_asked"),
        offender_in_custody: filled.number("offender_in_custody"),
        no_contact_condition: filled.number("no_contact_condition"),
        modes: modes.collect(),
        language: filled.number("language"),
        safety_concern: filled.get(CONCERN),
    }
}

/// A form filled with a referral that stands, without its concern: that was raised when it came.
#[must_use]
pub fn filled(told: &Referral) -> FormValues {
    let number = |value: i32| if value == 0 { String::new() } else { value.to_string() };
    let texts = [
        ("request", told.request.clone()),
        ("offender_name", told.offender_name.clone()),
        ("offender_fps", told.offender_fps.clone()),
        ("victim_name", told.victim_name.clone()),
        ("representative_name", told.representative_name.clone()),
        ("representative_relation", told.representative_relation.clone()),
        ("victim_registered", number(told.victim_registered)),
        ("offender_asked", number(told.offender_asked)),
        ("offender_in_custody", number(told.offender_in_custody)),
        ("no_contact_condition", number(told.no_contact_condition)),
        ("language", number(told.language)),
    ];
    let modes = told.modes.iter().map(|mode| ("modes".to_owned(), mode.to_string()));
    let stated = texts.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name.to_owned(), value));
    FormValues::of(stated.chain(modes).collect())
}

#[cfg(test)]
mod tests {
    use proto::intake::v1::{Known, Mode};

    use super::*;

    #[test]
    fn a_referral_that_is_completed_keeps_all_that_was_told_before() {
        let told = Referral {
            request: "wants to write".into(),
            offender_name: "Alex Exemple".into(),
            offender_asked: Known::Yes.into(),
            modes: vec![Mode::Letter.into(), Mode::Group.into()],
            language: 2,
            ..Referral::default()
        };
        assert!(referral(&filled(&told)) == told);
        let concerned = Referral { safety_concern: "at risk".into(), ..told.clone() };
        assert!(referral(&filled(&concerned)) == told, "a concern is not raised a second time");
    }
}
