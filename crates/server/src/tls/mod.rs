//! TLS certificates of this process and its callers: kept in memory, read again when the files change, never used half written.
//!
//! A service is known by the one URI name `<programme>://service/<name>` of a certificate that the configured authority has signed.

mod acceptor;
mod connector;
mod material;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::Context as _;
use rustls::{ClientConfig, ServerConfig, pki_types::CertificateDer};
use time::OffsetDateTime;
use webpki::EndEntityCert;

use self::material::{Content, Ready};
pub(crate) use self::{
    acceptor::{listen, plain},
    connector::channel,
};
use crate::config::Settings;
use base::{clock::Clock, programme};

/// Interval at which the files are checked for changes.
pub(crate) const CHECK_INTERVAL: Duration = Duration::from_secs(2);
/// Timeout of a handshake, on either side.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long before a certificate's end a warning is logged, daily: once it has ended no service answers another.
const WARN_BEFORE: time::Duration = time::Duration::days(7);
const WARN_INTERVAL: time::Duration = time::Duration::DAY;
const SERVICE: &str = "://service/";

/// Certificates in use. Cheap to clone; every clone sees a renewal.
#[derive(Clone)]
pub(crate) struct Credentials {
    files: Arc<Files>,
    clock: Clock,
    loaded: Arc<Mutex<LoadedCredentials>>,
}

/// Paths of the certificates.
pub(crate) struct Files {
    pub certificate: Option<PathBuf>,
    pub key: Option<PathBuf>,
    pub authority: Option<PathBuf>,
}

struct LoadedCredentials {
    content: Content,
    ready: Ready,
    /// Time of the last check whether the certificate ends soon.
    judged_at: Option<OffsetDateTime>,
}

impl Credentials {
    /// Reads the certificates that the settings name.
    ///
    /// # Errors
    /// A file cannot be read, or what it holds cannot be used.
    pub fn load(settings: &Settings, clock: Clock) -> anyhow::Result<Self> {
        let files = Files { certificate: settings.tls_cert.clone(), key: settings.tls_key.clone(), authority: settings.tls_ca.clone() };
        let content = Content::read(&files)?;
        let ready = content.ready(clock.now())?;
        Ok(Self { files: Arc::new(files), clock, loaded: Arc::new(Mutex::new(LoadedCredentials { content, ready, judged_at: None })) })
    }

    /// Configuration for the next incoming connection.
    pub fn server(&self) -> Option<Arc<ServerConfig>> {
        self.lock().ready.server.clone()
    }

    /// Configuration for the next connection to another service.
    pub fn client(&self) -> Option<Arc<ClientConfig>> {
        self.lock().ready.client.clone()
    }

    /// Reads the files again.
    ///
    /// # Errors
    /// They cannot be used, and have changed nothing.
    pub async fn renew(self) -> anyhow::Result<()> {
        let read = tokio::task::spawn_blocking(move || self.read_again()).await?;
        read.context("the certificates on disk cannot be used: those held stay in use")
    }

    fn read_again(&self) -> anyhow::Result<()> {
        let read = Content::read(&self.files).and_then(|content| {
            if self.lock().content == content {
                return Ok(None);
            }
            content.ready(self.clock.now()).map(|ready| Some((content, ready)))
        });
        let mut loaded = self.lock();
        let outcome = read.map(|changed| {
            if let Some((content, ready)) = changed {
                *loaded = LoadedCredentials { content, ready, judged_at: None };
                tracing::info!("the certificates are renewed: new connections use them");
            }
        });
        if loaded.ends_soon(self.clock.now()) {
            tracing::error!("the certificate of this process ends within a week: renew it, no peer believes it afterwards");
        }
        outcome
    }

    fn lock(&self) -> MutexGuard<'_, LoadedCredentials> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LoadedCredentials {
    /// Whether a warning about the certificate's end is due: checked once a day, and for each new one.
    fn ends_soon(&mut self, now: OffsetDateTime) -> bool {
        if self.judged_at.is_some_and(|at| now - at < WARN_INTERVAL) {
            return false;
        }
        self.judged_at = Some(now);
        self.ready.judged.as_ref().is_some_and(|judged| judged.belongs(now + WARN_BEFORE).is_err())
    }
}

/// Service that a certificate (DER) names; whether it is to be believed, the handshake decides.
#[must_use]
pub fn service_named(certificate: &[u8]) -> Option<String> {
    service_of(&CertificateDer::from(certificate))
}

/// Service that a verified certificate names. None or two names are no identity.
pub(crate) fn service_of(certificate: &CertificateDer<'_>) -> Option<String> {
    let (certificate, programme) = (EndEntityCert::try_from(certificate).ok()?, programme::get().name);
    let mut names = certificate.valid_uri_names().filter_map(|uri| uri.strip_prefix(programme)?.strip_prefix(SERVICE));
    let (name, more) = (names.next()?, names.next());
    let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    (plain && more.is_none()).then(|| name.to_owned())
}
