//! Limits of a caller before and after it is known: sizes, connections, calls. Urgent methods have a lane of their own and no quota.
//!
//! Each number has its reason beside it. A caller over a limit receives a stable reason where HTTP/2 allows it, and is counted without a
//! name. The decision record is `docs/adr/0015-limits-at-every-door.md`.

pub mod connections;
pub mod keyed_limit;
mod lane;
pub(crate) mod open;
mod quota;

use std::{net::IpAddr, time::Duration};

use opentelemetry::{KeyValue, global};
use tonic::{Code, Status, transport::Server};

pub use self::quota::Quota;
use self::{
    keyed_limit::{KeyedLimit, Permit},
    lane::Lanes,
    open::{OpenCall, OpenCalls},
};
use crate::config::Settings;
use base::{
    clock::Clock,
    programme::clause_of,
    refusal::{Kind, Refusal},
};

/// Largest request message that is no import: a form with all its texts is a few kilobytes. Set on each generated server.
pub const MESSAGE: usize = 1024 * 1024;
/// Largest message of a call that carries many requests at once, or that must not fail for the length of its text.
pub const LARGE: usize = 4 * 1024 * 1024;
/// All headers of a call together, before anything of them is read. Ours are below one kilobyte, a token below three.
pub const HEADERS: u32 = 16 * 1024;
/// Longest access token; longer ones are refused before their signature is verified.
pub const TOKEN: usize = 8 * 1024;
/// Calls open at once on one connection: a dashboard follows the alarm for each of its visitors over one.
const STREAMS: u32 = 1_024;
/// Streams that a client opened and reset before they were handled (HTTP/2 rapid reset); one more ends the connection.
const PENDING_RESETS: usize = 20;
/// Streams reset for errors of the client; one more ends the connection.
const ERROR_RESETS: usize = 1_024;
/// Refused calls whose rest is still read, in all and of one address: as many as one connection can have. The rest of further ones is not
/// read.
const MAX_DRAINED: usize = 4_096;
const MAX_DRAINED_OF_ONE: usize = 1_024;
/// Bytes in flight per call and per connection before a handler reads them: the memory that one connection can occupy.
const STREAM_WINDOW: u32 = 256 * 1024;
const CONNECTION_WINDOW: u32 = 1024 * 1024;
/// Age at which a connection is asked to end, so that an identity does not outlive its certificate for long. Open calls finish.
const CONNECTION_LASTS: Duration = Duration::from_secs(3600);

/// HTTP/2 server with these limits.
pub(crate) fn server() -> Server {
    Server::builder()
        .http2_keepalive_interval(Some(Duration::from_secs(10)))
        .http2_keepalive_timeout(Some(Duration::from_secs(5)))
        .max_connection_age(CONNECTION_LASTS)
        .max_concurrent_streams(STREAMS)
        .http2_max_pending_accept_reset_streams(Some(PENDING_RESETS))
        .http2_max_local_error_reset_streams(Some(ERROR_RESETS))
        .http2_max_header_list_size(HEADERS)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
}

/// Quotas and lanes of one gRPC server. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Defence {
    quota: Quota,
    lanes: Lanes,
    open: OpenCalls,
    drained: KeyedLimit<IpAddr>,
    clock: Clock,
}

