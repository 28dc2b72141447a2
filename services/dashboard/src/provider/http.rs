//! Requests to the identity provider: one connection each, encrypted but on one machine, within a deadline and a size.

use std::{future::Future, pin::pin, sync::Arc, time::Duration};

use anyhow::{Context as _, bail, ensure};
use futures::future::{Either, select};
use http::{HeaderValue, Request, Response, Uri, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;

/// Deadline of one request, connection included.
const DEADLINE: Duration = Duration::from_secs(5);
/// Largest answer.
const LARGEST: usize = 256 * 1024;

/// Client for one provider. Cheap to clone.
#[derive(Clone)]
pub struct Http {
    tls: Option<Arc<ClientConfig>>,
    /// Host and port to connect to instead of those in the address.
    connect: Option<Arc<str>>,
}

impl Http {
    #[must_use]
    pub fn new(tls: Option<Arc<ClientConfig>>, connect: Option<&str>) -> Self {
        Self { tls, connect: connect.map(Arc::from) }
    }

    /// # Errors
    /// No whole answer came in time.
    pub async fn send(&self, request: Request<Vec<u8>>) -> anyhow::Result<Response<Vec<u8>>> {
        timeout(DEADLINE, self.exchange(request)).await.context("it does not answer within five seconds")?
    }

    async fn exchange(&self, request: Request<Vec<u8>>) -> anyhow::Result<Response<Vec<u8>>> {
        let (mut head, body) = request.into_parts();
        let address = head.uri.clone();
        check(&address)?;
        let authority = address.authority().context("its address has no host")?.clone();
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
        let tls = self.tls.clone().context("its authority is not known: set IDENTITY_KEYS_CA")?;
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
        _ => bail!("an address of the identity provider does not begin with https://"),
    }
}

/// One request on one connection. A redirection is not followed: the addresses are those the provider published.
async fn request_on<S>(stream: S, request: Request<Full<Bytes>>) -> anyhow::Result<Response<Vec<u8>>>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let answer = async {
        let (head, body) = sender.send_request(request).await?.into_parts();
        ensure!(!head.status.is_redirection(), "it redirects");
        let body = Limited::new(body, LARGEST).collect().await.ok().context("its answer breaks off or is too large")?;
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
