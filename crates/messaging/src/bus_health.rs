//! Health of the bus connection: what this process may not publish and does not receive is logged as an error, counted, and reported by its
//! health until it is repaired.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use async_nats::Event;
use opentelemetry::{
    KeyValue, global,
    metrics::{Counter, Gauge},
};
use tokio::sync::watch;

/// Name of the health that reports whether the bus allows this process all it needs, and whether it receives all it should. The gRPC server
/// stays open when it is bad: what is recorded waits in the outbox, and a process that accepts nothing would lose more. For start-up probes
/// and alarms.
pub const BUS_HEALTH: &str = "bus";
/// Name of the health that reports whether every stream of the bus has room: it fails long before one refuses a message.
pub const ROOM_HEALTH: &str = "bus-room";
/// How long a refused subject makes the health bad: what was refused is tried again within seconds.
const REFUSED_FOR: Duration = Duration::from_secs(30);

/// Present faults between this process and the bus. Cheap to clone.
#[derive(Clone)]
pub struct BusHealth {
    name: Arc<str>,
    faults: Arc<Mutex<Faults>>,
    /// Notified of every change of the faults.
    changed: watch::Sender<()>,
    unheard: Gauge<u64>,
}

#[derive(Default)]
struct Faults {
    /// Consumers that are not received from, and why.
    consumers: BTreeMap<&'static str, String>,
    /// Streams that are close to full, and how close.
    streams: BTreeMap<&'static str, String>,
    refused_at: Option<Instant>,
}

impl BusHealth {
    pub(crate) fn new(name: &str) -> Self {
        let meter = global::meter("messaging");
        let unheard = meter.u64_gauge("bus.unheard_consumers");
        let unheard = unheard.with_description("Consumers that this service should hear and does not").build();
        Self { name: name.into(), faults: Arc::default(), changed: watch::Sender::new(()), unheard }
    }

    fn held(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether every consumer is received from and nothing was refused lately.
    #[must_use]
    pub fn is_well(&self, now: Instant) -> bool {
        let faults = self.held();
        faults.consumers.is_empty() && faults.refused_at.is_none_or(|at| now.duration_since(at) > REFUSED_FOR)
    }

    /// Notified of every change of the faults.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Whether every stream has room.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.held().streams.is_empty()
    }

    pub(crate) fn heard(&self, consumer: &'static str) {
        let mut faults = self.held();
        if faults.consumers.remove(consumer).is_some() {
            tracing::info!(consumer, "the consumer is heard again");
            self.changed.send_replace(());
        }
        self.count(&faults);
    }

    pub(crate) fn unheard(&self, consumer: &'static str, why: String) {
        let mut faults = self.held();
        if faults.consumers.get(consumer) != Some(&why) {
            tracing::error!(consumer, error = why, "this service does not hear what it should: it tries until that is put right");
            faults.consumers.insert(consumer, why);
            self.changed.send_replace(());
        }
        self.count(&faults);
    }

    fn count(&self, faults: &Faults) {
        self.unheard.record(faults.consumers.len() as u64, &[KeyValue::new("service", self.name.to_string())]);
    }

    fn refused(&self) {
        self.held().refused_at = Some(Instant::now());
        self.changed.send_replace(());
    }

    /// Records how full a stream is, where that is worth reporting. An unchanged state is logged once.
    pub(crate) fn full(&self, stream: &'static str, told: Option<String>) {
        let mut faults = self.held();
        match told {
            None => {
                if faults.streams.remove(stream).is_some() {
                    tracing::info!(stream, "the stream has room again");
                    self.changed.send_replace(());
                }
            }
            Some(told) if faults.streams.get(stream) != Some(&told) => {
                tracing::error!(stream, used = told, "a stream of the bus fills up: make room before it refuses messages");
                faults.streams.insert(stream, told);
                self.changed.send_replace(());
            }
            Some(_) => {}
        }
    }
}

/// Subjects the server refused to this connection; it reports them asynchronously, never as an answer.
#[derive(Clone)]
pub(crate) struct Refusals {
    name: Arc<str>,
    count: Arc<AtomicU64>,
    metric: Counter<u64>,
    bus_health: BusHealth,
    /// Reason of the last failed connect, so that it is logged once and not at every try.
    fault: Arc<Mutex<Option<String>>>,
}

impl Refusals {
    pub(crate) fn new(name: &str, bus_health: BusHealth) -> Self {
        let meter = global::meter("messaging");
        let metric = meter.u64_counter("bus.permission_violations");
        let metric = metric.with_description("Subjects that the bus refused to this service").build();
        Self { name: name.into(), count: Arc::default(), metric, bus_health, fault: Arc::default() }
    }

    pub(crate) fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    pub(crate) fn note(&self, event: &Event) {
        match event {
            Event::Connected => {
                *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = None;
                tracing::info!("connected to nats");
            }
            Event::ClientError(error) => self.note_fault(error.to_string()),
            Event::Disconnected => tracing::warn!("disconnected from nats"),
            Event::ServerError(error) if error.to_string().to_lowercase().contains("permissions violation") => {
                let count = self.count.fetch_add(1, Ordering::Relaxed) + 1;
                // The subject stays out of the metric: a label lives longer than a log line.
                self.metric.add(1, &[KeyValue::new("service", self.name.to_string())]);
                self.bus_health.refused();
                tracing::error!(error = %error, violations = count, "nats refuses a subject to this service");
            }
            other => tracing::debug!(event = %other, "nats event"),
        }
    }

    /// Holds no address and no subject: the library's text is the kind of fault, for example a certificate it does not trust.
    fn note_fault(&self, fault: String) {
        let mut told = self.fault.lock().unwrap_or_else(PoisonError::into_inner);
        if told.as_ref() != Some(&fault) {
            tracing::warn!(error = fault, "nats cannot be reached: it is tried again");
            *told = Some(fault);
        }
    }
}
