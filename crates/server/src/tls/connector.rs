//! TLS connector to another service: each handshake uses the present certificates, and the other side must prove its name.

use std::{io, sync::Arc};

use http::Uri;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};
use tonic::transport::{Channel, Endpoint};

use super::{Credentials, HANDSHAKE_TIMEOUT, service_of};

/// Channel to `service`, made at the first call and made again when it breaks.
pub(crate) fn channel(endpoint: &Endpoint, credentials: Credentials, service: &str) -> Channel {
    let service: Arc<str> = service.into();
    endpoint.connect_with_connector_lazy(tower::service_fn(move |uri: Uri| connect(uri, credentials.clone(), service.clone())))
}

async fn connect(uri: Uri, credentials: Credentials, service: Arc<str>) -> io::Result<TokioIo<TlsStream<TcpStream>>> {
    let refused = |why: &'static str| io::Error::new(io::ErrorKind::ConnectionRefused, why);
    let config = credentials.client().ok_or_else(|| refused("no authority is set to know other services by"))?;
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let name = ServerName::try_from(host.clone()).map_err(|_| refused("the address has no name"))?;
    let tcp = TcpStream::connect((host.as_str(), uri.port_u16().unwrap_or(443))).await?;
    tcp.set_nodelay(true)?;
    let connection = tokio::time::timeout(HANDSHAKE_TIMEOUT, TlsConnector::from(config).connect(name, tcp)).await??;
    let certificate = connection.get_ref().1.peer_certificates().and_then(<[_]>::first);
    if certificate.and_then(service_of).as_deref() != Some(&*service) {
        tracing::error!(peer.expected = &*service, "the other side is not the service it should be");
        return Err(refused("the other side is not the service it should be"));
    }
    Ok(TokioIo::new(connection))
}
