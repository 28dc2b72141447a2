//! Escaping of characters that control a terminal or reverse the reading order: people's words are shown as visible text, never executed.

use std::{
    borrow::Cow,
    io::{self, Write},
};

/// Whether the character controls a terminal, or changes how its surroundings are seen: controls, escapes, direction marks, overstrikes,
/// and what is drawn as nothing. Joiners of scripts and emoji are not included.
#[must_use]
pub const fn is_dangerous(letter: char) -> bool {
    matches!(letter,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{ad}' | '\u{61c}' | '\u{180e}'
        | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{334}'..='\u{338}' | '\u{20d2}'..='\u{20d3}' | '\u{20d8}'..='\u{20da}' | '\u{20e5}'..='\u{20e6}' | '\u{20ea}'..='\u{20eb}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

/// Text for a terminal. Line breaks stay, everything else that is dangerous is shown as `\x1b` or `\u{202e}`.
#[must_use]
pub fn text(text: &str) -> Cow<'_, str> {
    escaped(text, |letter, escaped| match letter {
        '\n' => escaped.push('\n'),
        '\t' => escaped.push_str("\\t"),
        '\r' => escaped.push_str("\\r"),
        '\0'..='\u{ff}' => escaped.push_str(&format!("\\x{:02x}", u32::from(letter))),
        _ => escaped.push_str(&format!("\\u{{{:x}}}", u32::from(letter))),
    })
}

/// Text that is JSON: dangerous characters as JSON escapes, which mean the same to every reader of it.
#[must_use]
pub fn json(text: &str) -> Cow<'_, str> {
    escaped(text, |letter, escaped| match letter {
        // Between the values of a document; inside a string they are escaped already.
        '\n' | '\r' | '\t' => escaped.push(letter),
        _ => letter.encode_utf16(&mut [0; 2]).iter().for_each(|unit| escaped.push_str(&format!("\\u{unit:04x}"))),
    })
}

/// Text on one line.
#[must_use]
pub fn one_line(value: &str) -> String {
    text(value).replace('\n', "\\n")
}

/// Text with each `{}` replaced, in order. A value is never searched again, and cannot begin a new line.
#[must_use]
pub fn filled(text: &str, values: &[&str]) -> String {
    let (mut pieces, mut values) = (text.split("{}"), values.iter());
    let mut whole = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        whole.push_str(&one_line(values.next().copied().unwrap_or_default()));
        whole.push_str(piece);
    }
    whole
}

fn escaped(text: &str, show: impl Fn(char, &mut String)) -> Cow<'_, str> {
    if !text.contains(is_dangerous) {
        return Cow::Borrowed(text);
    }
    let mut seen = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        if is_dangerous(letter) { show(letter, &mut seen) } else { seen.push(letter) }
    }
    Cow::Owned(seen)
}

/// Writer of JSON lines that makes every one of them safe to display. Each line is written whole.
#[derive(Debug)]
pub struct Lines<W>(pub W);

impl<W: Write> Write for Lines<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match std::str::from_utf8(bytes) {
            Ok(line) => self.0.write_all(json(line).as_bytes())?,
            Err(_) => self.0.write_all(json(&String::from_utf8_lossy(bytes)).as_bytes())?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_shown_as_text() {
        for (given, expected) in [
            ("knife\u{1b}[2K\u{1b}[1A\rall is well", r"knife\x1b[2K\x1b[1A\rall is well"),
            ("a\u{8}b\u{7f}\u{9b}31m", r"a\x08b\x7f\x9b31m"),
            ("\u{202e}txt\u{2066}\u{200f}", r"\u{202e}txt\u{2066}\u{200f}"),
            ("a\u{336}b", r"a\u{336}b"),
            ("one\ntwo\tthree", "one\ntwo\\tthree"),
            ("Zoé · 👩‍🚒 · e\u{301}", "Zoé · 👩‍🚒 · e\u{301}"),
        ] {
            assert_eq!(text(given), expected, "{given:?}");
        }
    }

    #[test]
    fn in_json_it_is_an_escape_that_means_the_same() {
        let value = serde_json::json!({ "text": "a\u{1b}[2K\u{202e}\u{9b}\u{7f}\u{e0041}é" });
        let written = value.to_string();
        let seen = json(&written);
        assert!(!seen.contains(is_dangerous) && seen.contains('é'), "{seen}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&seen).unwrap(), value);
    }

    #[test]
    fn a_field_of_a_log_line_with_escapes_and_direction_marks_is_shown_as_text() {
        #[derive(Clone, Default)]
        struct Kept(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);
        impl Write for Kept {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0.lock().unwrap().extend(bytes);
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let kept = Kept::default();
        let log = kept.clone();
        let subscriber = tracing_subscriber::fmt().json().with_writer(move || Lines(log.clone())).finish();
        let words = "knife\u{1b}[2K\r\u{202e}\u{9b}1A\u{7f}";
        tracing::subscriber::with_default(
            subscriber,
            || tracing::warn!(field = words, escaped = %words, debugged = ?words, "said {words}"),
        );
        let line = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        assert!(!line.trim_end().contains(is_dangerous), "{line:?}");
        let read: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(read["fields"]["field"], words);
    }
}
