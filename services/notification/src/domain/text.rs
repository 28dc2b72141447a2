//! Text that can be stored and shown: nothing a sender writes may keep an alarm from standing in an inbox.

/// The text with every NUL, which no text column holds, made visible.
#[must_use]
pub fn plain(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_nul_is_shown_and_every_other_character_stays() {
        assert_eq!(plain("Unité\0 3\n"), "Unité\u{fffd} 3\n");
    }
}
