//! Retry of calls that a service answered with "try again": nothing was recorded, and the same call may be sent once more.
//!
//! Only for work that must not depend on how busy the machine is; a person is informed at once, and decides.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use base::refusal::TRY_AGAIN;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use tokio::time::Instant;
use tonic::{Code, Status, body::Body, codegen::Service};
use tonic_types::StatusExt;

/// First pause; each is twice as long as the one before.
const RETRY_PAUSE: Duration = Duration::from_millis(100);
const MAX_RETRY_PAUSE: Duration = Duration::from_secs(2);

/// Connection that retries for so long; with no time at all it passes every answer on.
#[derive(Clone)]
pub struct Retry<S> {
    inner: S,
    within: Duration,
}

impl<S> Retry<S> {
    pub const fn within(inner: S, within: Duration) -> Self {
        Self { inner, within }
    }
}

impl<S, R> Service<http::Request<Body>> for Retry<S>
where
    S: Service<http::Request<Body>, Response = http::Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
    R: Send + 'static,
{
    type Response = http::Response<R>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        if self.within.is_zero() {
            return Box::pin(self.inner.call(request));
        }
        // The one that was polled is called; what is cloned from it must be polled first.
        let mut ready = self.inner.clone();
        std::mem::swap(&mut self.inner, &mut ready);
        Box::pin(send(ready, request, self.within))
    }
}

async fn send<S, R>(mut service: S, request: http::Request<Body>, within: Duration) -> Result<http::Response<R>, S::Error>
where
    S: Service<http::Request<Body>, Response = http::Response<R>>,
{
    let (head, body) = request.into_parts();
    // A body that cannot be read to its end is sent as far as it goes, as it would have been: the service refuses it.
    let body = body.collect().await.map_or_else(|_| Bytes::new(), |whole| whole.to_bytes());
    let (begun, mut pause) = (Instant::now(), RETRY_PAUSE);
    loop {
        let answer = service.call(http::Request::from_parts(head.clone(), Body::new(Full::new(body.clone())))).await?;
        if !says_try_again(answer.headers()) || begun.elapsed() + pause > within {
            return Ok(answer);
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(MAX_RETRY_PAUSE);
        std::future::poll_fn(|context| service.poll_ready(context)).await?;
    }
}

/// A refusal without a body stands in the headers alone.
fn says_try_again(headers: &http::HeaderMap) -> bool {
    let status = Status::from_header_map(headers).filter(|status| status.code() == Code::Unavailable);
    status.and_then(|status| status.get_details_error_info()).is_some_and(|info| info.reason == TRY_AGAIN)
}

#[cfg(test)]
mod tests {
    use std::{
        convert::Infallible,
        future::{Ready, ready},
        sync::{Arc, Mutex},
    };

    use super::*;
    use base::{Error, Refusal};

    /// Server that answers "try again" so many times, then something else; it records its requests.
    #[derive(Clone)]
    struct Busy {
        left: Arc<Mutex<u32>>,
        then: Status,
        received: Arc<Mutex<u32>>,
    }

    impl Service<http::Request<Body>> for Busy {
        type Response = http::Response<Body>;
        type Error = Infallible;
        type Future = Ready<Result<Self::Response, Infallible>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, request: http::Request<Body>) -> Self::Future {
            assert_eq!(request.uri(), "/ro.test/Call");
            *self.received.lock().unwrap() += 1;
            let mut left = self.left.lock().unwrap();
            let status = if *left == 0 { self.then.clone() } else { Error::Unavailable { what: "database" }.into() };
            *left = left.saturating_sub(1);
            ready(Ok(status.into_http()))
        }
    }

    /// Final answer, and the number of calls.
    async fn asked(busy: u32, then: Status, within: Duration) -> (Code, u32) {
        let service = Busy { left: Arc::new(Mutex::new(busy)), then, received: Arc::default() };
        let received = Arc::clone(&service.received);
        let body = Body::new(Full::new(Bytes::from_static(b"the same words")));
        let request = http::Request::builder().uri("/ro.test/Call").body(body).unwrap();
        let answer = Retry::within(service, within).call(request).await.unwrap();
        let received = *received.lock().unwrap();
        (Status::from_header_map(answer.headers()).unwrap().code(), received)
    }

    #[tokio::test]
    async fn what_a_busy_service_puts_off_is_asked_again_until_it_answers_or_the_time_is_over() {
        let done = || Status::ok("");
        let minute = Duration::from_secs(60);
        assert_eq!(asked(0, done(), minute).await, (Code::Ok, 1));
        assert_eq!(asked(3, done(), minute).await, (Code::Ok, 4));
        let (code, received) = asked(u32::MAX, done(), RETRY_PAUSE * 20).await;
        assert!(code == Code::Unavailable && received > 1, "it ends: {received}");
        assert_eq!(asked(5, done(), Duration::ZERO).await, (Code::Unavailable, 1), "a person is told at once");
    }

    #[tokio::test]
    async fn a_refusal_and_a_silence_are_no_word_to_try_again() {
        let minute = Duration::from_secs(60);
        let refusal = Refusal::precondition("try-again", "1", "no", "non");
        for (status, code) in [
            (Status::from(refusal), Code::FailedPrecondition),
            (Status::unavailable("the line was cut"), Code::Unavailable),
            (Status::deadline_exceeded("no answer"), Code::DeadlineExceeded),
        ] {
            assert_eq!(asked(0, status, minute).await, (code, 1));
        }
    }
}
