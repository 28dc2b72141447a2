//! Output to the terminal, the only place that writes to it: control characters in people's text are shown, never interpreted. A reader
//! that went away (`| head`) is not an error.

use std::{
    fmt::Display,
    io::{self, IsTerminal as _, Write},
};

use chassis::printable;
use serde::Serialize;

/// One line of the answer, on standard output; or several that were laid out here.
pub fn line(text: impl Display) {
    let text = text.to_string();
    let _reader_gone = writeln!(io::stdout().lock(), "{}", printable::text(&text));
}

/// One line about the work, on standard error.
pub fn note(text: impl Display) {
    let text = text.to_string();
    let _reader_gone = writeln!(io::stderr().lock(), "{}", printable::text(&text));
}

/// A value as JSON on one line: what a terminal would obey is written as JSON writes it.
pub fn json(value: &impl Serialize) {
    let text = serde_json::to_string(value).unwrap_or_default();
    let _reader_gone = writeln!(io::stdout().lock(), "{}", printable::json(&text));
}

/// A file on standard output: byte for byte, unless somebody looks at it.
pub fn file(content: &str) {
    let mut stdout = io::stdout().lock();
    let is_seen = stdout.is_terminal();
    let content = if is_seen { printable::text(&content.replace("\r\n", "\n")).into_owned() } else { content.to_owned() };
    let _reader_gone = stdout.write_all(content.as_bytes());
}

/// Somebody's words on one line: a line break in them is shown as one.
#[must_use]
pub fn one_line(text: &str) -> String {
    printable::text(text).replace("\r\n", "\\n").replace('\n', "\\n")
}

/// Somebody's words over several lines: each but the first is set in, so that none passes for one of ours.
#[must_use]
pub fn indented(text: &str) -> String {
    printable::text(text.trim_end()).replace("\\r\n", "\n").replace('\n', "\n      | ")
}
