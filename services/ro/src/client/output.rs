//! How answers are shown: canonical proto3 JSON, instants, and tables that line up.

use std::fmt::Display;

use prost_reflect::{ReflectMessage, SerializeOptions};
use prost_types::Timestamp;
use serde_json::Value;
use time::format_description::well_known::Rfc3339;

use super::session::Session;
use crate::print;

/// A message as canonical proto3 JSON.
#[must_use]
pub fn json<M: ReflectMessage>(message: &M) -> Value {
    let dynamic = message.transcode_to_dynamic();
    dynamic.serialize_with_options(serde_json::value::Serializer, &SerializeOptions::new()).unwrap_or(Value::Null)
}

/// Prints a message as canonical proto3 JSON, one line.
pub fn print_json<M: ReflectMessage>(message: &M) {
    print::line(json(message));
}

/// The same with whether its signature holds: null where that was not checked.
pub fn print_checked<M: ReflectMessage>(message: &M, holds: Option<bool>) {
    let mut json = json(message);
    if let Some(fields) = json.as_object_mut() {
        fields.insert("signatureHolds".to_owned(), holds.into());
    }
    print::line(json);
}

/// What was done, as canonical JSON or in words.
pub fn said<M: ReflectMessage>(session: &Session, answer: &M, words: impl Display) {
    if session.json { print_json(answer) } else { print::line(words) }
}

/// An instant as people and programs read it, to the second, in UTC; a dash where there is none.
#[must_use]
pub fn instant(stamp: Option<&Timestamp>) -> String {
    let at = stamp.and_then(chassis::wire::instant).and_then(|at| at.replace_nanosecond(0).ok());
    at.and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_else(|| "-".to_owned())
}

/// A text, or a dash where it is empty.
#[must_use]
pub fn or_dash(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}

/// Rows under headings, columns lined up by characters.
#[must_use]
pub fn table(headings: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain(headings.get(column).map(|h| h.chars().count())).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..headings.len()).map(width).collect();
    let line = |cells: Vec<&str>| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let head = std::iter::once(line(headings.to_vec()));
    head.chain(rows.iter().map(|row| line(row.iter().map(String::as_str).collect()))).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use proto::intake::v1::{Origin, Referral};

    use super::*;

    #[test]
    fn a_message_is_shown_as_canonical_json() {
        let referral = Referral { origin: Origin::AnyCommunication as i32, victim_name: "É".into(), ..Referral::default() };
        assert_eq!(json(&referral), serde_json::json!({ "origin": "ANY_COMMUNICATION", "victimName": "É" }));
    }

    #[test]
    fn columns_line_up_by_characters_and_not_by_bytes() {
        let text = table(&["a", "b"], &[vec!["été".into(), "1".into()], vec!["x".into(), "2".into()]]);
        assert_eq!(text, "a    b\nété  1\nx    2");
    }
}
