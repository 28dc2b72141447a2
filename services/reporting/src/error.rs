//! Refusals of reporting, each with its reason, its clause and both languages, and the error for an unknown stored code.

use base::{Error, Refusal};

/// The error for an unknown stored code, which the constraints of the tables exclude.
#[must_use]
pub fn unknown_code(what: &str) -> Error {
    Error::Internal(format!("a stored {what} is not a known code"))
}

/// A report of no table [L13].
#[must_use]
pub fn table_unknown() -> Refusal {
    Refusal::invalid("table-unknown", "L13", "table", "name a table of the report", "indiquez un tableau du rapport")
}

/// A language that is not official [LOLA].
#[must_use]
pub fn language_unknown() -> Refusal {
    Refusal::invalid("language-unknown", "LOLA", "language", "the language is \"en\" or \"fr\"", "la langue est « en » ou « fr »")
}

/// A fiscal year before the first or after the present one; each is named by its first calendar year.
#[must_use]
pub fn fiscal_year_unknown(asked: i32, first: i32, present: i32) -> Refusal {
    Refusal::invalid(
        "fiscal-year-unknown",
        "L13",
        "fiscal_year",
        format!("there is no report for {asked}: give the first calendar year of a fiscal year from {first} to {present}"),
        format!("il n’y a pas de rapport pour {asked} : indiquez la première année civile d’un exercice, de {first} à {present}"),
    )
}

/// A fiscal year that is not reported yet.
#[must_use]
pub fn fiscal_year_not_finished(year: &str) -> Refusal {
    Refusal::precondition(
        "fiscal-year-not-finished",
        "L13",
        format!("fiscal year {year} is reported when it has ended"),
        format!("l’exercice {year} fera l’objet d’un rapport une fois terminé"),
    )
}
