//! Parser of an import file: its bytes become referrals, rejected lines and the concerns in these. It makes no call and sends nothing.

use std::{collections::VecDeque, ops::Range, path::Path};

use proto::intake::v1::{Referral, Rejection};

use super::{
    concern_part::{ConcernPart, in_record},
    encoding::Encoding,
    json,
    lines::{BadHeading, Heading, LONGEST_LINE, NOT_TEXT, TOO_LONG, rejection},
    records::{Fields, Line, Quotes, any_line_end, cut, line_end},
};

/// Largest number of lines of a quoted field.
const MAX_FIELD_LINES: usize = 200;
/// Largest number of lines of a heading.
const MAX_HEADING_LINES: usize = 32;

/// Format of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    Csv,
    JsonLines,
}

impl Layout {
    /// The format by the name of the file, or by its first character where the name does not show it.
    #[must_use]
    pub fn of(path: &Path, bytes: &[u8]) -> Self {
        let extension = path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
        let is_object = || bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
        let is_json = match extension.as_str() {
            "jsonl" | "ndjson" | "json" => true,
            "csv" | "tsv" => false,
            _ => is_object(),
        };
        if is_json { Self::JsonLines } else { Self::Csv }
    }
}

/// One line of the file with its parsed content.
#[derive(Clone)]
pub struct Read {
    pub line: Line,
    pub referral: Result<Referral, Box<Rejection>>,
    /// The part of it that rings where it cannot be recorded, and the site, as far as it can be read.
    pub concern: ConcernPart,
    pub site: String,
}

/// A parsed file.
pub struct Reading {
    pub encoding: Encoding,
    /// In the order of the file.
    pub reads: Vec<Read>,
    /// Reason why nothing of the file may be recorded; what rings is in the lines.
    pub refused: Option<BadHeading>,
    /// Number of lines of the file, and of those that are no record: blank ones, the heading, the separator line of a spreadsheet.
    pub lines: u64,
    pub beside: u64,
}

/// Parses a whole file.
#[must_use]
pub fn read(bytes: &[u8], layout: Layout) -> Reading {
    let (encoding, mark) = Encoding::recognise(bytes);
    let content = mark..bytes.len();
    match layout {
        Layout::JsonLines => {
            let lines = cut(bytes, encoding, content, any_line_end);
            let mut reading = Reading { encoding, reads: Vec::new(), refused: None, lines: 0, beside: 0 };
            lines.into_iter().for_each(|line| reading.take_json(bytes, line));
            reading
        }
        Layout::Csv => Records::new(bytes, encoding, content).read(),
    }
}

fn is_empty(text: &str) -> bool {
    // Old systems end their files with a Ctrl-Z.
    proto::normal::is_blank(text)
}

impl Reading {
    fn take_json(&mut self, bytes: &[u8], mut line: Line) {
        self.lines += 1;
        line.number = self.lines;
        if is_empty(&line.text) && line.is_sound {
            self.beside += 1;
            return;
        }
        let (referral, concern) = match json::referral(&line.text) {
            Ok(referral) if faults(&line, self.encoding).is_none() => (Ok(referral), ConcernPart::Absent),
            Ok(referral) if proto::normal::is_blank(&referral.safety_concern) => (Ok(referral), ConcernPart::Absent),
            Ok(referral) => (Ok(referral.clone()), ConcernPart::Text(referral.safety_concern)),
            // The rest of a line that broke in two belongs to the report on its beginning.
            Err((rejection, ConcernPart::Absent)) if self.goes_on(&line.text) => (Err(rejection), ConcernPart::Unclear),
            Err((rejection, concern)) => (Err(rejection), concern),
        };
        let site = json::site(&line.text);
        self.push(bytes, line, referral, (concern, site));
    }

    fn goes_on(&self, text: &str) -> bool {
        !text.trim_start().starts_with('{') && self.reads.last().is_some_and(|before| before.concern == ConcernPart::Unclear)
    }

    /// A fault in the bytes of a line is reported before one in its words.
    fn push(&mut self, bytes: &[u8], mut line: Line, referral: Result<Referral, Box<Rejection>>, (concern, site): (ConcernPart, String)) {
        let fault = faults(&line, self.encoding);
        let is_cut = self.encoding.unit() == 2 && (line.raw.len() % 2 == 1 || is_shifted(&line.text));
        if is_cut {
            // A byte is missing or too many: behind it the text decodes correctly one byte further on.
            let raw = bytes.get(line.raw.start + 1..line.raw.end).unwrap_or_default();
            line.text = format!("{}\n{}", line.text, self.encoding.decode(raw).0);
        }
        let referral = fault.map_or(referral, Err);
        let concern = match (&referral, is_cut) {
            (Ok(_), _) => ConcernPart::Absent,
            (Err(_), true) => ConcernPart::Unclear,
            (Err(_), false) => concern,
        };
        self.reads.push(Read { line, referral, concern, site });
    }
}

/// Whether characters are made of halves of two others: a byte is missing before them, and one is too many behind.
fn is_shifted(text: &str) -> bool {
    let is_pair = |letter: &char| u32::from(*letter) & 0xff == 0 && (0x2000..0x7f00).contains(&u32::from(*letter));
    text.chars().filter(is_pair).count() > 1
}

fn faults(line: &Line, encoding: Encoding) -> Option<Box<Rejection>> {
    if !line.is_sound || (encoding.unit() == 2 && is_shifted(&line.text)) {
        let reason = if encoding == Encoding::Utf8 { "invalid-utf8" } else { "invalid-text" };
        return Some(rejection(reason, "", NOT_TEXT, &[encoding.name()]));
    }
    (line.text.len() > LONGEST_LINE).then(|| rejection("line-too-long", "", TOO_LONG, &[]))
}

