//! The part of a rejected line that rings: the words of its safety concern, or the whole line where these cannot be told apart.

use super::{
    lines::{CONCERN, Heading, is_code, is_right},
    records::Quotes,
};

/// Number of words in a row that make a field prose and not a code.
const PROSE: usize = 2;

/// The part of a rejected line that rings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConcernPart {
    /// It has no concern.
    Absent,
    /// These are the words of the concern.
    Text(String),
    /// It may have one: the whole line rings.
    Unclear,
}

/// The part of a CSV record that rings, as far as its fields can be told apart.
#[must_use]
pub fn in_record(heading: &Heading, text: &str, fields: &[String], quotes: Quotes) -> ConcernPart {
    let Some(column) = heading.columns.iter().position(|column| *column == Some(CONCERN)) else { return ConcernPart::Absent };
    if quotes == Quotes::Closed {
        return in_fields(heading, column, fields);
    }
    // The quotes cannot be trusted: every separator counts.
    let cut: Vec<String> = text.split(heading.separator).map(|field| field.trim_matches(['"', ' ']).to_owned()).collect();
    match in_fields(heading, column, &heading.fit(cut)) {
        // The text of an open quote may be a concern that never ended.
        ConcernPart::Absent if in_fields(heading, column, fields) != ConcernPart::Absent => ConcernPart::Unclear,
        concern => concern,
    }
}

fn in_fields(heading: &Heading, column: usize, fields: &[String]) -> ConcernPart {
    let (found, expected) = (fields.len(), heading.columns.len());
    let is_given = |field: &&String| !proto::normal::is_blank(field);
    // Up to the last valid code the fields are in place.
    let is_code = |at: &usize| {
        let column = heading.columns.get(*at).copied().flatten();
        fields.get(*at).filter(is_given).is_some_and(|field| column.is_some_and(|column| is_code(column, field)))
    };
    let in_place = (0..column.min(found)).rev().find(is_code).map_or(0, |at| at + 1);
    // Where a field is missing the concern may be further left, where one is too many further right.
    let first = column.saturating_sub(expected.saturating_sub(found)).max(in_place);
    let last = column + found.saturating_sub(expected);
    let candidates: Vec<&String> = fields.iter().take(last + 1).skip(first).filter(is_given).collect();
    let own = fields.get(column).filter(is_given);
    if found == expected {
        return match own {
            Some(words) => ConcernPart::Text(words.clone()),
            None if heading.columns.iter().zip(fields).any(|(column, field)| is_prose(*column, field)) => ConcernPart::Unclear,
            None => ConcernPart::Absent,
        };
    }
    if candidates.is_empty() {
        return ConcernPart::Absent;
    }
    if found > expected && in_place == column && own.is_some() {
        let words: Vec<&str> = candidates.into_iter().map(String::as_str).collect();
        return ConcernPart::Text(words.join(&heading.separator.to_string()));
    }
    ConcernPart::Unclear
}

/// Whether prose is where a code belongs, or under no heading: the fields have moved.
fn is_prose(column: Option<&str>, field: &str) -> bool {
    column.is_none_or(|column| !is_right(column, field)) && field.split_whitespace().count() >= PROSE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::Fields;

    fn concern(line: &str, record: &str) -> ConcernPart {
        let heading = Heading::read(line, None).0;
        let (fields, quotes) = Fields::of(record, heading.separator);
        in_record(&heading, record, &heading.fit(fields), quotes)
    }

    #[test]
    fn the_words_of_a_concern_are_found_in_a_line_that_cannot_be_recorded() {
        let line = "origin,site,language,safety_concern,request";
        let text = |words: &str| ConcernPart::Text(words.to_owned());
        assert_eq!(concern(line, "martian,mission,fr,has a knife,x"), text("has a knife"));
        assert_eq!(concern(line, "victim,mission,fr,has a knife,x,y"), text("has a knife,x"));
        assert_eq!(concern(line, "victim,mission,fr,\"has a knife,x"), text("has a knife"));
        assert_eq!(concern(line, "martian,mission,fr,,x"), ConcernPart::Absent);
        assert_eq!(concern(line, "victim,mission,,has a knife,x,y"), ConcernPart::Unclear, "nothing says where the words belong");
        assert_eq!(concern("origin,site,request", "martian,mission,has a knife"), ConcernPart::Absent, "no column of concerns");
    }

    #[test]
    fn where_the_fields_have_moved_the_whole_line_is_told_and_where_nothing_can_be_a_concern_nothing_is() {
        let line = "origin,site,language,safety_concern,request";
        for moved in ["victim,mission,has a knife,x", "victim,a comma, here,fr,has a knife,x", "victim,mission,he has a knife,,x"] {
            assert_eq!(concern(line, moved), ConcernPart::Unclear, "{moved}");
        }
        assert_eq!(concern(line, "victim,mission"), ConcernPart::Unclear, "the site may stand where the concern was meant");
        assert_eq!(concern(line, "victim"), ConcernPart::Absent);
        assert_eq!(concern(line, "victim,mission,fr,,,y"), ConcernPart::Absent);
    }
}
