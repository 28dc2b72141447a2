//! HTML of the forms on described modes.

use maud::html;
use proto::cases::v1::Case;

use super::texts;
use crate::parts::{
    casework::{LINE, case as of_case},
    drawing::Drawing,
    facts::Facts,
    form::{Choice, Field, Form, Kind, Sheet},
};

/// Values of the choice whether a mode is direct.
pub const DIRECT: &str = "yes";
const INDIRECT: &str = "no";

/// The form that describes a mode.
#[must_use]
pub fn describe(case: &Case, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let fields = vec![Field::new("description", texts.description, Kind::Line { most: LINE }).needed()];
    Sheet {
        title: texts.describe_title,
        above: of_case::above(case, texts.describe_what, "D-VOM", drawing),
        form: Form::new(drawing.address(&of_case::path(case, "/modes/describe")), texts.describe, fields),
    }
}

/// The form that says whether a described mode is direct.
#[must_use]
pub fn direct(case: &Case, mode: &str, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let answers = vec![Choice::new(DIRECT, texts.yes), Choice::new(INDIRECT, texts.no)];
    let fields = vec![Field::new("direct", texts.direct, Kind::Radios(answers)).needed()];
    let described = case.described_modes.iter().find(|one| one.mode_id == mode).map_or("", |one| one.description.as_str());
    let described = Facts::new().text(texts.mode, described);
    Sheet {
        title: texts.direct_title,
        above: html! { (of_case::above(case, texts.direct_what, "D-VOM", drawing)) (described.draw()) },
        form: Form::new(drawing.address(&of_case::path(case, &format!("/modes/{mode}/direct"))), texts.say, fields),
    }
}
