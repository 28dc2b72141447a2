//! Limits of calls that need no identity, health and reflection: small, few at once, and ended after a fixed time whatever the caller does.

use std::{
    net::{IpAddr, Ipv4Addr},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::HeaderMap;
use http_body_util::Limited;
use hyper::body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep};
use tonic::{
    Status,
    body::Body,
    codegen::{Body as HttpBody, StdError},
};

use super::{
    connections::network,
    keyed_limit::{KeyedLimit, Permit},
};

/// Largest request message: it holds a name.
pub const MESSAGE: usize = 4 * 1024;
/// Largest total of one call: a client that reads the whole interface asks some hundred times on one stream.
const SENT: usize = 128 * 1024;
/// Open calls of each kind, in all and from one address.
const MAX_IN_ALL: usize = 64;
const MAX_OF_ONE: usize = 16;
/// Longest time from the first header to the last byte of either side.
pub const LASTS: Duration = Duration::from_secs(10);
const HEALTH: &str = "/grpc.health.";

/// Open calls of this kind. Cheap to clone. Health has places of its own: a liveness probe waits behind no reflection call.
#[derive(Clone)]
pub struct OpenCalls {
    health: KeyedLimit<IpAddr>,
    reflection: KeyedLimit<IpAddr>,
}

/// Call of this kind. Its place is free when the bodies of both sides are dropped.
pub struct OpenCall {
    place: Arc<Permit<IpAddr>>,
    until: Instant,
}

impl OpenCalls {
    pub fn new() -> Self {
        Self { health: KeyedLimit::new(MAX_IN_ALL, MAX_OF_ONE), reflection: KeyedLimit::new(MAX_IN_ALL, MAX_OF_ONE) }
    }

    /// Place for a call from this address; none where it, or all together, have reached the limit.
    pub fn begin(&self, method: &str, from: Option<IpAddr>) -> Option<OpenCall> {
        let from = network(from.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)));
        let places = if method.starts_with(HEALTH) { &self.health } else { &self.reflection };
        let place = places.take(from).ok()?;
        Some(OpenCall { place: Arc::new(place), until: Instant::now() + LASTS })
    }
}

impl OpenCall {
    /// Request body within the limits.
    pub fn request<B>(&self, body: B) -> Body
    where
        B: HttpBody<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<StdError>,
    {
        Body::new(Limited::new(self.bound(body, Side::Request), SENT))
    }

    /// Response body within the time.
    pub fn answer(&self, body: Body) -> Body {
        Body::new(self.bound(body, Side::Answer))
    }

    fn bound<B>(&self, inner: B, side: Side) -> Bound<B> {
        Bound { inner, side, _place: self.place.clone(), ends: Box::pin(tokio::time::sleep_until(self.until)), ended: false }
    }
}

#[derive(Clone, Copy)]
enum Side {
    Request,
    Answer,
}

/// Body that ends with the time of its call.
struct Bound<B> {
    inner: B,
    side: Side,
    _place: Arc<Permit<IpAddr>>,
    ends: Pin<Box<Sleep>>,
    ended: bool,
}

impl<B> HttpBody for Bound<B>
where
    B: HttpBody<Data = Bytes> + Unpin,
    B::Error: Into<StdError>,
{
    type Data = Bytes;
    type Error = StdError;

    fn poll_frame(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, StdError>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        if self.ends.as_mut().poll(task).is_ready() {
            self.ended = true;
            super::count("open-call-too-long");
            let late = super::too_long();
            return Poll::Ready(match self.side {
                Side::Request => Some(Err(late.into())),
                Side::Answer => trailers(&late).map(|trailers| Ok(Frame::trailers(trailers))),
            });
        }
        Pin::new(&mut self.inner).poll_frame(task).map_err(Into::into)
    }

    fn is_end_stream(&self) -> bool {
        self.ended || self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

fn trailers(status: &Status) -> Option<HeaderMap> {
    let mut trailers = HeaderMap::new();
    status.add_header(&mut trailers).ok().map(|()| trailers)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFLECTION: &str = "/grpc.reflection.";
    const HEALTH_CHECK: &str = "/grpc.health.v1.Health/";

    #[tokio::test]
    async fn one_address_takes_no_more_than_its_share_of_the_open_calls_and_reflection_takes_none_of_health() {
        let calls = OpenCalls::new();
        let address = |n: u8| Some(IpAddr::V4(Ipv4Addr::new(10, 0, 0, n)));
        let mut held: Vec<OpenCall> = std::iter::from_fn(|| calls.begin(REFLECTION, address(1))).take(1_000).collect();
        assert_eq!(held.len(), MAX_OF_ONE);
        held.extend((2..=250).filter_map(|n| calls.begin(REFLECTION, address(n))));
        assert_eq!(held.len(), MAX_IN_ALL);
        assert!(calls.begin(HEALTH_CHECK, address(1)).is_some());
        let body = held.first().unwrap().request(Body::empty());
        held.clear();
        assert!(calls.begin(REFLECTION, address(1)).is_some());
        drop(body);
    }
}
