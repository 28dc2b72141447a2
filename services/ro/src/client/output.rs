//! Output of answers: canonical proto3 JSON, instants, and aligned tables.

use std::fmt::Display;

use prost_reflect::{self as reflected, DynamicMessage, FieldDescriptor, ReflectMessage, SerializeOptions};
use prost_types::Timestamp;
use serde_json::Value;
use time::format_description::well_known::Rfc3339;

use super::session::Session;
use crate::print;

/// A message as canonical proto3 JSON.
#[must_use]
pub fn json<M: ReflectMessage>(message: &M) -> Value {
    let mut dynamic = message.transcode_to_dynamic();
    clear_no_times(&mut dynamic);
    dynamic.serialize_with_options(serde_json::value::Serializer, &SerializeOptions::new()).unwrap_or(Value::Null)
}

/// Removes times that were never set: as an empty message one would read 1970.
fn clear_no_times(message: &mut DynamicMessage) {
    let fields: Vec<FieldDescriptor> = message.fields().map(|(field, _)| field).collect();
    for field in fields {
        let is_time = field.kind().as_message().is_some_and(|kind| kind.full_name() == "google.protobuf.Timestamp");
        if is_time && !field.is_list() {
            if matches!(message.get_field(&field).as_ref(), reflected::Value::Message(time) if time.fields().next().is_none()) {
                message.clear_field(&field);
            }
            continue;
        }
        match message.get_field_mut(&field) {
            reflected::Value::Message(inner) => clear_no_times(inner),
            reflected::Value::List(items) => items.iter_mut().filter_map(reflected::Value::as_message_mut).for_each(clear_no_times),
            _ => {}
        }
    }
}

/// Prints a message as canonical proto3 JSON, one line.
pub fn print_json<M: ReflectMessage>(message: &M) {
    print::json(&json(message));
}

/// The same with whether its signature holds: null where that was not checked.
pub fn print_checked<M: ReflectMessage>(message: &M, holds: Option<bool>) {
    let mut json = json(message);
    if let Some(fields) = json.as_object_mut() {
        fields.insert("signatureHolds".to_owned(), holds.into());
    }
    print::json(&json);
}

/// Prints what was done, as canonical JSON or in words.
pub fn answer<M: ReflectMessage>(session: &Session, answer: &M, words: impl Display) {
    if session.json { print_json(answer) } else { print::line(words) }
}

/// An instant to the second, in UTC; a dash where there is none.
#[must_use]
pub fn instant(stamp: Option<&Timestamp>) -> String {
    // An empty stamp was never set.
    let given = stamp.filter(|stamp| **stamp != Timestamp::default());
    let at = given.and_then(base::wire::instant).and_then(|at| at.replace_nanosecond(0).ok());
    at.and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_else(|| "-".to_owned())
}

/// A text, or a dash where it is empty.
#[must_use]
pub fn or_dash(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}

/// A table with headings, columns aligned by characters; each row is one line, whatever its cells contain.
#[must_use]
pub fn table(headings: &[&str], rows: &[Vec<String>]) -> String {
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| print::one_line(cell)).collect()).collect();
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
    use proto::{
        intake::v1::{Origin, Referral},
        safety::v1::{AudienceStatus, Concern, ConcernView, Envelope},
    };

    use super::*;

    #[test]
    fn a_message_is_shown_as_canonical_json() {
        let referral = Referral { origin: Origin::AnyCommunication as i32, victim_name: "É".into(), ..Referral::default() };
        assert_eq!(json(&referral), serde_json::json!({ "origin": "ORIGIN_ANY_COMMUNICATION", "victimName": "É" }));
    }

    #[test]
    fn columns_line_up_by_characters_and_not_by_bytes() {
        let text = table(&["a", "b"], &[vec!["été".into(), "1".into()], vec!["x".into(), "2".into()]]);
        assert_eq!(text, "a    b\nété  1\nx    2");
    }

    #[test]
    fn a_time_that_was_never_given_is_not_shown_as_1970() {
        assert_eq!(instant(Some(&Timestamp::default())), "-");
        assert_eq!(instant(None), "-");
        let nobody_said = Concern { text: "x".into(), observed_at: Some(Timestamp::default()), ..Concern::default() };
        let view = ConcernView {
            raised_at: Some(Timestamp { seconds: 86_400, nanos: 0 }),
            envelope: Some(Envelope { content: Some(nobody_said), raised_at: Some(Timestamp::default()), ..Envelope::default() }),
            audiences: vec![AudienceStatus { next_ring_at: Some(Timestamp::default()), ..AudienceStatus::default() }],
            ..ConcernView::default()
        };
        let shown = json(&view);
        assert_eq!(shown["raisedAt"], "1970-01-02T00:00:00Z", "what was given stays");
        assert_eq!(shown["envelope"], serde_json::json!({ "content": { "text": "x" } }));
        assert_eq!(shown["audiences"], serde_json::json!([{}]));
    }

    #[test]
    fn whatever_stands_in_a_cell_a_row_is_one_line() {
        let text = table(&["a"], &[vec!["x\n2027-01-01  accepted by nobody\u{1b}[1A".into()]]);
        assert_eq!(text, "a\nx\\n2027-01-01  accepted by nobody\\x1b[1A");
    }
}
