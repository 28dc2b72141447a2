//! Calls built from the descriptors, as any client can make them, and their results: answer, refusal, every header.

use std::time::Duration;

use harness::{raw, system::System};
use prost::Message;
use prost_reflect::DynamicMessage;
use tonic::{Request, Status, metadata::MetadataMap, transport::Channel};

/// Everything that one call brought back.
pub enum Answer {
    Given(Vec<u8>),
    Refused(Vec<u8>),
}

pub fn channel(system: &System, service: &str) -> Channel {
    let (url, authority, _) = system.outside(service, "staff-mission");
    raw::channel(url, &authority)
}

/// One call, of whatever kind the method is; of a stream the first items.
pub async fn call(channel: Channel, path: &str, body: Vec<u8>, metadata: &[(String, String)]) -> Answer {
    let mut request = Request::new(body);
    for (name, value) in metadata {
        if let (Ok(name), Ok(value)) = (name.parse::<tonic::metadata::MetadataKey<tonic::metadata::Ascii>>(), value.parse()) {
            request.metadata_mut().insert(name, value);
        }
    }
    let mut items = match raw::ask(channel, path, request).await {
        Ok(items) => items,
        Err(status) => return Answer::Refused(printed(&status)),
    };
    let mut given = Vec::new();
    for _ in 0..3 {
        match tokio::time::timeout(Duration::from_millis(400), items.message()).await {
            Ok(Ok(Some(item))) => given.extend(item),
            Ok(Err(status)) => return Answer::Refused(printed(&status)),
            Ok(Ok(None)) | Err(_) => break,
        }
    }
    Answer::Given(given)
}

/// A status with its words, its details and its headers.
pub fn printed(status: &Status) -> Vec<u8> {
    let metadata: &MetadataMap = status.metadata();
    [status.message().as_bytes(), status.details(), format!("{metadata:?} {status:?}").as_bytes()].concat()
}

pub fn bearer(token: &str) -> (String, String) {
    ("authorization".to_owned(), format!("Bearer {token}"))
}

pub fn encoded(message: &DynamicMessage) -> Vec<u8> {
    message.encode_to_vec()
}
