//! The one place that writes to the terminal. A reader that went away (`| head`) is not an error.

use std::{
    fmt::Display,
    io::{self, Write},
};

/// One line of the answer, on standard output.
pub fn line(text: impl Display) {
    let _reader_gone = writeln!(io::stdout().lock(), "{text}");
}

/// One line about the work, on standard error.
pub fn note(text: impl Display) {
    let _reader_gone = writeln!(io::stderr().lock(), "{text}");
}
