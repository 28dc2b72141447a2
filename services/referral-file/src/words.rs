//! Texts in both official languages, which go to a person together [LOLA].

use base::printable;

/// One text; each `{}` is a place for a value, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    pub en: &'static str,
    pub fr: &'static str,
}

impl Words {
    /// Both texts with their values, English first; a value is never searched again, and cannot begin a new line.
    #[must_use]
    pub fn fill(self, values: &[&str]) -> (String, String) {
        (printable::filled(self.en, values), printable::filled(self.fr, values))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_not_filled_again_and_stays_on_its_line() {
        let words = Words { en: "{} of {}", fr: "{} de {}" };
        assert_eq!(words.fill(&["{}", "b"]), ("{} of b".to_owned(), "{} de b".to_owned()));
        assert_eq!(words.fill(&["a\nb\u{1b}", "c"]).0, r"a\nb\x1b of c");
    }
}
