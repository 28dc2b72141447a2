//! HTML of the form on a consent.

use maud::html;
use proto::cases::v1::{Case, ConsentStatus, Initiative, Understanding};

use super::texts;
use crate::parts::{
    casework::{LINE, NARRATIVE, case as of_case, choices, words},
    drawing::Drawing,
    facts::Facts,
    form::{Field, Form, Group, Kind, Sheet},
};

/// The form that records what a participant said of a mode.
#[must_use]
pub fn record(case: &Case, participant: &str, drawing: &Drawing<'_>) -> Sheet<'static> {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    let said = vec![
        Field::new("mode", texts.mode, Kind::Select(choices::modes(case, language))).needed().hint(texts.mode_hint),
        Field::new("status", texts.status, Kind::Radios(choices::coded::<ConsentStatus>(words::consent, language))).needed(),
    ];
    let given = vec![
        Field::new("form_version", texts.form_version, Kind::Line { most: LINE }),
        Field::new("language", texts.language, Kind::Select(choices::languages(language))),
        Field::new("informed_and_voluntary", texts.voluntary, Kind::Check).hint(texts.voluntary_hint),
        Field::new("how", texts.how, Kind::Select(choices::coded::<Initiative>(words::initiative, language))),
        Field::new("understanding", texts.understanding, Kind::Checks(choices::coded::<Understanding>(words::understanding, language)))
            .hint(texts.understanding_hint),
        Field::new("understanding_note", texts.understanding_note, Kind::Lines { most: NARRATIVE, rows: 3 }),
        Field::new("witness", texts.witness, Kind::Line { most: LINE }),
        Field::new("scan_document_id", texts.scan, Kind::Line { most: LINE }).hint(texts.scan_hint),
        Field::new("ends_on", texts.ends_on, Kind::Date).hint(texts.ends_on_hint),
    ];
    let again = vec![
        Field::new("initiative", texts.initiative, Kind::Select(choices::coded::<Initiative>(words::initiative, language))),
        Field::new("initiative_at", texts.initiative_at, Kind::Moment),
    ];
    let who = Facts::new().text(texts.who, &of_case::named(case, participant, drawing));
    Sheet {
        title: texts.title,
        above: html! { (of_case::above(case, texts.what, "IM1c", drawing)) (who.draw()) },
        form: Form {
            action: drawing.address(&of_case::path(case, &format!("/participants/{participant}/consent"))),
            groups: vec![
                Group { fields: said, ..Group::default() },
                Group { legend: Some(texts.given), hint: None, fields: given },
                Group { legend: Some(texts.again), hint: Some(texts.again_hint), fields: again },
            ],
            submit: texts.record,
        },
    }
}