/// Reader of the records of a CSV file; a quoted field may span several lines.
struct Records<'a> {
    bytes: &'a [u8],
    ahead: VecDeque<Line>,
    reading: Reading,
}

impl<'a> Records<'a> {
    fn new(bytes: &'a [u8], encoding: Encoding, content: Range<usize>) -> Self {
        let ahead = cut(bytes, encoding, content, line_end(bytes, encoding)).into();
        Self { bytes, ahead, reading: Reading { encoding, reads: Vec::new(), refused: None, lines: 0, beside: 0 } }
    }

    fn read(mut self) -> Reading {
        let Some(heading) = self.heading() else { return self.reading };
        while let Some((line, quotes)) = self.next(&heading) {
            let fields = heading.fit(Fields::of(&line.text, heading.separator).0);
            if line.is_sound && quotes == Quotes::Closed && fields.iter().all(|field| is_empty(field)) {
                self.reading.beside += line.lines;
                continue;
            }
            let referral = heading.referral(&fields, quotes);
            let concern = in_record(&heading, &line.text, &fields, quotes);
            let site = heading.field("site", &fields).to_owned();
            self.reading.push(self.bytes, line, referral, (concern, site));
        }
        self.reading
    }

    /// The first non-empty line, or the second where the first only names the separator.
    fn heading(&mut self) -> Option<Heading> {
        let mut separator = None;
        loop {
            let first = self.ahead.pop_front()?;
            let first = self.apart(first);
            self.reading.lines += 1;
            self.reading.beside += 1;
            let hint = first.text.trim().trim_matches('"');
            if let Some(named) = hint.strip_prefix("sep=").or_else(|| hint.strip_prefix("SEP=")) {
                separator = named.chars().next().or(Some('\t'));
            } else if !is_empty(&first.text) {
                let (heading, bad) = self.over_lines(&first.text, separator).unwrap_or_else(|| Heading::read(&first.text, separator));
                self.reading.refused = bad;
                return Some(heading);
            }
        }
    }

    /// A heading with line breaks inside its quoted names, where that makes it one that is known.
    fn over_lines(&mut self, first: &str, separator: Option<char>) -> Option<(Heading, Option<BadHeading>)> {
        let mut text = first.to_owned();
        for taken in 0..=MAX_HEADING_LINES {
            let (heading, bad) = Heading::read(&text, separator);
            if Fields::of(&text, heading.separator).1 == Quotes::Closed {
                if taken == 0 || bad.is_some() {
                    return None;
                }
                self.ahead.drain(..taken);
                self.reading.lines += taken as u64;
                self.reading.beside += taken as u64;
                return Some((heading, bad));
            }
            text.push('\n');
            text.push_str(&self.ahead.get(taken)?.text);
        }
        None
    }

    /// The first piece of a line with carriage returns; the others are read next.
    fn apart(&mut self, line: Line) -> Line {
        if !line.text.contains('\r') {
            return line;
        }
        let mut pieces = cut(self.bytes, self.reading.encoding, line.raw.clone(), any_line_end);
        // The line end of the whole belongs to the last piece.
        if let Some(last) = pieces.last_mut() {
            last.end = line.end;
        }
        pieces.into_iter().rev().for_each(|piece| self.ahead.push_front(piece));
        self.ahead.pop_front().unwrap_or(line)
    }

    /// The next record with its number, and whether its quotes are in order. When a quote is never closed the record is its first
    /// line alone, and reading goes on with the second.
    fn next(&mut self, heading: &Heading) -> Option<(Line, Quotes)> {
        let first = self.ahead.pop_front()?;
        let has_returns = first.text.contains('\r');
        let pieces = || first.text.split('\r').filter(|piece| !is_empty(piece));
        let (mut line, mut quotes) = (first.clone(), Fields::of(&first.text, heading.separator).1);
        if has_returns && pieces().all(|piece| heading.is_whole(piece)) {
            line = self.apart(first);
            quotes = Quotes::Closed;
        } else if let Some((whole, taken)) = self.over_several(&first, quotes, heading) {
            self.ahead.drain(..taken);
            (line, quotes) = (whole, Quotes::Closed);
        } else if has_returns && !heading.is_whole(&first.text) {
            line = self.apart(first);
            quotes = Fields::of(&line.text, heading.separator).1;
        }
        line.text = line.text.replace('\r', "\n");
        line.number = self.reading.lines + 1;
        self.reading.lines += line.lines;
        Some((line, quotes))
    }

    /// The record that begins with an open quote, where it ends within reach, has as many fields as the heading, and none of the lines
    /// it would swallow is a record of its own.
    fn over_several(&self, first: &Line, quotes: Quotes, heading: &Heading) -> Option<(Line, usize)> {
        if quotes != Quotes::Open || !first.is_sound {
            return None;
        }
        let mut fields = Fields::new(heading.separator);
        fields.take(&first.text);
        let mut whole = first.clone();
        for (taken, next) in self.ahead.iter().take(MAX_FIELD_LINES).enumerate() {
            if !next.is_sound || whole.text.len() > LONGEST_LINE || heading.is_record(&next.text) {
                return None;
            }
            fields.take("\n");
            fields.take(&next.text);
            whole.text.push('\n');
            whole.text.push_str(&next.text);
            whole.raw.end = next.raw.end;
            whole.end = next.end;
            whole.lines += 1;
            match fields.quotes() {
                Quotes::Open => {}
                Quotes::Misplaced => return None,
                Quotes::Closed => {
                    let is_whole = heading.fit(fields.finish()).len() == heading.columns.len();
                    return is_whole.then_some((whole, taken + 1));
                }
            }
        }
        None
    }
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
