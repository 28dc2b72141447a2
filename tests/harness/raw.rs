//! Raw gRPC calls by path, bytes in and bytes out: what any client can send, whatever the message.

use prost_reflect::{MethodDescriptor, ServiceDescriptor};
use proto::DESCRIPTORS;
use tonic::{
    Request, Status, Streaming,
    body::Body,
    client::{Grpc, GrpcService},
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    codegen::{Body as AnyBody, Bytes as Chunk, StdError, http::uri::PathAndQuery},
    transport::{Certificate, Channel, ClientTlsConfig},
};
use tonic_types::StatusExt;

/// Codec that passes bytes unchanged.
#[derive(Clone, Copy)]
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

/// A channel to a gRPC server, as an outside client has it.
///
/// # Panics
/// The address is none, or the authority's certificate cannot be read.
#[must_use]
#[expect(clippy::unwrap_used, reason = "a test without a channel has failed")]
pub fn channel(url: String, authority: &[u8]) -> Channel {
    let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(authority));
    Channel::from_shared(url).unwrap().tls_config(tls).unwrap().connect_lazy()
}

/// Every RPC of every service, with the process that serves it: what all of them serve in the same form, once for each.
#[must_use]
pub fn methods() -> Vec<(String, MethodDescriptor)> {
    let ours = DESCRIPTORS.services().filter(|service| service.full_name().starts_with("ro."));
    let named = |service: ServiceDescriptor| {
        let processes = match service.package_name().split('.').nth(1).unwrap_or_default() {
            "oms" => vec![local::OMS_READER],
            "operations" => local::SERVICES.to_vec(),
            _ => local::SERVICES.into_iter().filter(|name| service.package_name() == format!("ro.{name}.v1")).collect(),
        };
        let methods: Vec<MethodDescriptor> = service.methods().collect();
        processes
            .into_iter()
            .flat_map(|process| methods.iter().map(|method| (process.to_owned(), method.clone())).collect::<Vec<_>>())
            .collect::<Vec<_>>()
    };
    ours.flat_map(named).collect()
}

/// Path of a method.
#[must_use]
pub fn path(method: &MethodDescriptor) -> String {
    format!("/{}/{}", method.parent_service().full_name(), method.name())
}

/// A request with a token.
///
/// # Panics
/// The token is not a valid header value.
#[expect(clippy::unwrap_used, reason = "a test that cannot ask has failed")]
pub fn bearing(token: &str, body: Vec<u8>) -> Request<Vec<u8>> {
    let mut request = Request::new(body);
    request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    request
}

/// The answers to one call, unary or streaming: one, or as many as a stream has.
///
/// # Errors
/// It was refused, or there was no server.
pub async fn ask<T>(service: T, path: &str, request: Request<Vec<u8>>) -> Result<Streaming<Vec<u8>>, Status>
where
    T: GrpcService<Body>,
    T::ResponseBody: AnyBody<Data = Chunk> + Send + 'static,
    <T::ResponseBody as AnyBody>::Error: Into<StdError> + Send,
{
    let path: PathAndQuery = path.parse().map_err(|_| Status::invalid_argument("no path"))?;
    let mut grpc = Grpc::new(service);
    grpc.ready().await.map_err(|_| Status::unavailable("not ready"))?;
    Ok(grpc.streaming(request.map(tokio_stream::once), path, Bytes).await?.into_inner())
}

/// Sends an empty message to any RPC, streaming or not, and checks whether the first response is a refusal.
///
/// # Errors
/// It is.
pub async fn knock<T>(service: T, path: &str, token: Option<&str>) -> Result<(), Status>
where
    T: GrpcService<Body>,
    T::ResponseBody: AnyBody<Data = Chunk> + Send + 'static,
    <T::ResponseBody as AnyBody>::Error: Into<StdError> + Send,
{
    let empty = token.map_or_else(|| Request::new(Vec::new()), |token| bearing(token, Vec::new()));
    ask(service, path, empty).await?.message().await.map(drop)
}

/// The machine-readable reason of a refusal, if any.
#[must_use]
pub fn reason(status: &Status) -> String {
    status.get_details_error_info().map(|info| info.reason).unwrap_or_default()
}
