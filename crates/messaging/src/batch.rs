//! Batch of messages: those of one subject that wait together travel as one message of the bus, and are written to its disk once.
//!
//! The body is a `CloudEventBatch` of the protobuf format of CloudEvents 1.0; each message keeps its own id and trace. The receiver takes it
//! apart, and each message goes its own way from there: it is applied once, or quarantined, by itself. A batch is acknowledged when every
//! message of it is; delivered again, those that were applied are recognised.

use std::collections::BTreeMap;

use bytes::Bytes;
use prost::Message as _;

/// Content type of a batch.
pub const CONTENT_TYPE: &str = "application/cloudevents-batch+protobuf";
/// Largest number of messages in a batch, and of bytes of their bodies: below the largest message of any stream.
pub const MAX_MESSAGES: usize = 64;
pub const MAX_BYTES: usize = 40 * 1024;

const TRACEPARENT: &str = "traceparent";

/// `io.cloudevents.v1.CloudEventBatch`.
#[derive(Clone, PartialEq, prost::Message)]
struct Batch {
    #[prost(message, repeated, tag = "1")]
    events: Vec<Event>,
}

/// `io.cloudevents.v1.CloudEvent`, as far as it is used here.
#[derive(Clone, PartialEq, prost::Message)]
struct Event {
    #[prost(string, tag = "1")]
    id: String,
    #[prost(string, tag = "2")]
    source: String,
    #[prost(string, tag = "3")]
    spec_version: String,
    #[prost(string, tag = "4")]
    kind: String,
    #[prost(btree_map = "string, message", tag = "5")]
    attributes: BTreeMap<String, Attribute>,
    #[prost(bytes = "bytes", optional, tag = "6")]
    data: Option<Bytes>,
}

/// `io.cloudevents.v1.CloudEvent.CloudEventAttributeValue` of a text.
#[derive(Clone, PartialEq, prost::Message)]
struct Attribute {
    #[prost(string, tag = "3")]
    text: String,
}

/// Message of a batch.
pub struct Batched {
    pub id: String,
    pub traceparent: Option<String>,
    pub body: Bytes,
}

/// Encodes messages of one source and type, in their order.
pub fn encode(source: &str, kind: &str, messages: impl Iterator<Item = Batched>) -> Bytes {
    let events = messages.map(|message| Event {
        id: message.id,
        source: source.to_owned(),
        spec_version: "1.0".to_owned(),
        kind: kind.to_owned(),
        attributes: message.traceparent.map(|text| (TRACEPARENT.to_owned(), Attribute { text })).into_iter().collect(),
        data: Some(message.body),
    });
    Batch { events: events.collect() }.encode_to_vec().into()
}

/// Messages of a batch, in their order; `None` where the bytes are none, or hold more than a batch may. Such a message is its receiver's to
/// refuse, with its bytes.
pub fn decode(body: Bytes) -> Option<Vec<Batched>> {
    let events = Batch::decode(body).ok()?.events;
    if events.is_empty() || events.len() > MAX_MESSAGES {
        return None;
    }
    let messages = events.into_iter().map(|mut event| Batched {
        traceparent: event.attributes.remove(TRACEPARENT).map(|attribute| attribute.text),
        id: event.id,
        body: event.data.unwrap_or_default(),
    });
    Some(messages.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(n: usize) -> Batched {
        Batched { id: format!("id-{n}"), traceparent: n.is_multiple_of(2).then(|| format!("trace-{n}")), body: Bytes::from(vec![7; n]) }
    }

    #[test]
    fn every_message_of_a_batch_arrives_in_its_order_with_its_id_its_trace_and_its_body() {
        let batch = encode("/name/service", "name.service.event.kind", (0..MAX_MESSAGES).map(message));
        let arrived = decode(batch).unwrap();
        assert_eq!(arrived.len(), MAX_MESSAGES);
        for (n, arrived) in arrived.into_iter().enumerate() {
            let sent = message(n);
            assert_eq!((arrived.id, arrived.traceparent, arrived.body), (sent.id, sent.traceparent, sent.body));
        }
    }

    #[test]
    fn what_is_no_batch_or_more_than_one_may_hold_is_not_taken_apart() {
        let too_many = encode("/name/service", "name.service.event.kind", (0..=MAX_MESSAGES).map(message));
        for body in [Bytes::new(), Bytes::from_static(b"\xff\xff"), Bytes::from_static(b"no batch"), too_many] {
            assert!(decode(body).is_none());
        }
    }
}
