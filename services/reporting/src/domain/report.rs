//! Table of a report for people and programs: labels, codes, cells, and what is withheld.

use super::{
    code::Language,
    suppress::{Decision, Fate, Id},
};

/// One cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell {
    Count(u64),
    /// Withheld: it is small, or would reveal one that is.
    Withheld,
    Seconds(f64),
}

/// One line; as many keys as labels.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub keys: Vec<String>,
    pub labels: Vec<String>,
    pub cells: Vec<Cell>,
}

/// One table, in one language. The first column of `columns` heads the labels, the others the cells.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    pub title: String,
    pub columns: Vec<String>,
    pub rows: Vec<Row>,
    pub total: Option<Row>,
    pub note: String,
}

impl Row {
    pub(super) fn new(key: impl Into<String>, label: impl Into<String>, cells: Vec<Cell>) -> Self {
        Self { keys: vec![key.into()], labels: vec![label.into()], cells }
    }

    pub(super) fn total(language: Language, cells: Vec<Cell>) -> Self {
        Self::new("total", language.pick("Total", "Total"), cells)
    }
}

/// A counted number and its id in the network of sums.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counted {
    pub id: Id,
    pub value: u64,
}

impl Counted {
    pub(super) fn cell(self, decision: &Decision) -> Cell {
        match decision.fate(self.id) {
            Fate::Shown => Cell::Count(self.value),
            Fate::Withheld | Fate::Veiled => Cell::Withheld,
        }
    }
}

/// Footnote of every table: what is withheld and why.
#[must_use]
pub fn note(language: Language, threshold: u32) -> String {
    let largest = threshold.saturating_sub(1);
    match language {
        Language::English => format!(
            "Numbers from 1 to {largest} are withheld, and with them any other number from which one of these could be worked out. Zeros are shown unless that would give one away."
        ),
        Language::French => format!(
            "Les nombres de 1 à {largest} sont masqués, ainsi que tout autre nombre qui permettrait d’en déduire un. Les zéros sont indiqués, sauf si cela permettait d’en déduire un."
        ),
    }
}
