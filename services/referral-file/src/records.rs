//! Splitting of an untrusted file into lines and fields: every byte belongs to exactly one line, and a damaged line spoils no other.

use std::ops::Range;

use super::encoding::Encoding;

const LF: u16 = 0x0a;
const CR: u16 = 0x0d;
/// A line end of UTF-16 that is read one byte too early or too late: a byte before it is missing or too many.
const SHIFTED: [u16; 2] = [0x0a00, 0x0d00];

/// One line of the file.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// Counted from 1.
    pub number: u64,
    /// More than one where a quoted field goes over several.
    pub lines: u64,
    /// Its range in the file, without its line end.
    pub raw: Range<usize>,
    /// Start of the next one.
    pub end: usize,
    pub text: String,
    /// Whether every byte of it was text.
    pub is_sound: bool,
}

/// The line end of this file: a line feed, or a carriage return alone where there is no line feed at all.
#[must_use]
pub fn line_end(bytes: &[u8], encoding: Encoding) -> fn(u16) -> bool {
    let unit = encoding.unit();
    let is_lf = |piece: &[u8]| encoding.value(piece) == LF || (unit == 2 && SHIFTED[0] == encoding.value(piece));
    if bytes.chunks(unit).any(is_lf) { |unit| unit == LF } else { |unit| unit == CR }
}

/// Either of them.
#[must_use]
pub const fn any_line_end(unit: u16) -> bool {
    unit == LF || unit == CR
}

/// Splits a part of the file into lines; they are numbered where they are read.
#[must_use]
pub fn cut(bytes: &[u8], encoding: Encoding, part: Range<usize>, is_end: fn(u16) -> bool) -> Vec<Line> {
    let unit = encoding.unit();
    let mut lines = Vec::new();
    let (mut start, mut at) = (part.start, part.start);
    while at < part.end {
        let next = (at + unit).min(part.end);
        let value = encoding.value(bytes.get(at..next).unwrap_or_default());
        let other_half = if encoding == Encoding::Utf16Le { at + 2 } else { at.saturating_sub(1) };
        let shifted = unit == 2 && SHIFTED.contains(&value) && is_end(value >> 8) && bytes.get(other_half) == Some(&0);
        if is_end(value) && next - at == unit {
            lines.push(line(bytes, encoding, start..at, next));
            start = next;
        } else if shifted {
            // From here on the code units are aligned again.
            let (stop, resumed) = if encoding == Encoding::Utf16Le { (at + 1, at + 3) } else { (at.saturating_sub(1), at + 1) };
            let resumed = resumed.min(part.end);
            lines.push(line(bytes, encoding, start..stop.clamp(start, resumed), resumed));
            start = resumed;
            at = resumed;
            continue;
        }
        at = next;
    }
    if start < part.end {
        lines.push(line(bytes, encoding, start..part.end, part.end));
    }
    lines
}

fn line(bytes: &[u8], encoding: Encoding, mut raw: Range<usize>, end: usize) -> Line {
    let unit = encoding.unit();
    while raw.len() >= unit && encoding.value(bytes.get(raw.end - unit..raw.end).unwrap_or_default()) == CR {
        raw.end -= unit;
    }
    let (text, is_sound) = encoding.decode(bytes.get(raw.clone()).unwrap_or_default());
    Line { number: 0, lines: 1, raw, end, text, is_sound }
}

/// State of a record's quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quotes {
    /// Every quoted field is closed.
    Closed,
    /// The last field is quoted and goes on.
    Open,
    /// Something other than a separator follows a closing quote.
    Misplaced,
}

/// Splits a record into fields. A quote inside a field that does not begin with one is an ordinary character.
#[derive(Debug, Clone)]
pub struct Fields {
    separator: char,
    done: Vec<String>,
    field: String,
    state: State,
    misplaced: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Plain,
    Quoted,
    /// A quote inside a quoted field: its end, or the first half of a quote.
    Quote,
}

impl Fields {
    #[must_use]
    pub const fn new(separator: char) -> Self {
        Self { separator, done: Vec::new(), field: String::new(), state: State::Start, misplaced: false }
    }

