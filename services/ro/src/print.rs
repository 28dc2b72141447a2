//! Output to the terminal, the only place that writes to it: control characters in people's text are shown, never interpreted. A reader
//! that went away (`| head`) is not an error.

use std::{
    fmt::Display,
    io::{self, IsTerminal as _, Write},
};

use base::printable;
pub use base::printable::one_line;
use serde::Serialize;

/// Prints one line of the answer to standard output, or several that were formatted here.
pub fn line(text: impl Display) {
    let text = text.to_string();
    let _reader_gone = writeln!(io::stdout().lock(), "{}", printable::text(&text));
}

/// Prints one line about the work to standard error.
pub fn note(text: impl Display) {
    let text = text.to_string();
    let _reader_gone = writeln!(io::stderr().lock(), "{}", printable::text(&text));
}

/// Prints a value as JSON on one line, with control characters escaped.
pub fn json(value: &impl Serialize) {
    let text = serde_json::to_string(value).unwrap_or_default();
    let _reader_gone = writeln!(io::stdout().lock(), "{}", printable::json(&text));
}

/// Prints a file to standard output: byte for byte, unless that is a terminal.
pub fn file(content: &str) {
    let mut stdout = io::stdout().lock();
    let is_seen = stdout.is_terminal();
    let content = if is_seen { printable::text(&content.replace("\r\n", "\n")).into_owned() } else { content.to_owned() };
    let _reader_gone = stdout.write_all(content.as_bytes());
}

/// A person's text over several lines: each but the first is indented, so that none passes for one of ours.
#[must_use]
pub fn indented(text: &str) -> String {
    printable::text(text.trim_end()).replace("\\r\n", "\n").replace('\n', "\n      | ")
}
