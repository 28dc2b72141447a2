//! Choices of forms on cases: codes of the wire with their words, kinds of participants, modes of one case, sites by name.

use proto::cases::v1::Case;

use super::{texts, words};
use crate::{
    parts::{drawing::Drawing, form::Choice, site::sites_in_order},
    text::{Language, fill},
};

/// What comes before the id of a described mode in the value of a choice.
const OTHER: &str = "other:";

/// Every code of an enum but "not stated", with its words.
#[must_use]
pub fn coded<T: TryFrom<i32> + Into<i32> + Copy>(word: fn(T, Language) -> &'static str, language: Language) -> Vec<Choice> {
    (1..).map_while(|code| T::try_from(code).ok()).map(|value| Choice::new(value.into(), word(value, language))).collect()
}

/// The modes on the list, then those that were described in this case.
#[must_use]
pub fn modes(case: &Case, language: Language) -> Vec<Choice> {
    let listed = words::MODES.iter().map(|code| Choice::new(code, &words::mode(code, "", case, language)));
    let described = case.described_modes.iter().map(|mode| {
        let label = fill(texts::of(language).mode_described, &[("mode", &mode.description)]);
        Choice::new(format!("{OTHER}{}", mode.mode_id), &label)
    });
    listed.chain(described).collect()
}

/// The mode and the id of the described one in what was chosen.
#[must_use]
pub fn chosen_mode(value: &str) -> (String, String) {
    match value.strip_prefix(OTHER) {
        Some(id) => ("other".to_owned(), id.to_owned()),
        None => (value.to_owned(), String::new()),
    }
}

/// Every site by name, in the order of the language.
#[must_use]
pub fn sites(drawing: &Drawing<'_>) -> Vec<Choice> {
    let named = sites_in_order(drawing.language, drawing.sites).into_iter();
    named.map(|site| Choice { value: site.code, label: site.name, foreign: site.foreign }).collect()
}

/// The two official languages.
#[must_use]
pub fn languages(language: Language) -> Vec<Choice> {
    ["en", "fr"].map(|code| Choice::new(code, words::language_name(code, language))).into()
}

#[cfg(test)]
mod tests {
    use proto::cases::v1::{RiskLevel, Stage};

    use super::*;

    #[test]
    fn a_form_offers_every_code_but_not_stated() {
        let stages = coded::<Stage>(words::stage, Language::English);
        assert_eq!((stages.len(), stages[0].value.as_str(), stages[0].label.as_str()), (6, "1", "Assessment"));
        assert_eq!(coded::<RiskLevel>(words::risk, Language::French).len(), 4);
    }

    #[test]
    fn a_described_mode_is_chosen_as_the_other_mode_with_its_id() {
        assert_eq!(chosen_mode("letter"), ("letter".to_owned(), String::new()));
        assert_eq!(chosen_mode("other:m-1"), ("other".to_owned(), "m-1".to_owned()));
    }
}
