#![doc = include_str!("../README.md")]

use std::{future::Future, pin::pin, sync::Arc, time::Duration};

use anyhow::{Context as _, bail, ensure};
use bytes::Bytes;
use futures::future::{Either, select};
use http::{HeaderValue, Request, Response, Uri, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;

/// Largest answer, in bytes.
const MAX_ANSWER: usize = 256 * 1024;

/// Client. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    tls: Option<Arc<ClientConfig>>,
    deadline: Duration,
    /// Host and port to connect to instead of those in the address.
    connect: Option<Arc<str>>,
}

/// No whole answer came in time; the text names no secret of the request.
#[derive(Debug, thiserror::Error)]
pub enum NoAnswer {
    #[error("no answer within {0:?}")]
    TimedOut(Duration),
    #[error("no answer: {0}")]
    Broken(String),
}

impl Client {
    /// `tls` holds the authorities that are trusted; without it, only this machine can be asked. `deadline` bounds a request, connection
    /// included.
    #[must_use]
    pub const fn new(tls: Option<Arc<ClientConfig>>, deadline: Duration) -> Self {
        Self { tls, deadline, connect: None }
    }

    /// The same, which connects to this host and port whatever the address says: where the other end has one name for browsers and
    /// another for us.
    #[must_use]
    pub fn connecting_to(self, place: Option<&str>) -> Self {
        Self { connect: place.map(Arc::from), ..self }
    }

    /// # Errors
    /// No whole answer came in time, or the address would be spoken to in plain text on the way to another machine.
    pub async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, NoAnswer> {
        match timeout(self.deadline, self.exchange(request)).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(NoAnswer::Broken(format!("{error:#}"))),
            Err(_) => Err(NoAnswer::TimedOut(self.deadline)),
        }
    }

    async fn exchange(&self, request: Request<Vec<u8>>) -> anyhow::Result<Response<Vec<u8>>> {
        let (mut head, body) = request.into_parts();
        let address = head.uri.clone();
        check(&address)?;
        let authority = address.authority().context("the address has no host")?.clone();
        let bare = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let is_encrypted = address.scheme_str() == Some("https");
        let port = authority.port_u16().unwrap_or(if is_encrypted { 443 } else { 80 });
        let stream = match &self.connect {
            Some(place) => TcpStream::connect(&**place).await,
            None => TcpStream::connect((bare.as_str(), port)).await,
        };
        let stream = stream.context("no connection")?;
        head.headers.insert(header::HOST, HeaderValue::from_str(authority.as_str())?);
        head.uri = Uri::try_from(address.path_and_query().map_or("/", |path| path.as_str()))?;
        let request = Request::from_parts(head, Full::new(Bytes::from(body)));
        if !is_encrypted {
            return request_on(stream, request).await;
        }
        let tls = self.tls.clone().context("no authority is trusted for it")?;
        let name = ServerName::try_from(bare)?;
        request_on(TlsConnector::from(tls).connect(name, stream).await.context("no encrypted connection")?, request).await
    }
}

/// # Errors
/// The address would be spoken to in plain text on the way to another machine.
pub fn check(address: &Uri) -> anyhow::Result<()> {
    let is_here = matches!(address.host(), Some("127.0.0.1" | "localhost" | "[::1]"));
    match address.scheme_str() {
        Some("https") => Ok(()),
        Some("http") if is_here => Ok(()),
        _ => bail!("the address must begin with https://; plain http is for this machine only"),
    }
}

/// Trust in the authorities of the operating system; those that cannot be read are left out.
#[must_use]
pub fn system_roots() -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    Arc::new(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
}

/// One request on one connection. A redirection is an error: the address is the one that was set.
async fn request_on<S>(stream: S, request: Request<Full<Bytes>>) -> anyhow::Result<Response<Vec<u8>>>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let answer = async {
        let (head, body) = sender.send_request(request).await?.into_parts();
        ensure!(!head.status.is_redirection(), "it redirects");
        let body = Limited::new(body, MAX_ANSWER).collect().await.ok().context("its answer breaks off or is too large")?;
        Ok(Response::from_parts(head, body.to_bytes().to_vec()))
    };
    beside(answer, connection).await
}

/// Waits for the answer while the connection is driven; the connection may end first.
async fn beside<T>(answer: impl Future<Output = T>, connection: impl Future) -> T {
    match select(pin!(answer), pin!(connection)).await {
        Either::Left((answer, _)) => answer,
        Either::Right((_, answer)) => answer.await,
    }
}
