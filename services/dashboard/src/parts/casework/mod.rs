//! Casework on a page: words for the codes of cases, the choices of forms, and the heading of one case.

pub mod case;
pub mod choices;
pub mod missing;
pub mod part;
pub mod texts;
pub mod wording;
pub mod words;

/// Longest line and longest narrative that the service takes.
pub const LINE: usize = 200;
pub const NARRATIVE: usize = 20_000;
