//! gRPC client for other services: encrypted, under this service's own identity, with a deadline and the trace context.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use base::{Private, address::is_plain_and_far, trace};
use tonic::{
    Request, Status,
    metadata::{Ascii, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
    transport::{Certificate, Channel, ClientTlsConfig, Endpoint},
};

use crate::tls::{self, Credentials};

/// Deadline of a call, unless it is a stream.
pub const DEADLINE: Duration = Duration::from_secs(5);

/// Connection to another service, as generated clients take it.
pub type Peer = InterceptedService<Channel, Bearer>;

/// Adds the token and the trace context to every call.
#[derive(Clone)]
pub struct Bearer(Option<Private<MetadataValue<Ascii>>>);

impl Bearer {
    /// # Errors
    /// The token has characters that cannot stand in a header.
    pub fn new(token: Option<&str>) -> anyhow::Result<Self> {
        let Some(token) = token else { return Ok(Self(None)) };
        let mut value: MetadataValue<Ascii> = format!("Bearer {}", token.trim()).parse().ok().context("the access token is malformed")?;
        value.set_sensitive(true);
        Ok(Self(Some(Private::new(value))))
    }
}

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(token) = &self.0 {
            request.metadata_mut().insert("authorization", token.expose().clone());
        }
        if let Some(context) = trace::current().and_then(|c| c.parse().ok()) {
            request.metadata_mut().insert("traceparent", context);
        }
        Ok(request)
    }
}

/// Connection made at the first call, and made again when it breaks. `deadline` bounds each call; `None` for streams.
///
/// # Errors
/// The URL or the authority's certificate is malformed.
pub fn connect(url: &str, ca_pem: Option<&[u8]>, token: Option<&str>, deadline: Option<Duration>) -> anyhow::Result<Peer> {
    Ok(InterceptedService::new(channel(url, ca_pem, deadline)?, Bearer::new(token)?))
}

/// The same, before it is said whose token its calls carry.
///
/// # Errors
/// The URL or the authority's certificate is malformed.
pub fn channel(url: &str, ca_pem: Option<&[u8]>, deadline: Option<Duration>) -> anyhow::Result<Channel> {
    check_encrypted(url)?;
    let mut endpoint = endpoint(url, deadline)?;
    if let Some(pem) = ca_pem {
        let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem));
        endpoint = endpoint.tls_config(tls).context("the authority's certificate cannot be used")?;
    }
    Ok(endpoint.connect_lazy())
}

/// Calls under the token of a person, one of many that share the connection. A token that no header can carry proves nobody.
#[must_use]
pub fn as_person(channel: &Channel, token: &Private<String>) -> Peer {
    InterceptedService::new(channel.clone(), Bearer::new(Some(token.expose())).unwrap_or(Bearer(None)))
}

/// Connection to a service under this service's own certificate. Without encryption the caller is not authenticated.
pub(crate) fn connect_as_service(url: &str, service: &str, credentials: Credentials) -> anyhow::Result<Peer> {
    let channel = match url.strip_prefix("https://") {
        // The certificates come from the connector, which reads them anew for each connection: the transport adds none of its own.
        Some(address) => {
            let origin = url.parse().with_context(|| format!("{url} is not the address of a service"))?;
            let endpoint = endpoint(&format!("http://{address}"), Some(DEADLINE))?.origin(origin);
            tls::channel(&endpoint, credentials, service)
        }
        None => {
            check_encrypted(url)?;
            tracing::warn!(peer = service, "calls to this service are not encrypted and prove nothing: it will refuse them");
            endpoint(url, Some(DEADLINE))?.connect_lazy()
        }
    };
    Ok(InterceptedService::new(channel, Bearer::new(None)?))
}

/// # Errors
/// The URL is unencrypted and leaves this machine: tokens and people's words could be read on the way.
fn check_encrypted(url: &str) -> anyhow::Result<()> {
    ensure!(!is_plain_and_far(url), "{url} is another machine and would be spoken to in plain text: use https://");
    Ok(())
}

fn endpoint(url: &str, deadline: Option<Duration>) -> anyhow::Result<Endpoint> {
    let endpoint = Endpoint::from_shared(url.to_owned())
        .with_context(|| format!("{url} is not the address of a service"))?
        .connect_timeout(Duration::from_secs(2))
        .tcp_nodelay(true)
        .http2_keep_alive_interval(Duration::from_secs(5))
        .keep_alive_timeout(Duration::from_secs(3))
        .keep_alive_while_idle(true);
    Ok(match deadline {
        Some(deadline) => endpoint.timeout(deadline),
        None => endpoint,
    })
}
