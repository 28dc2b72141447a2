//! Certificates of an authority that a connection believes.

use std::{path::Path, sync::Arc};

use anyhow::{Context as _, ensure};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, pem::PemObject as _},
};

/// Roots in a PEM file's content.
///
/// # Errors
/// It is no PEM file, or holds no certificate that can be used.
pub fn roots(authority: &[u8]) -> anyhow::Result<Arc<RootCertStore>> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(authority) {
        let certificate = certificate.ok().context("the authority's certificate is no PEM file")?;
        roots.add(certificate).context("the authority's certificate cannot be used")?;
    }
    ensure!(!roots.is_empty(), "the authority's file holds no certificate");
    Ok(Arc::new(roots))
}

/// Checks that a file holds certificates of an authority.
///
/// # Errors
/// It cannot be read, or what it holds is no certificate of an authority.
pub fn check(path: &Path) -> anyhow::Result<()> {
    let bytes = std::fs::read(path).context("cannot be read")?;
    roots(&bytes).map(drop)
}

/// First certificate in a PEM file's content, in DER.
///
/// # Errors
/// It holds none.
pub fn first_certificate(pem: &[u8]) -> anyhow::Result<CertificateDer<'static>> {
    CertificateDer::pem_slice_iter(pem).next().context("the file holds no certificate")?.ok().context("it is no PEM file")
}

/// Client configuration for HTTP/1.1 requests to a server of this authority, without a certificate of ours.
///
/// # Errors
/// The authority's certificate cannot be used.
pub fn client_config(authority: &[u8]) -> anyhow::Result<Arc<ClientConfig>> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(Arc::new(builder.with_root_certificates(roots(authority)?).with_no_client_auth()))
}
