//! Validation of free-text fields.

use base::Refusal;

use crate::error;

/// Longest narrative, in characters.
pub const NARRATIVE: usize = 20_000;

/// Longest name, number or code, in characters.
pub const LINE: usize = 200;

/// The trimmed text.
///
/// # Errors
/// Refuses a text longer than `max` characters, or one with a NUL, naming the field.
pub fn bounded(text: &str, max: usize, field: &'static str) -> Result<String, Refusal> {
    if text.contains('\0') {
        return Err(error::text_unreadable(field));
    }
    if text.chars().count() > max {
        return Err(error::text_too_long(field, max));
    }
    Ok(text.trim().to_owned())
}

/// The text of a required field.
///
/// # Errors
/// `missing` where it is empty; otherwise as [`bounded`].
pub fn given(text: &str, max: usize, field: &'static str, missing: Refusal) -> Result<String, Refusal> {
    let text = bounded(text, max, field)?;
    if text.is_empty() { Err(missing) } else { Ok(text) }
}

/// As much of a text as can be stored: a report of risk is not refused for its form [RM1c].
#[must_use]
pub fn readable(text: &str) -> String {
    text.chars().filter(|c| *c != '\0').collect::<String>().trim().to_owned()
}

/// The beginning of a text, at most `max` characters.
#[must_use]
pub fn beginning(text: &str, max: usize) -> String {
    text.chars().take(max).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_cannot_be_kept_is_refused_with_the_name_of_its_field() {
        let refusal = bounded("a\0b", 10, "name").unwrap_err();
        assert_eq!((refusal.reason, refusal.field), ("text-unreadable", Some("name")));
        assert_eq!(bounded(&"é".repeat(11), 10, "name").unwrap_err().reason, "text-too-long");
        assert_eq!(bounded(&format!(" {} ", "é".repeat(8)), 10, "name").unwrap(), "é".repeat(8));
    }

    #[test]
    fn what_is_said_of_a_risk_is_kept_as_far_as_it_can_be_read() {
        assert_eq!(readable(" help\0 now "), "help now");
    }
}
