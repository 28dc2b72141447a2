//! HTTP client limited to GET. It has no other method, sends no body and names no user agent.

use std::{fs, io, path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use http::{Request, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;

use crate::Config;

/// Time limit of one read, from the connection to the last byte.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// Largest answer, in bytes.
const MAX_ANSWER_SIZE: usize = 64 * 1024;

/// Cause of a failed read, in words that contain nothing of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault(pub &'static str);

/// Client for one address.
pub struct Getter {
    host: String,
    port: u16,
    authority: String,
    tls: Option<Arc<ClientConfig>>,
    token_file: Option<PathBuf>,
}

impl std::fmt::Debug for Getter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Getter")
    }
}

impl Getter {
    /// `url` is `https://host[:port]`; `http://` is for a stand-in on the same machine only.
    ///
    /// # Errors
    /// The address, the authority or the certificate is invalid, or plain text would leave the machine.
    pub fn new(url: &str, config: &Config) -> anyhow::Result<Self> {
        let uri: Uri = url.parse().context("the address of the source is malformed")?;
        let host = uri.host().context("the address of the source names no host")?.trim_matches(['[', ']']).to_owned();
        let encrypted = uri.scheme_str() == Some("https");
        ensure!(encrypted || ["127.0.0.1", "::1", "localhost"].contains(&host.as_str()), "the source must be reached by https");
        let tls = encrypted.then(|| tls(config)).transpose()?.map(Arc::new);
        let port = uri.port_u16().unwrap_or(if encrypted { 443 } else { 80 });
        let authority = uri.authority().map(ToString::to_string).unwrap_or_default();
        Ok(Self { host, port, authority, tls, token_file: config.source_token_file.clone() })
    }

    /// The body at the path; `None` where there is nothing.
    ///
    /// # Errors
    /// No answer in time, or one that is too large or a refusal.
    pub async fn get(&self, path: &str) -> Result<Option<Bytes>, Fault> {
        tokio::time::timeout(REQUEST_TIMEOUT, self.within(path)).await.map_err(|_| Fault("no answer in time"))?
    }

    async fn within(&self, path: &str) -> Result<Option<Bytes>, Fault> {
        let tcp = TcpStream::connect((self.host.as_str(), self.port)).await.map_err(|_| Fault("no connection"))?;
        match &self.tls {
            None => self.ask(path, tcp).await,
            Some(config) => {
                let name = ServerName::try_from(self.host.clone()).map_err(|_| Fault("the address has no name"))?;
                let secured = TlsConnector::from(config.clone()).connect(name, tcp).await;
                self.ask(path, secured.map_err(|_| Fault("the other side does not prove who it is"))?).await
            }
        }
    }

    async fn ask<T: AsyncRead + AsyncWrite + Unpin + Send + 'static>(&self, path: &str, stream: T) -> Result<Option<Bytes>, Fault> {
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|_| Fault("no HTTP is spoken there"))?;
        let driving = tokio::spawn(connection);
        let asked = async {
            let request = self.request(path).ok_or(Fault("the request cannot be written"))?;
            let answer = sender.send_request(request).await.map_err(|_| Fault("the connection broke"))?;
            match answer.status() {
                StatusCode::OK => {}
                StatusCode::NOT_FOUND => return Ok(None),
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => return Err(Fault("this process may not read there")),
                _ => return Err(Fault("it answered neither yes nor no")),
            }
            let body = Limited::new(answer.into_body(), MAX_ANSWER_SIZE).collect().await;
            Ok(Some(body.map_err(|_| Fault("the answer broke off, or is too large"))?.to_bytes()))
        };
        let asked = asked.await;
        driving.abort();
        asked
    }

    /// Builds the request, the only place in the process that does.
    fn request(&self, path: &str) -> Option<Request<Empty<Bytes>>> {
        let mut request = Request::get(path).header(header::HOST, &self.authority).header(header::ACCEPT, "application/json");
        if let Some(file) = &self.token_file {
            let token = fs::read_to_string(file).ok()?;
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", token.trim()));
        }
        request.body(Empty::new()).ok()
    }
}

fn tls(config: &Config) -> anyhow::Result<ClientConfig> {
    let authority = config.source_ca.as_ref().context("https needs the authority of the source: set source_ca")?;
    let mut roots = RootCertStore::empty();
    for certificate in certificates(authority)? {
        roots.add(certificate)?;
    }
    let builder = ClientConfig::builder().with_root_certificates(roots);
    match (&config.source_cert, &config.source_key) {
        (Some(certificate), Some(key)) => {
            let key = PrivateKeyDer::from_pem_file(key).ok().context("the key for the source is no PEM file")?;
            Ok(builder.with_client_auth_cert(certificates(certificate)?, key)?)
        }
        _ => Ok(builder.with_no_client_auth()),
    }
}

fn certificates(file: &PathBuf) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let all: Result<Vec<_>, _> = CertificateDer::pem_file_iter(file).map_err(io::Error::other)?.collect();
    let all = all.ok().with_context(|| format!("{} is no PEM file of certificates", file.display()))?;
    ensure!(!all.is_empty(), "{} holds no certificate", file.display());
    Ok(all)
}
