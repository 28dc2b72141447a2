//! HTML of the forms on participants.

use maud::html;
use proto::cases::v1::{Case, ParticipantKind, Wish};

use super::texts;
use crate::parts::{
    casework::{LINE, NARRATIVE, case as of_case, choices, words},
    drawing::Drawing,
    facts::Facts,
    form::{Field, Form, Kind, Sheet},
};

/// The form that adds a participant.
#[must_use]
pub fn add(case: &Case, drawing: &Drawing<'_>) -> Sheet<'static> {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    let kinds = choices::coded::<ParticipantKind>(words::kind, language);
    let fields = vec![
        Field::new("kind", texts.kind, Kind::Select(kinds)).needed(),
        Field::new("name", texts.name, Kind::Line { most: LINE }).needed(),
        Field::new("fps", texts.fps, Kind::Line { most: LINE }).hint(texts.fps_hint),
        Field::new("language", texts.language, Kind::Select(choices::languages(language))).hint(texts.language_hint),
        Field::new("is_another_person", texts.another, Kind::Check).hint(texts.another_hint),
    ];
    Sheet {
        title: texts.add_title,
        above: of_case::above(case, texts.add_what, "D-RO", drawing),
        form: Form::new(drawing.address(&of_case::path(case, "/participants/add")), texts.add, fields),
    }
}

/// The form that records how a participant left.
#[must_use]
pub fn leave(case: &Case, participant: &str, drawing: &Drawing<'_>) -> Sheet<'static> {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    let fields = vec![
        Field::new("wish", texts.wish, Kind::Radios(choices::coded::<Wish>(words::wish, language))).needed(),
        Field::new("reason", texts.reason, Kind::Lines { most: NARRATIVE, rows: 4 }).hint(texts.reason_hint),
    ];
    let who = Facts::new().text(texts.who, &of_case::named(case, participant, drawing));
    Sheet {
        title: texts.leave_title,
        above: html! { (of_case::above(case, texts.leave_what, "IM1c", drawing)) (who.draw()) },
        form: Form::new(drawing.address(&of_case::path(case, &format!("/participants/{participant}/leave"))), texts.leave, fields),
    }
}
