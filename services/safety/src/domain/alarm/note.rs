//! Note on a concern: some words, and not too many.

/// Most characters of a note.
pub const MOST: usize = 2_000;

/// Why a note is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteRefusal {
    Missing,
    TooLong,
}

/// Whether the text can be a note, without the spaces around it.
///
/// # Errors
/// It says nothing, or too much.
pub fn check(text: &str) -> Result<&str, NoteRefusal> {
    match text.trim() {
        "" => Err(NoteRefusal::Missing),
        text if text.chars().count() > MOST => Err(NoteRefusal::TooLong),
        text => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_says_something_in_at_most_two_thousand_characters() {
        assert_eq!(check(" on my way \n"), Ok("on my way"));
        for empty in ["", "  ", "\n\t"] {
            assert_eq!(check(empty), Err(NoteRefusal::Missing));
        }
        let longest = "𝄞".repeat(MOST);
        assert_eq!(check(&longest), Ok(longest.as_str()));
        assert_eq!(check(&format!("{longest}x")), Err(NoteRefusal::TooLong));
    }
}
