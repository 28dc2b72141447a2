//! HTTP server for browsers: connections limited per address and in total, and closed when idle. The decision record is
//! `docs/adr/0015-limits-at-every-door.md`.

use std::{net::SocketAddr, time::Duration};

use axum::{Router, extract::ConnectInfo};
use hyper::{
    Request,
    body::Incoming,
    server::conn::http1,
    service::{Service as _, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use server::limits::{
    self,
    connections::{Connections, Counted, Counting},
};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

/// Most headers of a request; their bytes are limited with those of its first line: a page of ours sends a dozen, and one cookie.
const MAX_HEADERS: usize = 64;
const MAX_HEADER_BYTES: usize = 16 * 1024;
/// Retry interval when the machine has no room for one more connection.
const RETRY_PAUSE: Duration = Duration::from_millis(100);

/// Time after which a connection whose browser confirms nothing that was sent is closed: a laptop that sleeps sends no goodbye.
#[cfg(target_os = "linux")]
const UNCONFIRMED: Duration = Duration::from_secs(30);

/// Connection limits.
#[derive(Clone)]
pub struct Limits {
    pub open: Connections,
    /// Time limit for the headers of a request, also the idle time before the next one; after it the connection is closed.
    pub headers_within: Duration,
}

/// Serves every connection until `stop`, then finishes the pages being written.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits, stop: CancellationToken) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                // Dropped before a byte is read: a rejected connection costs nothing.
                Ok((tcp, from)) => match limits.open.admit(from.ip()) {
                    Ok(counting) => drop(connections.spawn(converse(tcp, from, counting, router.clone(), limits.headers_within, stop.clone()))),
                    Err(reason) => limits::count(reason),
                },
                Err(error) => {
                    tracing::warn!(error = %error.kind(), "a connection could not be accepted");
                    tokio::time::sleep(RETRY_PAUSE).await;
                }
            },
        }
    }
    while connections.join_next().await.is_some() {}
}

async fn converse(tcp: TcpStream, from: SocketAddr, counting: Counting, router: Router, within: Duration, stop: CancellationToken) {
    // Without it answers are only slower.
    let _ = tcp.set_nodelay(true);
    #[cfg(target_os = "linux")]
    let _ = socket2::SockRef::from(&tcp).set_tcp_user_timeout(Some(UNCONFIRMED));
    let router = TowerToHyperService::new(router);
    // The address is told with each request: a router with a layer of its own for each connection would be a copy of every route.
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(from));
        router.call(request)
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(within).max_headers(MAX_HEADERS).max_buf_size(MAX_HEADER_BYTES);
    let mut connection = std::pin::pin!(http.serve_connection(TokioIo::new(Counted::new(tcp, counting)), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(error = if error.is_timeout() { "timeout" } else { "broken" }, "a connection broke off");
    }
}
