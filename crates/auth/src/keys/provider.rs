//! Keys of an identity provider, fetched in the background and stored in the key file.
//!
//! No request waits for the provider: tokens are verified with the stored keys. While it is away they stay in use for a set time.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, bail, ensure};
use base::{
    clock::Clock,
    tasks::{Failed, Next, Tasks, Work},
};
use http::{Request, StatusCode, Uri, header};
use https::Client;
use rustls::ClientConfig;
use time::OffsetDateTime;

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
    client: Client,
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
        Ok(Self { address, client: Client::new(tls, REQUEST_TIMEOUT), file: file.to_path_buf(), lasts, pace })
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
        let content = self.fetch().await?;
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

    async fn fetch(&self) -> anyhow::Result<Vec<u8>> {
        let request = Request::get(&self.address).header(header::ACCEPT, "application/json").body(Vec::new())?;
        let answer = self.client.send(request).await?;
        ensure!(answer.status() == StatusCode::OK, "it answers {}", answer.status().as_u16());
        ensure!(u64::try_from(answer.body().len())? <= MAX_FILE_SIZE, "its answer is too large");
        Ok(answer.into_body())
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

/// Replaces the file atomically: a start in between reads the former one.
fn keep(new: &Path, file: &Path, content: &[u8]) -> anyhow::Result<()> {
    let mut writing = fs::File::create(new)?;
    writing.write_all(content)?;
    writing.sync_all()?;
    fs::rename(new, file)?;
    Ok(())
}
