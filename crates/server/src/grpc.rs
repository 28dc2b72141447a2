//! gRPC server of every service: trace context, certificate or token, grants, access rule and deadline, before any handler runs.

use std::{
    future::{Future, poll_fn},
    net::IpAddr,
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::Arc,
    task::{Context as Task, Poll},
    time::Duration,
};

use audit_log::Denied;
use auth::{
    access::{self, Access, DEVICE_MAY_NOT, PERMISSION_MISSING, Rule},
    grants,
    identity::{Verifier, two_identities},
};
use base::{
    caller::{Caller, Proof, unauthenticated},
    clock::Clock,
    programme::clause_of,
    refusal::{Error, Kind, Refusal},
    trace,
};
use futures::FutureExt;
use http::{Request, Response};
use tonic::{
    Status,
    body::Body,
    codegen::Body as HttpBody,
    transport::server::{TcpConnectInfo, TlsConnectInfo},
};
use tower::{Layer, Service};
use tracing::Instrument;

use crate::{
    limits::{self, Defence, open::OpenCall},
    tls,
};

/// Timeout of a handler until its answer begins.
const CALL_TIMEOUT: Duration = Duration::from_secs(20);
/// Timeout of reading the caller's grants.
const GRANTS_TIMEOUT: Duration = Duration::from_secs(5);
/// Limit of what is read of a refused call: a megabyte, as HTTP/2 cuts it by default, and as long as a slow line needs.
const MAX_DRAINED_FRAMES: usize = 64;
const DRAIN_TIMEOUT: Duration = Duration::from_secs(1);
/// Methods open to everyone: they reveal nothing about anybody.
const OPEN: [&str; 2] = ["/grpc.health.v1.Health/", "/grpc.reflection."];
/// Name of a path that no rule knows. A caller writes the path, so it stands in no span, log line or metric.
const UNKNOWN: &str = "unknown";

/// Access check of every RPC of a service.
#[derive(Clone)]
pub(crate) struct Gate {
    pub verifier: Option<Verifier>,
    pub access: Access,
    pub denied: Denied,
    pub defence: Defence,
    /// Copy of the grants; without it no person holds any.
    pub grants: Option<grants::Copy>,
    pub clock: Clock,
}

/// Identity identity by a request, before anything is looked up.
enum Identity {
    Nobody,
    Service(Caller),
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
    /// Identity of the caller, within the limits that apply before and after it is known. Nothing is looked up.
    fn identified<B>(&self, request: &Request<B>, method: &'static str) -> Result<Identity, Status> {
        if OPEN.contains(&method) {
            return Ok(Identity::Nobody);
        }
        let (from, token) = (address(request), request.headers().get("authorization").map_or(0, http::HeaderValue::len));
        self.defence.before_identity(method, token, from)?;
        let identity = self.identity(request).inspect_err(|status| {
            tracing::warn!(rpc.method = method, code = %status.code(), "call without an identity refused");
            self.denied.unknown(PERMISSION_MISSING);
            self.defence.unidentified(from);
        })?;
        match &identity {
            Identity::Nobody => {}
            Identity::Service(caller) => self.defence.caller(method, &caller.subject)?,
            Identity::Person(proof) => self.defence.caller(method, &proof.subject)?,
        }
        Ok(identity)
    }

    /// Identity of a request: a service shows its certificate, a person a token. A request with both is refused: no service of ours speaks
    /// for a person, and one that is led to pass a person's token on must not lend it the weight of its own name.
    fn identity<B>(&self, request: &Request<B>) -> Result<Identity, Status> {
        let header = request.headers().get("authorization");
        if let Some(service) = service(request) {
            return if header.is_some() { Err(two_identities()) } else { Ok(Identity::Service(Caller::service(&service))) };
        }
        let header = header.and_then(|h| h.to_str().ok());
        let token = header.and_then(|h| h.strip_prefix("Bearer ")).ok_or_else(unauthenticated)?;
        self.verifier.as_ref().ok_or_else(unauthenticated)?.verify(token).map(Identity::Person)
    }

