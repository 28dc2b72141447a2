//! Cuts a file into records without trusting it: a stray quote, an endless line or bytes that are no text spoil one
//! record and never the rest of the file.

use std::{
    collections::VecDeque,
    io::{self, BufRead},
};

/// The longest line that is kept; what is longer cannot be a referral.
pub const LONGEST_LINE: usize = 256 * 1024;
/// A quoted field may run over this many lines.
const LONGEST_FIELD_LINES: usize = 200;

/// One line of the file, without its line end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// Counted from 1.
    pub number: u64,
    pub bytes: Vec<u8>,
    /// The line was longer than [`LONGEST_LINE`] and is cut.
    pub cut: bool,
    /// Bytes of the file up to and including this line.
    pub end: u64,
}

/// Reads line by line.
pub struct Lines<R> {
    reader: R,
    number: u64,
    end: u64,
}

impl<R: BufRead> Lines<R> {
    pub const fn new(reader: R) -> Self {
        Self { reader, number: 0, end: 0 }
    }

    fn read(&mut self) -> io::Result<Option<Line>> {
        let mut line = Line::default();
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                break;
            }
            let newline = buffer.iter().position(|b| *b == b'\n');
            let taken = newline.map_or(buffer.len(), |at| at + 1);
            let room = LONGEST_LINE.saturating_sub(line.bytes.len());
            line.cut |= taken > room;
            line.bytes.extend(buffer.iter().take(taken.min(room)));
            self.reader.consume(taken);
            self.end += taken as u64;
            line.end = self.end;
            if newline.is_some() {
                break;
            }
        }
        if line.end == 0 {
            return Ok(None);
        }
        while matches!(line.bytes.last(), Some(b'\n' | b'\r')) {
            line.bytes.pop();
        }
        self.number += 1;
        line.number = self.number;
        if line.number == 1 && line.bytes.starts_with(b"\xEF\xBB\xBF") {
            line.bytes.drain(..3);
        }
        Ok(Some(line))
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = io::Result<Line>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

/// How the quotes of a text stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quotes {
    /// Every quoted field is closed.
    Closed,
    /// The last field is quoted and goes on.
    Open,
    /// Something else than a separator follows a closing quote.
    Misplaced,
}

/// Looks at the quotes of one or more lines. A quote inside a field that does not begin with one is an ordinary character.
#[must_use]
pub fn quotes(text: &[u8], separator: u8) -> Quotes {
    let mut quoted = false;
    let mut at_start = true;
    let mut bytes = text.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if quoted {
            if byte == b'"' && bytes.next_if_eq(&b'"').is_none() {
                quoted = false;
                if bytes.peek().is_some_and(|next| *next != separator && *next != b'\n') {
                    return Quotes::Misplaced;
                }
            }
        } else if at_start && byte == b'"' {
            quoted = true;
        }
        at_start = !quoted && (byte == separator || byte == b'\n');
    }
    if quoted { Quotes::Open } else { Quotes::Closed }
}

/// Reads records of a CSV file; a quoted field may run over several lines.
pub struct Records<R> {
    lines: Lines<R>,
    ahead: VecDeque<Line>,
    separator: u8,
}

impl<R: BufRead> Records<R> {
    pub const fn new(lines: Lines<R>, separator: u8) -> Self {
        Self { lines, ahead: VecDeque::new(), separator }
    }

    /// The next record, and whether its quotes are in order. When a quote is never closed the record is its first line
    /// alone, and reading goes on with the second.
    fn read(&mut self) -> io::Result<Option<(Line, Quotes)>> {
        let Some(first) = self.line()? else { return Ok(None) };
        let alone = quotes(&first.bytes, self.separator);
        if alone != Quotes::Open || first.cut {
            return Ok(Some((first, alone)));
        }
        let mut whole = first.clone();
        let mut taken = Vec::new();
        while taken.len() < LONGEST_FIELD_LINES && whole.bytes.len() < LONGEST_LINE {
            let Some(next) = self.line()? else { break };
            whole.bytes.push(b'\n');
            whole.bytes.extend(&next.bytes);
            whole.end = next.end;
            taken.push(next);
            match quotes(&whole.bytes, self.separator) {
                Quotes::Closed => return Ok(Some((whole, Quotes::Closed))),
                Quotes::Misplaced => break,
                Quotes::Open => {}
            }
        }
        for line in taken.into_iter().rev() {
            self.ahead.push_front(line);
        }
        Ok(Some((first, Quotes::Open)))
    }

    fn line(&mut self) -> io::Result<Option<Line>> {
        match self.ahead.pop_front() {
            Some(line) => Ok(Some(line)),
            None => self.lines.read(),
        }
    }
}

impl<R: BufRead> Iterator for Records<R> {
    type Item = io::Result<(Line, Quotes)>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(text: &str) -> Vec<(u64, String, Quotes)> {
        let records = Records::new(Lines::new(text.as_bytes()), b',').map(Result::unwrap);
        records.map(|(line, quotes)| (line.number, String::from_utf8(line.bytes).unwrap(), quotes)).collect()
    }

    #[test]
    fn a_quoted_field_may_run_over_several_lines() {
        let found = records("a,\"one\ntwo\",b\nc,d,e\n");
        assert_eq!(found, [(1, "a,\"one\ntwo\",b".into(), Quotes::Closed), (3, "c,d,e".into(), Quotes::Closed)]);
    }

    #[test]
    fn a_quote_that_is_never_closed_spoils_its_own_line_and_no_other() {
        let found = records("a,\"oops,b\nc,d,\"fine\"\ne,f,\"also \"\"fine\"\"\"");
        let numbers: Vec<_> = found.iter().map(|(number, _, quotes)| (*number, *quotes)).collect();
        assert_eq!(numbers, [(1, Quotes::Open), (2, Quotes::Closed), (3, Quotes::Closed)]);
    }

    #[test]
    fn inches_and_quotes_inside_a_plain_field_are_characters() {
        assert_eq!(quotes(b"5\" pipe,said \"yes\"", b','), Quotes::Closed);
        assert_eq!(quotes(b"\"a\"b,c", b','), Quotes::Misplaced);
        assert_eq!(quotes(b"\"a\"\"b\",c", b','), Quotes::Closed);
    }

    #[test]
    fn line_ends_of_every_kind_and_a_byte_order_mark_are_not_content() {
        let lines: Vec<Line> = Lines::new(&b"\xEF\xBB\xBFa\r\nb\n\nc"[..]).map(Result::unwrap).collect();
        let texts: Vec<&[u8]> = lines.iter().map(|l| l.bytes.as_slice()).collect();
        assert_eq!(texts, [&b"a"[..], b"b", b"", b"c"]);
        assert_eq!(lines.last().map(|l| (l.number, l.end)), Some((4, 10)));
    }

    #[test]
    fn an_endless_line_is_cut_and_the_next_one_read() {
        let mut text = vec![b'x'; LONGEST_LINE + 10];
        text.extend(b"\nnext");
        let lines: Vec<Line> = Lines::new(text.as_slice()).map(Result::unwrap).collect();
        assert!(lines[0].cut && lines[0].bytes.len() == LONGEST_LINE);
        assert_eq!(lines[1].bytes, b"next");
    }
}
