//! The connection to NATS JetStream: connect, provision what is declared, and refuse to run on anything else.

use std::{
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context as _, bail, ensure};
use async_nats::{
    Client, ConnectOptions, Event, ServerAddr,
    connection::State,
    jetstream::{
        self,
        consumer::{AckPolicy, pull},
        context::ContextBuilder,
        stream::{Config as StreamConfig, DiscardPolicy, RetentionPolicy, StorageType},
    },
};
use opentelemetry::{KeyValue, global, metrics::Counter};
use tokio_util::sync::CancellationToken;

use crate::tls;

/// What the interface of JetStream is called in the account of each login. The server's own name for it, `$JS.API`, leads to the account's
/// own streams, of which there are none.
const INTERFACE: &str = "JETSTREAM";
/// How long a publish may wait for its acknowledgement.
pub const PUBLISH_DEADLINE: Duration = Duration::from_secs(1);
/// A message that is neither acknowledged nor refused is delivered again after this.
const ACK_WAIT: Duration = Duration::from_secs(30);
/// Messages of a consumer that are delivered and not settled, those included that a sender has to wait for: a flood of one sender
/// must not hide what others send behind it.
const OPEN_DELIVERIES: i64 = 20_000;
const REQUEST_DEADLINE: Duration = Duration::from_secs(5);
/// The least the server allows. Senders of a stream share one memory of `Nats-Msg-Id`: with a long one, whoever guesses another's id
/// makes that sender's message vanish as a duplicate. Nothing of ours leans on it; the inbox and the domain's keys find repetitions.
const DUPLICATE_WINDOW: Duration = Duration::from_millis(100);
/// Oldest server that can fsync each message (`sync_interval: always`) and filter a consumer by several subjects.
const OLDEST_SERVER: (i64, i64, i64) = (2, 10, 27);

/// A stream as declared.
#[derive(Debug, Clone, Copy)]
pub struct StreamSpec {
    pub name: &'static str,
    pub subjects: &'static [&'static str],
    pub max_message_bytes: i32,
    /// Days after which a message is gone, whoever has read it.
    pub kept_days: u16,
}

/// A durable pull consumer as declared.
#[derive(Debug, Clone, Copy)]
pub struct ConsumerSpec {
    pub stream: &'static str,
    pub name: &'static str,
    pub filters: &'static [&'static str],
}

/// A connection that comes back by itself.
#[derive(Clone)]
pub struct Bus {
    pub client: Client,
    pub jetstream: jetstream::Context,
    refusals: Refusals,
}

/// What the server refused to this connection; it says so only beside the conversation, never as an answer.
#[derive(Clone)]
struct Refusals {
    name: Arc<str>,
    count: Arc<AtomicU64>,
    metric: Counter<u64>,
    any: CancellationToken,
    /// Why the last try to connect failed, so that it is told once and not at every try.
    fault: Arc<Mutex<Option<String>>>,
}

impl Refusals {
    fn new(name: &str) -> Self {
        let meter = global::meter("chassis");
        let metric = meter.u64_counter("ro.bus.permission_violations");
        let metric = metric.with_description("Subjects that the bus refused to this service").build();
        Self { name: name.into(), count: Arc::default(), metric, any: CancellationToken::new(), fault: Arc::default() }
    }

    fn note(&self, event: &Event) {
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
                self.any.cancel();
                tracing::error!(error = %error, violations = count, "nats refuses a subject to this service");
            }
            other => tracing::debug!(event = %other, "nats event"),
        }
    }
}

impl Refusals {
    /// Names no address and no subject: what the library says is the kind of fault, for example a certificate it does not trust.
    fn note_fault(&self, fault: String) {
        let mut told = self.fault.lock().unwrap_or_else(PoisonError::into_inner);
        if told.as_ref() != Some(&fault) {
            tracing::warn!(error = fault, "nats cannot be reached: it is tried again");
            *told = Some(fault);
        }
    }
}

/// TLS with the authority's certificate, read again for each connection. Without one: the machine's own authorities for a `tls://`
/// address, and plain text within this machine only.
fn secured(options: ConnectOptions, url: &str, authority: Option<&Path>) -> anyhow::Result<ConnectOptions> {
    if let Some(path) = authority {
        tls::check_authority(path).with_context(|| format!("the authority of the bus in {}", path.display()))?;
        return Ok(options.add_root_certificates(path.to_owned()).require_tls(true));
    }
    let address: ServerAddr = url.parse().with_context(|| format!("cannot use the NATS address {url}"))?;
    if !address.tls_required() {
        let inside = ["127.0.0.1", "::1", "localhost"].contains(&address.host().trim_matches(['[', ']']));
        ensure!(
            inside,
            "{url} is another machine, and without the authority's certificate it would be spoken to in plain text: set NATS_CA"
        );
        tracing::warn!("no authority of the bus is set: this process speaks plain text with it");
    }
    Ok(options)
}