    /// The fields of a text and the state of its quotes.
    #[must_use]
    pub fn of(text: &str, separator: char) -> (Vec<String>, Quotes) {
        let mut fields = Self::new(separator);
        fields.take(text);
        let quotes = fields.quotes();
        (fields.finish(), quotes)
    }

    pub fn take(&mut self, text: &str) {
        for letter in text.chars() {
            let is_separator = letter == self.separator;
            self.state = match (self.state, letter) {
                (State::Quoted, '"') => State::Quote,
                (State::Quoted, _) => self.push(letter, State::Quoted),
                (State::Start, '"') => State::Quoted,
                (State::Quote, '"') => self.push('"', State::Quoted),
                _ if is_separator => {
                    self.done.push(std::mem::take(&mut self.field));
                    State::Start
                }
                (State::Quote, _) => {
                    self.misplaced = true;
                    self.push(letter, State::Plain)
                }
                (State::Start | State::Plain, _) => self.push(letter, State::Plain),
            };
        }
    }

    fn push(&mut self, letter: char, state: State) -> State {
        self.field.push(letter);
        state
    }

    #[must_use]
    pub const fn quotes(&self) -> Quotes {
        match (self.misplaced, self.state) {
            (true, _) => Quotes::Misplaced,
            (false, State::Quoted) => Quotes::Open,
            (false, _) => Quotes::Closed,
        }
    }

    #[must_use]
    pub fn finish(mut self) -> Vec<String> {
        self.done.push(self.field);
        self.done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(bytes: &[u8], encoding: Encoding) -> Vec<String> {
        cut(bytes, encoding, 0..bytes.len(), line_end(bytes, encoding)).into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn line_ends_of_every_kind_are_no_content_and_no_byte_is_between_two_lines() {
        for (text, lines) in
            [("a\r\nb\n\nc", vec!["a", "b", "", "c"]), ("a\rb\r", vec!["a", "b"]), ("a\rb\nc\r\r\n", vec!["a\rb", "c"]), ("", vec![])]
        {
            for encoding in [Encoding::Utf8, Encoding::Utf16Le, Encoding::Utf16Be, Encoding::Windows1252] {
                let bytes = encoding.encode(text);
                assert_eq!(texts(&bytes, encoding), lines, "{text:?}");
                let ends: Vec<usize> = cut(&bytes, encoding, 0..bytes.len(), any_line_end).iter().map(|line| line.end).collect();
                assert_eq!(ends.last().copied().unwrap_or_default(), bytes.len(), "{text:?}");
            }
        }
    }

    #[test]
    fn a_byte_too_few_or_too_many_in_utf_16_spoils_its_own_line_and_no_other() {
        for encoding in [Encoding::Utf16Le, Encoding::Utf16Be] {
            let whole = encoding.encode("one\ntwo is longer\nthree\nfour\n");
            for at in 10..30 {
                let mut less = whole.clone();
                less.remove(at);
                let mut more = whole.clone();
                more.insert(at, b'x');
                for bytes in [less, more] {
                    let found = texts(&bytes, encoding);
                    assert_eq!((found.first().unwrap().as_str(), found.last().unwrap().as_str()), ("one", "four"), "{at} {found:?}");
                }
            }
        }
    }

    #[test]
    fn inches_and_quotes_inside_a_plain_field_are_characters() {
        assert_eq!(Fields::of("5\" pipe,said \"yes\"", ','), (vec!["5\" pipe".into(), "said \"yes\"".into()], Quotes::Closed));
        assert_eq!(Fields::of("\"a\"b,c", ',').1, Quotes::Misplaced);
        assert_eq!(Fields::of("\"a\"\"b\",c", ','), (vec!["a\"b".into(), "c".into()], Quotes::Closed));
        assert_eq!(Fields::of("a,\"b,c", ','), (vec!["a".into(), "b,c".into()], Quotes::Open));
        assert_eq!(Fields::of("", ','), (vec![String::new()], Quotes::Closed));
    }
}
