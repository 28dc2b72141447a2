//! TLS configurations from PEM files, or the reason they cannot be used.

use std::{path::PathBuf, sync::Arc};

use anyhow::{Context as _, ensure};
use base::authority::roots;
use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    client::Resumption,
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, PrivateKeyDer, UnixTime, pem::PemObject},
    server::{NoServerSessionStorage, WebPkiClientVerifier, danger::ClientCertVerifier},
    sign::{CertifiedKey, SingleCertAndKey},
};
use time::OffsetDateTime;

use super::Files;

const HTTP2: &[u8] = b"h2";

/// Content of the files at one moment.
#[derive(PartialEq, Eq)]
pub(super) struct Content {
    certificate: Option<Vec<u8>>,
    key: Option<Vec<u8>>,
    authority: Option<Vec<u8>>,
}

/// Configurations for both directions; none where the files for it are not set.
pub(super) struct Ready {
    pub server: Option<Arc<ServerConfig>>,
    pub client: Option<Arc<ClientConfig>>,
    /// None where there is no certificate, or no authority to judge it.
    pub judged: Option<Judged>,
}

impl Content {
    pub fn read(files: &Files) -> anyhow::Result<Self> {
        let read = |path: &Option<PathBuf>, what: &'static str| path.as_ref().map(|path| std::fs::read(path).context(what)).transpose();
        Ok(Self {
            certificate: read(&files.certificate, "cannot read the certificate")?,
            key: read(&files.key, "cannot read the certificate's key")?,
            authority: read(&files.authority, "cannot read the authority's certificate")?,
        })
    }

    /// Checks that the parts belong together: the key to the certificate, the certificate to the authority, both to this day.
    pub fn ready(&self, now: OffsetDateTime) -> anyhow::Result<Ready> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let pair = match (&self.certificate, &self.key) {
            (Some(certificate), Some(key)) => Some(Arc::new(pair(certificate, key, &provider)?)),
            _ => None,
        };
        let roots = self.authority.as_deref().map(roots).transpose()?;
        let verifier = roots
            .clone()
            .map(|roots| WebPkiClientVerifier::builder_with_provider(roots, provider.clone()).allow_unauthenticated().build())
            .transpose()
            .context("the authority's certificate cannot be used")?;
        let judged = pair.clone().zip(verifier.clone()).map(|(pair, verifier)| Judged { pair, verifier });
        // A certificate that no peer would accept is not put to use: the present one may still be good.
        judged.as_ref().map(|judged| judged.belongs(now)).transpose()?;
        let server = pair.clone().map(|pair| server(pair, verifier, &provider)).transpose()?;
        let client = roots.map(|roots| client(pair, roots, &provider)).transpose()?;
        Ok(Ready { server, client, judged })
    }
}

/// Own certificate with the verifier that a peer would use.
pub(super) struct Judged {
    pair: Arc<CertifiedKey>,
    verifier: Arc<dyn ClientCertVerifier>,
}

impl Judged {
    /// Whether a peer would accept it at that time: the certificate, and those between it and the authority.
    pub fn belongs(&self, then: OffsetDateTime) -> anyhow::Result<()> {
        let (end, between) = self.pair.cert.split_first().context("the certificate's file holds none")?;
        let seconds = u64::try_from(then.unix_timestamp()).unwrap_or_default();
        let then = UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
        let judged = self.verifier.verify_client_cert(end, between, then);
        judged.context("the certificate is not one of the authority's, or not valid now")?;
        Ok(())
    }
}

fn pair(certificate: &[u8], key: &[u8], provider: &CryptoProvider) -> anyhow::Result<CertifiedKey> {
    let chain: Vec<_> =
        CertificateDer::pem_slice_iter(certificate).collect::<Result<_, _>>().ok().context("the certificate is no PEM file")?;
    ensure!(!chain.is_empty(), "the certificate's file holds none");
    // The text of the fault could quote the key: it is left out.
    let key = PrivateKeyDer::from_pem_slice(key).ok().context("the certificate's key is no PEM file")?;
    CertifiedKey::from_der(chain, key, provider).context("the certificate and its key cannot be used together")
}

/// Server configuration: a client certificate must be one of the authority's; people connect without one.
fn server(
    pair: Arc<CertifiedKey>,
    verifier: Option<Arc<dyn ClientCertVerifier>>,
    provider: &Arc<CryptoProvider>,
) -> anyhow::Result<Arc<ServerConfig>> {
    let builder = ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions()?;
    let builder = match verifier {
        Some(verifier) => builder.with_client_cert_verifier(verifier),
        None => builder.with_no_client_auth(),
    };
    let mut config = builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(pair)));
    config.alpn_protocols = vec![HTTP2.to_vec()];
    // A resumed session would bring back an identity that was verified once, perhaps by an authority that is gone.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(Arc::new(config))
}

fn client(pair: Option<Arc<CertifiedKey>>, roots: Arc<RootCertStore>, provider: &Arc<CryptoProvider>) -> anyhow::Result<Arc<ClientConfig>> {
    let builder = ClientConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions()?;
    let builder = builder.with_root_certificates(roots);
    let mut config = match pair {
        Some(pair) => builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(pair))),
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![HTTP2.to_vec()];
    config.resumption = Resumption::disabled();
    Ok(Arc::new(config))
}
