//! The door of every service: trace context, certificate or token, grants, access rule and deadline, before any handler runs.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context as Task, Poll},
    time::Duration,
};

use http::{Request, Response};
use sqlx::PgPool;
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
    clock::Clock,
    grants,
    identity::{Caller, Proof, Verifier, two_identities, unauthenticated},
    refusal::{Error, Refusal},
    tls, trace,
};

/// What a handler may take until its answer begins.
const DEADLINE: Duration = Duration::from_secs(20);
/// What looking up the caller's grants may take.
const GRANTS_DEADLINE: Duration = Duration::from_secs(5);
/// Open to everyone: they say nothing about anybody.
const OPEN: [&str; 2] = ["/grpc.health.v1.Health/", "/grpc.reflection."];

/// Guards every RPC of a service.
#[derive(Clone)]
pub(crate) struct Gate {
    pub verifier: Option<Verifier>,
    pub rules: &'static [Rule],
    pub denied: Denied,
    /// Where the grants stand; without it no person holds any.
    pub grants: Option<PgPool>,
    pub clock: Clock,
}

/// What a request shows of itself, before anything is looked up.
enum Shown {
    Nobody,
    Service(String),
    Person(Proof),
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
    /// A service shows its certificate, a person a token. Who shows both is refused: no service of ours speaks for a person, and
    /// one that is led to pass a person's token on must not lend it the weight of its own name.
    fn shown<B>(&self, request: &Request<B>) -> Result<Shown, Status> {
        if OPEN.iter().any(|open| request.uri().path().starts_with(open)) {
            return Ok(Shown::Nobody);
        }
        let header = request.headers().get("authorization");
        if let Some(service) = service(request) {
            return if header.is_some() { Err(two_identities()) } else { Ok(Shown::Service(service)) };
        }
        let header = header.and_then(|h| h.to_str().ok());
        let token = header.and_then(|h| h.strip_prefix("Bearer ")).ok_or_else(unauthenticated)?;
        self.verifier.as_ref().ok_or_else(unauthenticated)?.verify(token).map(Shown::Person)
    }

    async fn admit(&self, method: &str, shown: Result<Shown, Status>) -> Result<Option<Caller>, Status> {
        let shown = shown.inspect_err(|status| {
            tracing::warn!(rpc.method = method, code = %status.code(), "call without an identity refused");
            self.denied.unknown();
        })?;
        let caller = match shown {
            Shown::Nobody => return Ok(None),
            Shown::Service(name) => Caller::service(&name),
            Shown::Person(proof) => self.person(method, proof).await?,
        };
        access::check(self.rules, method, &caller).inspect_err(|_| {
            let rule = self.rules.iter().find(|rule| rule.method == method);
            self.denied.caller(&caller.subject, rule.map_or("none", |rule| rule.permission));
        })?;
        Ok(Some(caller))
    }

    /// The person with their grants. Where whoever is proven may call, nothing is looked up: no table stands before an alarm.
    async fn person(&self, method: &str, proof: Proof) -> Result<Caller, Status> {
        let pool = match &self.grants {
            Some(pool) if !access::is_for_whoever(self.rules, method) => pool,
            _ => return Ok(Caller::new(proof, Vec::new(), None)),
        };
        match tokio::time::timeout(GRANTS_DEADLINE, grants::caller(pool, proof, self.clock.now())).await {
            Ok(found) => found.map_err(|error| Error::Database(error).into()),
            Err(_) => Err(Error::Unavailable { what: "the table of grants" }.into()),
        }
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
        let method = request.uri().path().to_owned();
        let span = tracing::info_span!("rpc", rpc.method = method);
        trace::adopt(&span, request.headers().get("traceparent").and_then(|h| h.to_str().ok()));
        let shown = span.in_scope(|| self.gate.shown(&request));
        let gate = Arc::clone(&self.gate);
        // The clone that was polled ready answers; a fresh one stays for the next call.
        let ready = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, ready);
        Box::pin(
            async move {
                match gate.admit(&method, shown).await {
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
