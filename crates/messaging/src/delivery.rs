//! Delivery of the bus, taken apart into its messages: one, or those of a batch. It is answered when all of them are settled.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_nats::jetstream;
use sha2::{Digest, Sha256};

use crate::{apply::Verdict, batch, handler::Incoming};

const MAX_HEADERS: usize = 16;
const MAX_HEADER_LENGTH: usize = 256;

/// Delivery that is being applied.
pub struct Delivery {
    pub message: jetstream::Message,
    /// Number of the delivery, from 1.
    pub attempt: i64,
    open: Mutex<Open>,
}

/// Messages of a delivery that are not settled, and why one of those that are is applied later.
struct Open {
    count: usize,
    later: Option<String>,
}

/// Message with the delivery that it came in.
pub type Part = (Arc<Delivery>, Incoming);

/// Messages of a delivery, in their order. Outside senders send no batches; what cannot be taken apart is one message, which its handler
/// refuses.
pub fn parts(message: jetstream::Message, from_outside: bool) -> impl Iterator<Item = Part> {
    let whole = incoming(&message, from_outside);
    let is_batch = !from_outside && whole.headers.get(CONTENT_TYPE).is_some_and(|kind| kind == batch::CONTENT_TYPE);
    let parts = match is_batch.then(|| batch::decode(whole.body.clone())).flatten() {
        Some(messages) => messages.into_iter().map(|message| of_batch(&whole, message)).collect(),
        None => vec![whole],
    };
    let attempt = parts.first().map_or(1, |part| part.attempt);
    let delivery = Arc::new(Delivery { message, attempt, open: Mutex::new(Open { count: parts.len(), later: None }) });
    parts.into_iter().map(move |part| (delivery.clone(), part))
}

impl Delivery {
    /// Notes the result of one message; returns that of the delivery where it was the last one. A batch with a message that is applied later
    /// is delivered again as a whole.
    pub fn settled(&self, verdict: Verdict) -> Option<Verdict> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.count = open.count.saturating_sub(1);
        if let Verdict::Later(why) = verdict {
            open.later.get_or_insert(why);
        }
        (open.count == 0).then(|| open.later.take().map_or(Verdict::Applied, Verdict::Later))
    }
}

const CONTENT_TYPE: &str = "content-type";

/// Message of a batch, as if it had come by itself.
fn of_batch(whole: &Incoming, message: batch::Batched) -> Incoming {
    let batch::Batched { id, traceparent, body } = message;
    let given = [("ce-id", Some(id)), ("traceparent", traceparent), (CONTENT_TYPE, Some("application/protobuf".to_owned()))];
    let headers = given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.filter(|value| is_plain(value))?)));
    let headers: BTreeMap<String, String> = headers.collect();
    let event_id = match headers.get("ce-id") {
        Some(id) if whole.subject.len() <= MAX_HEADER_LENGTH => own_id(&whole.subject, id),
        _ => hex::encode(Sha256::new().chain_update(&whole.event_id).chain_update(&body).finalize()),
    };
    Incoming { event_id, subject: whole.subject.clone(), body, headers, attempt: whole.attempt }
}

/// Id of a message of our own.
fn own_id(subject: &str, id: &str) -> String {
    format!("{subject}|{}", id.chars().take(100).collect::<String>())
}

fn incoming(message: &jetstream::Message, from_outside: bool) -> Incoming {
    let headers = message.headers.as_ref().map(believed).unwrap_or_default();
    let info = message.info().ok();
    let attempt = info.as_ref().map_or(1, |i| i.delivered);
    let subject = printable(&message.subject);
    let event_id = match headers.get("ce-id") {
        // Longer than an index can hold, it would be refused with all that came with it.
        Some(id) if !from_outside && subject.len() <= MAX_HEADER_LENGTH => own_id(&subject, id),
        _ => {
            // The sequence alone is not enough: a rolled-back store assigns it twice.
            let place = info.map(|i| format!("{}|{}|{}", i.stream, i.stream_sequence, i.published)).unwrap_or_default();
            let digest = Sha256::new().chain_update(place).chain_update(&subject).chain_update(&message.payload).finalize();
            hex::encode(digest)
        }
    };
    Incoming { event_id, subject, body: message.payload.clone(), headers, attempt }
}

/// Headers that reach our code: the known ones, given once, short and printable. A header is written by the publisher, so an unknown,
/// repeated, long or unprintable one is ignored.
fn believed(headers: &async_nats::HeaderMap) -> BTreeMap<String, String> {
    let known = |name: &str| name.starts_with("ce-") || ["traceparent", "content-type", "Nats-Msg-Id"].contains(&name);
    let mut kept = BTreeMap::new();
    for (name, values) in headers.iter() {
        let name: &str = name.as_ref();
        if let [value] = values.as_slice()
            && known(name)
            && is_plain(name)
            && is_plain(value.as_str())
            && kept.len() < MAX_HEADERS
        {
            kept.insert(name.to_owned(), value.as_str().to_owned());
        }
    }
    kept
}

/// Subject that the database can store: one byte that it cannot would block every message beside it, for ever.
fn printable(subject: &str) -> String {
    subject.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

fn is_plain(text: &str) -> bool {
    text.len() <= MAX_HEADER_LENGTH && text.bytes().all(|byte| (0x20..0x7f).contains(&byte))
}

#[cfg(test)]
mod tests {
    use async_nats::{HeaderMap, HeaderValue};

    use super::*;

    #[test]
    fn a_header_that_is_unknown_repeated_long_or_unprintable_does_not_reach_our_code() {
        let mut headers = HeaderMap::new();
        for (name, value) in [("ce-id", "7"), ("traceparent", "00-1"), ("content-type", "application/protobuf"), ("Nats-Msg-Id", "a")] {
            headers.insert(name, value);
        }
        for twice in ["one", "two"] {
            headers.append("ce-source", twice);
        }
        headers.insert("ce-type", "x".repeat(64 * 1024).as_str());
        headers.insert("ce-time", HeaderValue::from("a\u{0}b"));
        for unknown in ["authorization", "Nats-Rollup", "Nats-Expected-Stream", "CE-ID", "traceparent2", "x-roles"] {
            headers.insert(unknown, "national-manager");
        }
        let kept = believed(&headers);
        assert_eq!(kept.keys().map(String::as_str).collect::<Vec<_>>(), ["Nats-Msg-Id", "ce-id", "content-type", "traceparent"]);
        let mut many = HeaderMap::new();
        for n in 0..1_000 {
            many.insert(format!("ce-{n}").as_str(), "x");
        }
        assert_eq!(believed(&many).len(), MAX_HEADERS);
    }

    #[test]
    fn a_subject_with_a_byte_that_the_database_cannot_hold_is_made_one_that_it_can() {
        assert_eq!(printable("ro.a.b\u{0}\u{7f}c"), "ro.a.b\u{fffd}\u{fffd}c");
    }
}
