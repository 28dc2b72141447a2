//! Calls by descriptor, as any client can make them, and what comes back of each: answer, refusal, every header.

use std::time::Duration;

use harness::system::System;
use prost::Message;
use prost_reflect::{DynamicMessage, MethodDescriptor};
use tonic::{
    Request, Status,
    client::Grpc,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    metadata::MetadataMap,
    transport::{Certificate, Channel, ClientTlsConfig},
};

/// Bytes in, bytes out.
#[derive(Clone, Copy, Default)]
struct Bytes;

impl Codec for Bytes {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Bytes {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, to: &mut EncodeBuf<'_>) -> Result<(), Status> {
        bytes::BufMut::put_slice(to, &item);
        Ok(())
    }
}

impl Decoder for Bytes {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        let length = bytes::Buf::remaining(from);
        Ok(Some(bytes::Buf::copy_to_bytes(from, length).to_vec()))
    }
}

/// Everything that one call brought back.
pub enum Answer {
    Given(Vec<u8>),
    Refused(Vec<u8>),
}

pub async fn channel(system: &System, service: &str) -> Channel {
    let (url, authority, _) = system.outside(service, "staff-mission");
    let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(authority));
    Channel::from_shared(url).unwrap().tls_config(tls).unwrap().connect_lazy()
}

pub fn path(method: &MethodDescriptor) -> String {
    format!("/{}/{}", method.parent_service().full_name(), method.name())
}

/// One call, of whatever kind the method is; of a stream the first items.
pub async fn call(channel: Channel, path: &str, body: Vec<u8>, metadata: &[(String, String)]) -> Answer {
    let mut grpc = Grpc::new(channel);
    if grpc.ready().await.is_err() {
        return Answer::Refused(b"not ready".to_vec());
    }
    let mut request = Request::new(tokio_stream::once(body));
    for (name, value) in metadata {
        if let (Ok(name), Ok(value)) = (name.parse::<tonic::metadata::MetadataKey<tonic::metadata::Ascii>>(), value.parse()) {
            request.metadata_mut().insert(name, value);
        }
    }
    let Ok(path) = path.parse() else { return Answer::Refused(Vec::new()) };
    let mut items = match grpc.streaming(request, path, Bytes).await {
        Ok(response) => response.into_inner(),
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