impl Bus {
    /// Connects as `name`; replies come back under `_INBOX_<name>`. Does not fail while the server is down: it waits for it. With the
    /// certificate of an authority nothing is said to a server that does not prove to be of it.
    ///
    /// # Errors
    /// The seed file or the authority's certificate cannot be read, the URL is malformed, or it would lead over a network in plain text.
    pub async fn connect(name: &str, url: &str, seed_file: Option<&Path>, authority: Option<&Path>) -> anyhow::Result<Self> {
        let refusals = Refusals::new(name);
        let noting = refusals.clone();
        let mut options = ConnectOptions::new()
            .name(name)
            .custom_inbox_prefix(format!("_INBOX_{name}"))
            .ping_interval(Duration::from_secs(5))
            .connection_timeout(Duration::from_secs(5))
            .request_timeout(Some(REQUEST_DEADLINE))
            .retry_on_initial_connect()
            .max_reconnects(None)
            .reconnect_delay_callback(|attempt| Duration::from_millis((100 * attempt.max(1) as u64).min(2_000)))
            .event_callback(move |event| {
                noting.note(&event);
                std::future::ready(())
            });
        options = secured(options, url, authority)?;
        if let Some(path) = seed_file {
            let seed = std::fs::read_to_string(path).with_context(|| format!("cannot read the NATS seed {}", path.display()))?;
            options = options.nkey(seed.trim().to_owned());
        }
        let client = options.connect(url).await.with_context(|| format!("cannot use the NATS address {url}"))?;
        let jetstream = ContextBuilder::new().timeout(REQUEST_DEADLINE).ack_timeout(PUBLISH_DEADLINE);
        let jetstream = jetstream.api_prefix(INTERFACE).build(client.clone());
        Ok(Self { client, jetstream, refusals })
    }

    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.client.connection_state() == State::Connected
    }

    /// How often the server refused a subject to us: never zero without a fault in the topology.
    #[must_use]
    pub fn violations(&self) -> u64 {
        self.refusals.count.load(Ordering::Relaxed)
    }

    /// Cancelled with the first refusal, and for as long as the process lives: somebody must mend the topology and start it again.
    #[must_use]
    pub fn refused(&self) -> CancellationToken {
        self.refusals.any.clone()
    }

    /// Waits until the server answers, saying once that it waits.
    ///
    /// # Errors
    /// The server is older than the oldest that keeps our promises.
    pub async fn ready(&self, url: &str) -> anyhow::Result<()> {
        let mut said = false;
        // The client says that it is connected a moment before it knows to what.
        while !self.is_connected() || self.client.server_info().version.is_empty() {
            if !said {
                tracing::info!(nats.url = url, "waiting for nats");
                said = true;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let (major, minor, patch) = OLDEST_SERVER;
        ensure!(
            self.client.is_server_compatible(major, minor, patch),
            "nats-server {} is too old: {major}.{minor}.{patch} or newer is needed to keep every message on disk",
            self.client.server_info().version
        );
        Ok(())
    }

    /// Creates or updates the declared streams and consumers.
    ///
    /// # Errors
    /// The server refuses, or echoes something else than was declared.
    pub async fn provision(&self, streams: &[StreamSpec], consumers: &[ConsumerSpec]) -> anyhow::Result<()> {
        for spec in streams {
            let info = self.jetstream.create_or_update_stream(spec.config()).await;
            let info = info.with_context(|| format!("cannot create the stream {}", spec.name))?;
            spec.compare(&info.config)?;
        }
        for spec in consumers {
            self.jetstream
                .create_consumer_on_stream(spec.config(), spec.stream)
                .await
                .with_context(|| format!("cannot create the consumer {}", spec.name))?;
            self.check_consumer(*spec).await?;
        }
        Ok(())
    }

    /// The declared consumer, when the server holds it as declared: an old server drops what it does not know, silently.
    ///
    /// # Errors
    /// It is missing or different; the message says what to run.
    pub async fn check_consumer(&self, spec: ConsumerSpec) -> anyhow::Result<jetstream::consumer::PullConsumer> {
        let remedy = "run `ro provision`";
        let consumer = self
            .jetstream
            .get_consumer_from_stream::<pull::Config, _, _>(spec.name, spec.stream)
            .await
            .with_context(|| format!("the consumer {} is missing: {remedy}", spec.name))?;
        let held = &consumer.cached_info().config;
        let filters = if held.filter_subjects.is_empty() { vec![held.filter_subject.clone()] } else { held.filter_subjects.clone() };
        if filters != spec.filters || held.max_deliver > 0 || held.ack_policy != AckPolicy::Explicit {
            bail!("the consumer {} is not as declared: {remedy}", spec.name);
        }
        Ok(consumer)
    }
}

impl StreamSpec {
    fn config(&self) -> StreamConfig {
        StreamConfig {
            name: self.name.to_owned(),
            subjects: self.subjects.iter().map(|s| (*s).to_owned()).collect(),
            retention: RetentionPolicy::Limits,
            discard: DiscardPolicy::New,
            storage: StorageType::File,
            max_message_size: self.max_message_bytes,
            max_age: Duration::from_secs(u64::from(self.kept_days) * 24 * 3_600),
            duplicate_window: DUPLICATE_WINDOW,
            deny_delete: true,
            deny_purge: true,
            num_replicas: 1,
            ..StreamConfig::default()
        }
    }

    fn compare(&self, held: &StreamConfig) -> anyhow::Result<()> {
        let declared = self.config();
        let same = held.subjects == declared.subjects
            && held.discard == declared.discard
            && held.storage == declared.storage
            && held.max_message_size == declared.max_message_size
            && held.max_age == declared.max_age
            && held.duplicate_window == declared.duplicate_window
            && held.deny_delete
            && held.deny_purge;
        ensure!(same, "the stream {} is not as declared", self.name);
        Ok(())
    }
}

impl ConsumerSpec {
    fn config(&self) -> pull::Config {
        pull::Config {
            durable_name: Some(self.name.to_owned()),
            filter_subjects: self.filters.iter().map(|f| (*f).to_owned()).collect(),
            ack_policy: AckPolicy::Explicit,
            ack_wait: ACK_WAIT,
            max_deliver: -1,
            max_ack_pending: OPEN_DELIVERIES,
            ..pull::Config::default()
        }
    }
}
