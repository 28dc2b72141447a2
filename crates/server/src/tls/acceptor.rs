//! TLS acceptor: each handshake uses the present certificates, has a deadline, and delays no other.

use std::{io, sync::Arc, time::Duration};

use futures::{Stream, StreamExt};
use rustls::ServerConfig;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinSet,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::transport::server::TcpIncoming;

use super::{Credentials, HANDSHAKE_TIMEOUT};
use crate::limits::{
    self,
    connections::{Connections, Counted, Counting},
};

/// Handshakes at one time.
const MAX_HANDSHAKES: usize = 1024;
/// Connections that wait to be served.
const MAX_WAITING: usize = 64;
/// Pause before the next try, when the machine has no room for another connection.
const RETRY_PAUSE: Duration = Duration::from_millis(100);

type Accepted = io::Result<Counted<TlsStream<TcpStream>>>;

/// Connections of a listener, and the task that accepts them until the process stops.
pub(crate) fn listen(
    listener: TcpListener,
    credentials: Credentials,
    open: Connections,
    stop: CancellationToken,
) -> (ReceiverStream<Accepted>, impl Future<Output = anyhow::Result<()>> + Send + 'static) {
    let (ready, connections) = mpsc::channel(MAX_WAITING);
    let accepting = async move {
        let mut handshakes = JoinSet::new();
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                Some(_) = handshakes.join_next() => {}
                accepted = listener.accept(), if handshakes.len() < MAX_HANDSHAKES => match (accepted, credentials.server()) {
                    // Dropped before the handshake: a connection over the limit costs nothing.
                    (Ok((tcp, from)), Some(config)) => match open.admit(from.ip()) {
                        Ok(counting) => drop(handshakes.spawn(handshake(tcp, counting, config, ready.clone()))),
                        Err(reason) => limits::count(reason),
                    },
                    (Ok(_), None) => anyhow::bail!("there is no certificate to serve with"),
                    (Err(error), _) => {
                        tracing::warn!(error = %error.kind(), "a connection could not be accepted");
                        tokio::time::sleep(RETRY_PAUSE).await;
                    }
                },
            }
        }
    };
    (ReceiverStream::new(connections), accepting)
}

/// Connections of a plain-text server, within the same limits.
pub(crate) fn plain(listener: TcpListener, open: Connections) -> impl Stream<Item = io::Result<Counted<TcpStream>>> {
    TcpIncoming::from(listener).with_nodelay(Some(true)).filter_map(move |accepted| {
        let counted = accepted.and_then(|tcp| {
            let from = tcp.peer_addr()?.ip();
            Ok(open.admit(from).map(|counting| Counted::new(tcp, counting)))
        });
        std::future::ready(match counted {
            Ok(Ok(connection)) => Some(Ok(connection)),
            Ok(Err(reason)) => {
                limits::count(reason);
                None
            }
            Err(error) => Some(Err(error)),
        })
    })
}

async fn handshake(tcp: TcpStream, counting: Counting, config: Arc<ServerConfig>, ready: mpsc::Sender<Accepted>) {
    // Without it answers are only later.
    let _ = tcp.set_nodelay(true);
    match tokio::time::timeout(HANDSHAKE_TIMEOUT, TlsAcceptor::from(config).accept(tcp)).await {
        Ok(Ok(connection)) => drop(ready.send(Ok(Counted::new(connection, counting))).await),
        Ok(Err(error)) => match reason(&error) {
            Some(code) => tracing::warn!(code, "connection refused: its certificate does not prove who it is"),
            None => tracing::debug!(error = %error.kind(), "a handshake failed"),
        },
        Err(_) => tracing::debug!("a handshake took too long"),
    }
}

/// Fault of the certificate, as a code; none where it is something else.
fn reason(error: &io::Error) -> Option<&'static str> {
    use rustls::{CertificateError as Fault, Error};
    let error = error.get_ref()?.downcast_ref::<Error>()?;
    let Error::InvalidCertificate(fault) = error else { return None };
    Some(match fault {
        Fault::Expired | Fault::ExpiredContext { .. } => "expired",
        Fault::NotValidYet | Fault::NotValidYetContext { .. } => "not-valid-yet",
        Fault::UnknownIssuer | Fault::BadSignature => "unknown-authority",
        Fault::InvalidPurpose | Fault::InvalidPurposeContext { .. } => "not-for-clients",
        Fault::Revoked => "revoked",
        _ => "unusable",
    })
}
