//! Limits of any text of a submission: its size, and its characters.

use base::Refusal;

use crate::error;

/// Longest narrative, in characters.
pub const TEXT: usize = 20_000;
/// Longest name, number, relation or reference, in characters.
pub const NAME: usize = 200;

/// Whether the text has a visible character; spaces and invisible characters alone are no text.
#[must_use]
pub fn is_given(text: &str) -> bool {
    !proto::normal::is_blank(text)
}

/// Checks a narrative, which may contain line breaks.
///
/// # Errors
/// Too long, or a NUL character in it.
pub fn narrative(field: &'static str, text: &str) -> Result<(), Refusal> {
    if text.contains('\0') {
        return Err(error::control_character(field));
    }
    sized(field, text, TEXT)
}

/// Checks a single line: a name, a number or a code.
///
/// # Errors
/// Too long, or a control character in it.
pub fn line(field: &'static str, text: &str) -> Result<(), Refusal> {
    if text.chars().any(char::is_control) {
        return Err(error::control_character(field));
    }
    sized(field, text, NAME)
}

fn sized(field: &'static str, text: &str, limit: usize) -> Result<(), Refusal> {
    if text.chars().count() <= limit {
        return Ok(());
    }
    Err(error::text_too_long(field, limit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_counts_characters_and_not_bytes() {
        assert!(narrative("request", &"é".repeat(TEXT)).is_ok());
        assert_eq!(narrative("request", &"é".repeat(TEXT + 1)).unwrap_err().reason, "text-too-long");
        assert!(line("victim_name", &"ê".repeat(NAME)).is_ok());
        assert_eq!(line("victim_name", &"ê".repeat(NAME + 1)).unwrap_err().field, Some("victim_name"));
    }

    #[test]
    fn line_breaks_belong_in_a_narrative_and_not_in_a_name() {
        assert!(narrative("request", "first\r\nsecond\tthird").is_ok());
        for hostile in ["Ada\r\nBcc: someone", "Ada\0", "Ada\u{7f}"] {
            assert_eq!(line("victim_name", hostile).unwrap_err().reason, "control-character");
        }
        assert_eq!(narrative("request", "a\0b").unwrap_err().reason, "control-character");
    }
}
