//! The door of every service: trace context, certificate or token, access rule and deadline, before any handler runs.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context as Task, Poll},
    time::Duration,
};

use http::{Request, Response};
use tonic::{
    Status,
    body::Body,
    transport::server::{TcpConnectInfo, TlsConnectInfo},
};
use tower::{Layer, Service};
use tracing::Instrument;

use crate::{
    access::{self, Rule},
    audit::Denied,
    identity::{Caller, Verifier, two_identities, unauthenticated},
    refusal::Refusal,
    tls, trace,
};

/// What a handler may take until its answer begins.
const DEADLINE: Duration = Duration::from_secs(20);
/// Open to everyone: they say nothing about anybody.
const OPEN: [&str; 2] = ["/grpc.health.v1.Health/", "/grpc.reflection."];

/// Guards every RPC of a service.
#[derive(Clone)]
pub(crate) struct Gate {
    pub verifier: Option<Verifier>,
    pub rules: &'static [Rule],
    pub denied: Denied,
}

impl<S> Layer<S> for Gate {
    type Service = Gated<S>;

    fn layer(&self, inner: S) -> Gated<S> {
        Gated { gate: Arc::new(self.clone()), inner }
    }
}

#[derive(Clone)]
pub(crate) struct Gated<S> {
    gate: Arc<Gate>,
    inner: S,
}

impl Gate {
    /// The method as it may stand in a span and a log line: a path that is none of ours can hold anything.
    fn known(&self, path: &str) -> &'static str {
        let served = self.rules.iter().map(|rule| rule.method).find(|method| *method == path);
        served.or_else(|| OPEN.into_iter().find(|open| path.starts_with(open))).unwrap_or("unknown")
    }

    fn admit<B>(&self, request: &Request<B>) -> Result<Option<Caller>, Status> {
        let method = request.uri().path();
        if OPEN.iter().any(|open| method.starts_with(open)) {
            return Ok(None);
        }
        let caller = self.caller(request).inspect_err(|status| {
            tracing::warn!(rpc.method = self.known(method), code = %status.code(), "call without an identity refused");
            self.denied.unknown();
        })?;
        access::check(self.rules, method, &caller).inspect_err(|_| {
            let rule = self.rules.iter().find(|rule| rule.method == method);
            self.denied.caller(&caller.subject, rule.map_or("none", |rule| rule.permission));
        })?;
        Ok(Some(caller))
    }

    /// A service shows its certificate, a person a token. Who shows both is refused: no service of ours speaks for a person, and
    /// one that is led to pass a person's token on must not lend it the weight of its own name.
    fn caller<B>(&self, request: &Request<B>) -> Result<Caller, Status> {
        let header = request.headers().get("authorization");
        if let Some(service) = service(request) {
            return if header.is_some() { Err(two_identities()) } else { Ok(Caller::service(&service)) };
        }
        let header = header.and_then(|h| h.to_str().ok());
        let token = header.and_then(|h| h.strip_prefix("Bearer ")).ok_or_else(unauthenticated)?;
        self.verifier.as_ref().ok_or_else(unauthenticated)?.verify(token)
    }
}

/// The service whose certificate the connection was made with; the handshake has verified it.
fn service<B>(request: &Request<B>) -> Option<String> {
    let connection = request.extensions().get::<TlsConnectInfo<TcpConnectInfo>>()?;
    tls::service_of(connection.peer_certs()?.first()?)
}

impl<S, B> Service<Request<B>> for Gated<S>
where
    S: Service<Request<B>, Response = Response<Body>> + Clone + Send + 'static,
    S::Future: Send + 'static,
    B: Send + 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, task: &mut Task<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(task)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let span = tracing::info_span!("rpc", rpc.method = self.gate.known(request.uri().path()));
        trace::adopt(&span, request.headers().get("traceparent").and_then(|h| h.to_str().ok()));
        let admitted = span.in_scope(|| self.gate.admit(&request));
        // The clone that was polled ready answers; a fresh one stays for the next call.
        let ready = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, ready);
        Box::pin(
            async move {
                match admitted {
                    Err(status) => Ok(status.into_http()),
                    Ok(caller) => {
                        if let Some(caller) = caller {
                            request.extensions_mut().insert(caller);
                        }
                        match tokio::time::timeout(DEADLINE, inner.call(request)).await {
                            Ok(response) => response,
                            Err(_) => Ok(too_slow().into_http()),
                        }
                    }
                }
            }
            .instrument(span),
        )
    }
}

fn too_slow() -> Status {
    Refusal {
        code: tonic::Code::DeadlineExceeded,
        ..Refusal::precondition(
            "too-slow",
            "TS1",
            "the answer took too long: ask again with the same key, nothing is recorded twice",
            "la réponse a trop tardé : redemandez avec la même clé, rien n'est consigné deux fois",
        )
    }
    .into()
}
