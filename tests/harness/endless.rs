//! Calls that never finish: some bytes, and then nothing for as long as the server allows.

use std::{
    convert::Infallible,
    future::poll_fn,
    net::IpAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use bytes::Bytes;
use hyper::body::Frame;
use tonic::{
    Status,
    body::Body,
    codegen::{Body as AnyBody, Service},
    transport::{Certificate, Channel, ClientTlsConfig},
};

/// Chunk size.
const PIECE: &[u8] = &[b'x'; 16 * 1024];

/// Content that a caller sends before it falls silent.
#[derive(Debug, Clone)]
pub enum Says {
    Nothing,
    /// One whole message without content.
    Empty,
    /// The head of a message of so many bytes, and all of it but the last piece.
    NearlyAll(u32),
}

struct Endless {
    first: Option<Bytes>,
    left: usize,
    said: Option<Arc<AtomicUsize>>,
}

impl Endless {
    fn new(says: &Says, said: Arc<AtomicUsize>) -> Self {
        let head = |length: u32| Bytes::from([&[0], length.to_be_bytes().as_slice()].concat());
        let (first, left) = match says {
            Says::Nothing => (None, 0),
            Says::Empty => (Some(head(0)), 0),
            Says::NearlyAll(length) => (Some(head(*length)), (*length as usize / PIECE.len()).saturating_sub(1)),
        };
        Self { first, left, said: Some(said) }
    }
}

impl AnyBody for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        if self.left > 0 {
            self.left -= 1;
            return Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(PIECE)))));
        }
        if let Some(said) = self.said.take() {
            said.fetch_add(1, Ordering::Relaxed);
        }
        Poll::Pending
    }
}

/// A channel to a gRPC server without any identity, from one of this machine's own addresses.
///
/// # Panics
/// The address is none, or the authority's certificate cannot be read.
#[must_use]
#[expect(clippy::unwrap_used, reason = "a test without a channel has failed")]
pub fn stranger(url: String, authority: &[u8], from: IpAddr) -> Channel {
    let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(authority));
    Channel::from_shared(url).unwrap().local_address(Some(from)).tls_config(tls).unwrap().connect_lazy()
}

/// Begins a call and waits until the other side ends it; `said` counts the calls that have sent everything they will send.
///
/// # Errors
/// The status that ended it.
pub async fn begin(mut channel: Channel, path: &str, says: Says, said: Arc<AtomicUsize>) -> Result<(), Status> {
    let lost = |error: tonic::transport::Error| Status::unavailable(error.to_string());
    let request = http::Request::post(path).header("content-type", "application/grpc").header("te", "trailers");
    let request = request.body(Body::new(Endless::new(&says, said))).map_err(|_| Status::invalid_argument("no path"))?;
    poll_fn(|task| channel.poll_ready(task)).await.map_err(lost)?;
    let (head, mut body) = channel.call(request).await.map_err(lost)?.into_parts();
    let told = |headers: &http::HeaderMap| match Status::from_header_map(headers) {
        Some(status) if status.code() != tonic::Code::Ok => Err(status),
        _ => Ok(()),
    };
    told(&head.headers)?;
    while let Some(frame) = poll_fn(|task| Pin::new(&mut body).poll_frame(task)).await {
        if let Ok(trailers) = frame?.into_trailers() {
            told(&trailers)?;
        }
    }
    Ok(())
}
