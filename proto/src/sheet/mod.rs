//! CSV output that a spreadsheet may open: with the separator its language expects, and no cell that would be run as a formula.

mod report;

use crate::normal;
pub use report::report;

/// First characters that make a spreadsheet run a cell as a formula, also in full-width form.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// Separator of cells, by the language of who opens the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Separator {
    Comma,
    /// As in French, where the comma is used in numbers.
    Semicolon,
}

impl Separator {
    #[must_use]
    pub const fn of(is_french: bool) -> Self {
        if is_french { Self::Semicolon } else { Self::Comma }
    }

    #[must_use]
    pub const fn character(self) -> char {
        match self {
            Self::Comma => ',',
            Self::Semicolon => ';',
        }
    }
}

/// Whether a text needs an apostrophe before it, which makes it a text for every spreadsheet. One that begins with an apostrophe gets
/// another, so that removing one always restores the original.
#[must_use]
pub fn needs_guard(text: &str) -> bool {
    let first = text.trim_start_matches(|c: char| c.is_whitespace() || normal::is_invisible(c)).chars().next();
    first.is_some_and(|first| FORMULA.contains(&first)) || text.starts_with(['\'', '\t', '\r', '\n'])
}

/// A quoted cell that is not a formula.
#[must_use]
pub fn cell(text: &str) -> String {
    let guard = if needs_guard(text) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

/// One row with its line end.
#[must_use]
pub fn row<T: AsRef<str>>(cells: impl IntoIterator<Item = T>, separator: Separator) -> String {
    let cells: Vec<String> = cells.into_iter().map(|text| cell(text.as_ref())).collect();
    format!("{}\r\n", cells.join(&separator.character().to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_begins_a_formula_and_what_stood_there_can_be_had_again() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\u{200b}=1", "\r=1", "＝1", "'=1", "\n"] {
            let cell = cell(text);
            assert_eq!(cell, format!("\"'{text}\""), "{text:?}");
        }
        for text in ["", "1", "a = b", "Zoé"] {
            assert_eq!(cell(text), format!("\"{text}\""));
        }
        assert_eq!(row(["a \"b\"", "c"], Separator::Semicolon), "\"a \"\"b\"\"\";\"c\"\r\n");
    }
}