impl Defence {
    pub fn new(settings: &Settings, clock: Clock, urgent: &'static [&'static str]) -> Self {
        let quota = Quota::new(settings.calls_per_second, settings.calls_burst);
        let lanes = Lanes::new(settings.database_connections, urgent);
        Self { quota, lanes, open: OpenCalls::new(), drained: KeyedLimit::new(MAX_DRAINED, MAX_DRAINED_OF_ONE), clock }
    }

    /// Place for a call that needs no identity.
    pub fn open(&self, method: &str, from: Option<IpAddr>) -> Result<OpenCall, Status> {
        self.open.begin(method, from).ok_or_else(|| refused("open-calls", busy()))
    }

    /// Permit to read the rest of a refused call from this address, for as long as it is kept.
    pub fn drain(&self, from: Option<IpAddr>) -> Option<Permit<IpAddr>> {
        self.drained.take(connections::network(from?)).ok()
    }

    /// Checks before the token is read: its length, and an address that has shown too many invalid ones.
    pub fn before_identity(&self, method: &str, token_bytes: usize, from: Option<IpAddr>) -> Result<(), Status> {
        if token_bytes > TOKEN {
            return Err(refused("token-too-long", token_too_long()));
        }
        match from {
            Some(address) if !self.lanes.is_urgent(method) => {
                self.quota.check(&unidentified(address), self.clock.now()).map_err(over_quota)
            }
            _ => Ok(()),
        }
    }

    /// Charges a call without a valid identity to the address it came from.
    pub fn unidentified(&self, from: Option<IpAddr>) {
        if let Some(address) = from {
            let _ = self.quota.take(&unidentified(address), self.clock.now());
        }
    }

    /// Charges a known caller's quota. Urgent methods have none.
    pub fn caller(&self, method: &str, subject: &str) -> Result<(), Status> {
        if self.lanes.is_urgent(method) {
            return Ok(());
        }
        self.quota.take(subject, self.clock.now()).map_err(over_quota)
    }

    /// Place in a lane, until it is dropped. Waits a bounded time among a bounded number.
    pub async fn place(&self, method: &str) -> Result<lane::Place, Status> {
        self.lanes.place(method).await.ok_or_else(|| refused("busy", busy()))
    }
}

/// The transport refuses a message that is too large in words of its own; the caller is given ours.
pub(crate) fn explained(answer: &http::Response<tonic::body::Body>) -> Option<Status> {
    let code = answer.headers().get("grpc-status")?;
    (code.as_bytes() == (Code::OutOfRange as i32).to_string().as_bytes()).then(|| refused("message-too-large", too_large()))
}

/// Counts a refusal, by reason and without the caller.
pub fn count(reason: &'static str) {
    let meter = global::meter("server");
    let metric = meter.u64_counter("limits.refused").with_description("Calls and connections refused for a limit").build();
    metric.add(1, &[KeyValue::new("reason", reason)]);
}

fn refused(reason: &'static str, refusal: Refusal) -> Status {
    count(reason);
    tracing::debug!(reason, "refused for a limit");
    refusal.into()
}

/// Quota key of an address. The line feed keeps it apart from that of a person.
fn unidentified(address: IpAddr) -> String {
    format!("\n{address}")
}

fn over_quota(wait: Duration) -> Status {
    let refusal = Refusal {
        kind: Kind::Exhausted,
        retry_after: Some(wait),
        ..Refusal::precondition(
            "quota",
            clause_of("quota"),
            "too many calls in a short time: nothing was recorded, send it again later with the same key",
            "trop d'appels en peu de temps : rien n'a été consigné, renvoyez plus tard avec la même clé",
        )
    };
    refused("quota", refusal)
}

fn busy() -> Refusal {
    Refusal {
        kind: Kind::Exhausted,
        retry_after: Some(Duration::from_secs(1)),
        ..Refusal::precondition(
            "busy",
            clause_of("busy"),
            "too much is asked of this service at the moment: nothing was recorded, send it again with the same key",
            "ce service est trop sollicité pour l'instant : rien n'a été consigné, renvoyez avec la même clé",
        )
    }
}

fn too_long() -> Status {
    let refusal = Refusal {
        kind: Kind::TooLate,
        ..Refusal::precondition(
            "open-too-long",
            clause_of("open-too-long"),
            "a call without an identity ends after some seconds: ask again",
            "un appel sans identité se termine après quelques secondes : redemandez",
        )
    };
    refusal.into()
}

fn too_large() -> Refusal {
    Refusal {
        kind: Kind::Exhausted,
        ..Refusal::precondition(
            "message-too-large",
            clause_of("message-too-large"),
            "the message is larger than this call takes: send fewer at once",
            "le message dépasse ce que cet appel accepte : envoyez-en moins à la fois",
        )
    }
}

fn token_too_long() -> Refusal {
    Refusal {
        kind: Kind::Unauthenticated,
        ..Refusal::precondition(
            "token-too-long",
            clause_of("token-too-long"),
            "the access token is too long",
            "le jeton d'accès est trop long",
        )
    }
}
