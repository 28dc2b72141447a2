//! Words that whoever answers for a site reads: they say neither what the entry is for nor who is who [R2a, IM1b].

use base::Refusal;

use crate::error;

/// Beginnings of words that say what it is for, or who is who, in both languages.
const TELLING: [&str; 9] =
    ["mediat", "médiat", "restorative", "réparatrice", "reparatrice", "victim", "offender", "délinquant", "delinquant"];

/// The same text, where it says nothing of the programme and not the number of the case.
///
/// # Errors
/// Refuses a text that does, naming the field.
pub fn discreet(text: String, number: &str, field: &'static str) -> Result<String, Refusal> {
    let lower = text.to_lowercase();
    let tells = TELLING.iter().any(|word| lower.contains(word)) || !number.is_empty() && lower.contains(&number.to_lowercase());
    if tells { Err(error::entry_says_too_much(field)) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    // [R2a]
    #[test]
    fn no_word_that_the_site_reads_says_what_it_is_for_or_names_the_case() {
        for good in ["", "room 4, ground floor", "un arc-en-ciel, fauteuil roulant", "an interpreter for Cree"] {
            assert!(discreet(good.to_owned(), "RC-4TQM-9XKD", "place").is_ok(), "{good}");
        }
        for bad in ["the Mediation room", "une médiation", "RESTORATIVE", "for rc-4tqm-9xkd", "the victim", "le délinquant"] {
            let refused = discreet(bad.to_owned(), "RC-4TQM-9XKD", "place").unwrap_err();
            assert_eq!((refused.reason, refused.field), ("entry-says-too-much", Some("place")), "{bad}");
        }
    }
}