    /// Answer of the handler to an identified caller; or the refusal, and the rest of the call that is still arriving.
    async fn answer<S>(
        &self,
        mut inner: S,
        mut request: Request<Body>,
        method: &'static str,
        identity: Identity,
    ) -> Result<Result<Response<Body>, S::Error>, (Status, Body)>
    where
        S: Service<Request<Body>, Response = Response<Body>>,
    {
        // Before the grants are read: that takes a connection too.
        let place = match self.defence.place(method).await {
            Ok(place) => place,
            Err(status) => return Err((status, request.into_body())),
        };
        match self.admit(method, identity).await {
            Ok(Some(caller)) => drop(request.extensions_mut().insert(caller)),
            Ok(None) => {}
            // The rest of a refused call is read without occupying a lane: the place is free by then.
            Err(status) => return Err((status, request.into_body())),
        }
        // A panic fails only this call: others wait for their answers on the same connection.
        let answer = match AssertUnwindSafe(inner.call(request)).catch_unwind().await {
            Ok(answer) => answer,
            Err(_) => Ok(Status::from(Error::Internal(format!("{method} panicked"))).into_http()),
        };
        drop(place);
        Ok(answer.map(|answer| limits::explained(&answer).map_or(answer, |status| status.into_http())))
    }

    /// Reads the rest of a refused call, where not too many are being read already.
    async fn drain(&self, from: Option<IpAddr>, body: Body) {
        if let Some(_place) = self.defence.drain(from) {
            drain(body).await;
        }
    }

    async fn admit(&self, method: &'static str, identity: Identity) -> Result<Option<Caller>, Status> {
        let caller = match identity {
            Identity::Nobody => return Ok(None),
            Identity::Service(caller) => caller,
            Identity::Person(proof) => {
                if let Some(device) = &proof.device {
                    self.device(method, &proof.subject, device)?;
                }
                self.person(method, proof).await?
            }
        };
        access::check(&self.access.rules, method, &caller)
            .inspect_err(|_| self.denied.count(PERMISSION_MISSING, &caller.subject, self.permission(method)))?;
        Ok(Some(caller))
    }

    /// Refuses a device every method that is not listed, before anything is looked up for it.
    fn device(&self, method: &str, person: &str, device: &str) -> Result<(), Status> {
        access::check_device(self.access.by_device, method).inspect_err(|_| {
            tracing::warn!(caller.subject = person, device.id = device, rpc.method = method, "call by a device refused");
            self.denied.count(DEVICE_MAY_NOT, person, self.permission(method));
        })
    }

    fn permission(&self, method: &str) -> &'static str {
        self.access.rules.iter().find(|rule| rule.method == method).map_or("none", |rule| rule.permission)
    }

    /// Person with their grants. For methods open to every authenticated person nothing is looked up: no table stands before an alarm.
    async fn person(&self, method: &str, proof: Proof) -> Result<Caller, Status> {
        let copy = match &self.grants {
            Some(copy) if !access::is_for_whoever(&self.access.rules, method) => copy,
            _ => return Ok(Caller::new(proof, Vec::new(), None)),
        };
        match tokio::time::timeout(GRANTS_TIMEOUT, copy.caller(proof, self.clock.now())).await {
            Ok(found) => found.map_err(|error| Error::Database(error).into()),
            Err(_) => Err(Error::Unavailable { what: "the table of grants" }.into()),
        }
    }
}

/// The path as one of a fixed number of names.
fn method(rules: &[Rule], path: &str) -> &'static str {
    let rule = rules.iter().find(|rule| rule.method == path).map(|rule| rule.method);
    rule.or_else(|| OPEN.into_iter().find(|open| path.starts_with(open))).unwrap_or(UNKNOWN)
}

/// Address of the connection.
fn address<B>(request: &Request<B>) -> Option<IpAddr> {
    let extensions = request.extensions();
    let plain = extensions.get::<TcpConnectInfo>();
    let tcp = plain.or_else(|| extensions.get::<TlsConnectInfo<TcpConnectInfo>>().map(TlsConnectInfo::get_ref))?;
    tcp.remote_addr().map(|address| address.ip())
}

