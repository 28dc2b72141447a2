//! Keys of an identity provider, fetched in the background and stored in the key file.
//!
//! No request waits for the provider: tokens are verified with the stored keys. While it is away they stay in use for a set time.

use std::{
    fs,
    future::Future,
    io::Write as _,
    path::{Path, PathBuf},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, bail, ensure};
use base::{
    clock::Clock,
    tasks::{Failed, Next, Tasks, Work},
};
use bytes::Bytes;
use futures::future::{Either, select};
use http::{Request, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, pki_types::ServerName};
use time::OffsetDateTime;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;

use super::{Keys, MAX_FILE_SIZE};

/// Timeout of one request to the provider, connection included.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);

/// Intervals of requests to the provider.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    pub usual: Duration,
    /// After a failure, or when a token names an unknown key: a caller who sends such tokens cannot cause more requests.
    pub soonest: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { usual: Duration::from_secs(300), soonest: Duration::from_secs(30) }
    }
}

/// Source of the keys, and how long they are valid without news.
pub struct Provider {
    address: Uri,
    tls: Option<Arc<ClientConfig>>,
    file: PathBuf,
    lasts: time::Duration,
    pace: Pace,
}

impl Provider {
    /// # Errors
    /// The address is no https URL. Plain http is for a provider on this machine.
    pub fn new(url: &str, tls: Option<Arc<ClientConfig>>, file: &Path, lasts: time::Duration, pace: Pace) -> anyhow::Result<Self> {
        let address: Uri = url.parse().ok().context("the address of the identity keys is malformed")?;
        let here = matches!(address.host(), Some("127.0.0.1" | "localhost" | "[::1]"));
        let tls = match address.scheme_str() {
            Some("https") => Some(tls.context("the provider's authority is needed: set --identity-keys-ca")?),
            Some("http") if here => None,
            _ => bail!("the address of the identity keys must begin with https://"),
        };
        Ok(Self { address, tls, file: file.to_path_buf(), lasts, pace })
    }

    /// Last stored keys, if fresh enough; none otherwise: every token is refused until the provider answers.
    pub fn kept(&self, now: OffsetDateTime) -> (Keys, Option<OffsetDateTime>) {
        let written = fs::metadata(&self.file).and_then(|file| file.modified()).ok().map(OffsetDateTime::from);
        let fresh = written.filter(|written| now - *written < self.lasts);
        match fresh.and_then(|written| Some((Keys::from_file(&self.file).ok()?, written))) {
            Some((keys, written)) => (keys, Some(written)),
            None => (Keys::default(), None),
        }
    }

    /// Keeps the keys as the provider publishes them, periodically, and asks it anew when a token names an unknown one.
    pub fn keep(self, keys: Keys, answered_at: Option<OffsetDateTime>, clock: Clock, tasks: &Tasks) {
        let (Pace { usual, soonest }, unknown) = (self.pace, keys.0.unknown.clone());
        tasks.every_within("identity-keys", usual, soonest, Some(unknown), Renewal { provider: self, keys, answered_at, clock });
    }

    pub(super) async fn renew(&self, keys: &Keys) -> anyhow::Result<()> {
        let content = timeout(REQUEST_TIMEOUT, self.fetch()).await.context("it does not answer in time")??;
        if keys.replace(&content)? {
            tracing::info!("the identity keys are renewed");
        }
        // Written each time: its age is the age of the news. A failing disk does not count as silence of the provider.
        let (file, new) = (self.file.clone(), self.file.with_extension("new"));
        if let Err(error) = tokio::task::spawn_blocking(move || keep(&new, &file, &content)).await? {
            tracing::error!(error = format!("{error:#}"), "the identity keys cannot be kept for the next start");
        }
        Ok(())
    }

    async fn fetch(&self) -> anyhow::Result<Bytes> {
        let host = self.address.host().context("no host")?;
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let port = self.address.port_u16().unwrap_or(if self.tls.is_some() { 443 } else { 80 });
        let stream = TcpStream::connect((bare, port)).await.context("no connection")?;
        let path = self.address.path_and_query().map_or("/", |path| path.as_str());
        let request = Request::get(path).header(header::HOST, host).header(header::ACCEPT, "application/json").body(Empty::new())?;
        match &self.tls {
            Some(tls) => {
                let name = ServerName::try_from(bare.to_owned())?;
                request_on(TlsConnector::from(tls.clone()).connect(name, stream).await.context("no encrypted connection")?, request).await
            }
            None => request_on(stream, request).await,
        }
    }
}

/// Periodic work that renews the keys.
struct Renewal {
    provider: Provider,
    keys: Keys,
    /// When the provider last answered.
    answered_at: Option<OffsetDateTime>,
    clock: Clock,
}

impl Work for Renewal {
    async fn run(&mut self) -> Result<Next, Failed> {
        let renewed = self.provider.renew(&self.keys).await;
        if renewed.is_ok() {
            self.answered_at = Some(self.clock.now());
        }
        if self.answered_at.is_some_and(|answered_at| self.clock.now() - answered_at >= self.provider.lasts) {
            self.keys.forget();
            self.answered_at = None;
            tracing::error!("the identity provider has been silent for too long: tokens are refused until it answers");
        }
        renewed.context("the identity provider gives no keys: those held stay in use for now")?;
        Ok(Next::Later)
    }
}

/// One request on one connection. A redirection is refused: the address is the one that was set.
async fn request_on<S>(stream: S, request: Request<Empty<Bytes>>) -> anyhow::Result<Bytes>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let answer = async {
        let response = sender.send_request(request).await?;
        ensure!(response.status() == StatusCode::OK, "it answers {}", response.status().as_u16());
        let limit = usize::try_from(MAX_FILE_SIZE)?;
        let body = Limited::new(response.into_body(), limit).collect().await.ok().context("its answer breaks off or is too large")?;
        Ok(body.to_bytes())
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

/// Replaces the file atomically: a start in between reads the former one.
fn keep(new: &Path, file: &Path, content: &[u8]) -> anyhow::Result<()> {
    let mut writing = fs::File::create(new)?;
    writing.write_all(content)?;
    writing.sync_all()?;
    fs::rename(new, file)?;
    Ok(())
}
