//! TLS certificates of this process and its callers: kept in memory, read again when the files change, never used half written.
//!
//! A service is known by the one URI name `ro://service/<name>` of a certificate that the configured authority has signed.

mod acceptor;
mod connector;
mod material;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rustls::{ClientConfig, ServerConfig, pki_types::CertificateDer};
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;
use webpki::EndEntityCert;

use self::material::{Content, Ready};
pub(crate) use self::{
    acceptor::{listen, plain},
    connector::channel,
};
use crate::config::Settings;
use base::clock::Clock;

/// Interval at which the files are checked for changes.
const CHECK_INTERVAL: Duration = Duration::from_secs(2);
/// Timeout of a handshake, on either side.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long before a certificate's end a warning is logged, daily: once it has ended no service answers another.
const WARN_BEFORE: time::Duration = time::Duration::days(7);
const WARN_INTERVAL: time::Duration = time::Duration::DAY;
const SERVICE: &str = "ro://service/";

/// Certificates in use. Cheap to clone; every clone sees a renewal.
#[derive(Clone)]
pub(crate) struct Credentials {
    files: Arc<Files>,
    clock: Clock,
    held: Arc<Mutex<LoadedCredentials>>,
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
    /// Last fault, so that it is logged once and not at every check.
    fault: Option<String>,
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
        Ok(Self {
            files: Arc::new(files),
            clock,
            held: Arc::new(Mutex::new(LoadedCredentials { content, ready, fault: None, judged_at: None })),
        })
    }

    /// Configuration for the next incoming connection.
    pub fn server(&self) -> Option<Arc<ServerConfig>> {
        self.lock().ready.server.clone()
    }

    /// Configuration for the next connection to another service.
    pub fn client(&self) -> Option<Arc<ClientConfig>> {
        self.lock().ready.client.clone()
    }

    /// Reads the files again until the process stops. Unusable ones change nothing.
    pub async fn keep_fresh(self, stop: CancellationToken) -> anyhow::Result<()> {
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = tokio::time::sleep(CHECK_INTERVAL) => {}
            }
            let look = self.clone();
            tokio::task::spawn_blocking(move || look.refresh()).await?;
        }
    }

    fn refresh(&self) {
        let read = Content::read(&self.files).and_then(|content| {
            if self.lock().content == content {
                return Ok(None);
            }
            content.ready(self.clock.now()).map(|ready| Some((content, ready)))
        });
        let mut held = self.lock();
        match read {
            Ok(None) => held.fault = None,
            Ok(Some((content, ready))) => {
                *held = LoadedCredentials { content, ready, fault: None, judged_at: None };
                tracing::info!("the certificates are renewed: new connections use them");
            }
            Err(error) => {
                let fault = format!("{error:#}");
                if held.fault.as_ref() != Some(&fault) {
                    tracing::error!(error = fault, "the certificates on disk cannot be used: those held stay in use");
                    held.fault = Some(fault);
                }
            }
        }
        if held.ends_soon(self.clock.now()) {
            tracing::error!("the certificate of this process ends within a week: renew it, no peer believes it afterwards");
        }
    }

    fn lock(&self) -> MutexGuard<'_, LoadedCredentials> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
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
    let certificate = EndEntityCert::try_from(certificate).ok()?;
    let mut names = certificate.valid_uri_names().filter_map(|uri| uri.strip_prefix(SERVICE));
    let (name, more) = (names.next()?, names.next());
    let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    (plain && more.is_none()).then(|| name.to_owned())
}