/// Service whose certificate the connection was made with; the handshake has verified it.
fn service<B>(request: &Request<B>) -> Option<String> {
    let connection = request.extensions().get::<TlsConnectInfo<TcpConnectInfo>>()?;
    tls::service_of(connection.peer_certs()?.first()?)
}

impl<S> Service<Request<Body>> for Gated<S>
where
    S: Service<Request<Body>, Response = Response<Body>> + Clone + Send + 'static,
    S::Future: Send + 'static,
    S::Error: Send,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, task: &mut Task<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(task)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let method = method(&self.gate.access.rules, request.uri().path());
        let span = tracing::info_span!("rpc", rpc.method = method);
        trace::adopt(&span, request.headers().get("traceparent").and_then(|h| h.to_str().ok()));
        let identity = span.in_scope(|| self.gate.identified(&request, method));
        let from = address(&request);
        let gate = Arc::clone(&self.gate);
        // The clone that was polled ready answers; a fresh one stays for the next call.
        let ready = self.inner.clone();
        let inner = std::mem::replace(&mut self.inner, ready);
        Box::pin(
            async move {
                let refusal = match identity {
                    Ok(Identity::Nobody) => match gate.defence.open(method, from) {
                        Ok(call) => return answer_anybody(inner, request, &call).await,
                        Err(status) => status,
                    },
                    Ok(identity) => match tokio::time::timeout(CALL_TIMEOUT, gate.answer(inner, request, method, identity)).await {
                        Ok(Ok(response)) => return response,
                        Ok(Err((status, body))) => {
                            gate.drain(from, body).await;
                            return Ok(status.into_http());
                        }
                        Err(_) => return Ok(too_slow().into_http()),
                    },
                    Err(status) => status,
                };
                gate.drain(from, request.into_body()).await;
                Ok(refusal.into_http())
            }
            .instrument(span),
        )
    }
}

/// Answers a call that needs no identity, within the limits of such calls from its first byte to its last.
async fn answer_anybody<S>(mut inner: S, request: Request<Body>, call: &OpenCall) -> Result<Response<Body>, S::Error>
where
    S: Service<Request<Body>, Response = Response<Body>>,
{
    let answering = inner.call(request.map(|body| call.request(body)));
    match tokio::time::timeout(limits::open::LASTS, answering).await {
        Ok(Ok(answer)) => {
            let answer = limits::explained(&answer).map_or(answer, |status| status.into_http());
            Ok(answer.map(|body| call.answer(body)))
        }
        Ok(Err(error)) => Err(error),
        Err(_) => Ok(too_slow().into_http()),
    }
}

/// Reads the rest of a refused call, within bounds, before it is answered. A stream that is reset while its message is arriving counts as a
/// fault, and enough of them end the connection for every call on it, the urgent ones too.
async fn drain<B: HttpBody + Unpin>(mut body: B) {
    let rest = async {
        for _ in 0..MAX_DRAINED_FRAMES {
            if !matches!(poll_fn(|task| Pin::new(&mut body).poll_frame(task)).await, Some(Ok(_))) {
                return;
            }
        }
    };
    // A call that takes longer is reset.
    let _ = tokio::time::timeout(DRAIN_TIMEOUT, rest).await;
}

fn too_slow() -> Status {
    Refusal {
        kind: Kind::TooLate,
        ..Refusal::precondition(
            "too-slow",
            clause_of("too-slow"),
            "the answer took too long: ask again with the same key, nothing is recorded twice",
            "la réponse a trop tardé : redemandez avec la même clé, rien n'est consigné deux fois",
        )
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_caller_writes_as_a_path_becomes_the_name_of_no_span_unless_a_rule_holds_it() {
        let rules = [Rule { method: "/a.v1.A/Lend", permission: "lend", clause: "1", allow: &[] }];
        assert_eq!(method(&rules, "/a.v1.A/Lend"), "/a.v1.A/Lend");
        for path in ["/a.v1.A/Lend/Alex-Exemple", "/Alex Exemple", "", "/a.v1.A/lend"] {
            assert_eq!(method(&rules, path), UNKNOWN, "{path}");
        }
        assert_eq!(method(&rules, "/grpc.reflection.v1.ServerReflection/Alex-Exemple"), "/grpc.reflection.");
    }
}
