//! Connection to NATS JetStream: connects, provisions the declared streams and consumers, and refuses to run on anything else.

use std::{path::Path, time::Duration};

use anyhow::{Context as _, bail, ensure};
use async_nats::{
    Client, ConnectOptions, ServerAddr,
    connection::State,
    jetstream::{
        self, ErrorCode,
        consumer::{AckPolicy, Config, pull},
        context::{ContextBuilder, GetStreamErrorKind},
        stream::{Config as StreamConfig, ConsumerErrorKind, DiscardPolicy, RetentionPolicy, StorageType},
    },
};
use base::{address::is_this_machine, authority, programme};
use tokio_util::sync::CancellationToken;
pub use topology::{ConsumerSpec, Keeps, StreamSpec};

use crate::bus_health::{BusHealth, Refusals};

/// Prefix of the JetStream API in the account of each login. The server's own prefix, `$JS.API`, leads to the account's own streams, of
/// which there are none.
const INTERFACE: &str = "JETSTREAM";
/// Timeout of a publish, acknowledgement included.
pub const PUBLISH_DEADLINE: Duration = Duration::from_secs(1);
/// Time after which a message that is neither acknowledged nor refused is redelivered.
const ACK_WAIT: Duration = Duration::from_secs(30);
/// No limit of a consumer's unsettled deliveries; the stream has one: messages postponed for one sender, or while another service is away,
/// must not close the consumer to those behind them.
const OPEN_DELIVERIES: i64 = -1;
/// Interval at which an active consumer is checked.
const CHECK_INTERVAL: Duration = Duration::from_secs(2);
/// Unanswered checks before a consumer counts as faulty: one late answer is no fault.
const MAX_SILENCES: u32 = 2;
const REQUEST_DEADLINE: Duration = Duration::from_secs(5);
/// Smallest window the server allows. Senders of a stream share one memory of `Nats-Msg-Id`: with a long window, a sender who guesses
/// another's id makes that sender's message vanish as a duplicate. Nothing here relies on it; the inbox and the domain's keys find
/// repetitions.
const DUPLICATE_WINDOW: Duration = Duration::from_millis(100);
/// Oldest server that can fsync each message (`sync_interval: always`) and filter a consumer by several subjects.
const OLDEST_SERVER: (i64, i64, i64) = (2, 10, 27);

/// Connection that reconnects by itself.
#[derive(Clone)]
pub struct Bus {
    pub client: Client,
    pub jetstream: jetstream::Context,
    refusals: Refusals,
    /// Faults between this process and the bus.
    pub bus_health: BusHealth,
}

/// TLS with the authority's certificate, read again for each connection. Without one: the machine's own authorities for a `tls://` address,
/// and plain text within this machine only.
fn secured(options: ConnectOptions, url: &str, authority: Option<&Path>) -> anyhow::Result<ConnectOptions> {
    if let Some(path) = authority {
        authority::check(path).with_context(|| format!("the authority of the bus in {}", path.display()))?;
        return Ok(options.add_root_certificates(path.to_owned()).require_tls(true));
    }
    let address: ServerAddr = url.parse().with_context(|| format!("cannot use the NATS address {url}"))?;
    if !address.tls_required() {
        ensure!(
            is_this_machine(address.host()),
            "{url} is another machine, and without the authority's certificate it would be spoken to in plain text: set NATS_CA"
        );
        tracing::warn!("no authority of the bus is set: this process speaks plain text with it");
    }
    Ok(options)
}

impl Bus {
    /// Connects as `name`; replies come back under `_INBOX_<name>`. Does not fail while the server is down: it waits for it. With an
    /// authority's certificate, nothing is sent to a server that does not prove to be of it.
    ///
    /// # Errors
    /// The seed file or the authority's certificate cannot be read, the URL is malformed, or it would lead over a network in plain text.
    pub async fn connect(name: &str, url: &str, seed_file: Option<&Path>, authority: Option<&Path>) -> anyhow::Result<Self> {
        let bus_health = BusHealth::new(name);
        let refusals = Refusals::new(name, bus_health.clone());
        let noting = refusals.clone();
        let mut options = ConnectOptions::new()
            .name(name)
            .custom_inbox_prefix(format!("_INBOX_{name}"))
            .ping_interval(Duration::from_secs(5))
            .connection_timeout(Duration::from_secs(5))
            .request_timeout(Some(REQUEST_DEADLINE))
            .retry_on_initial_connect()
            .max_reconnects(None)
            // A server may announce others: the address is a setting, and nothing else.
            .ignore_discovered_servers()
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
        Ok(Self { client, jetstream, refusals, bus_health })
    }

    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.client.connection_state() == State::Connected
    }

    /// Checks a consumer for as long as it is read, and cancels `wrong` when it is gone, changed, paused or not visible.
    pub(crate) async fn watch_consumer(&self, spec: ConsumerSpec, wrong: &CancellationToken) -> anyhow::Result<()> {
        let mut silences = 0;
        loop {
            tokio::time::sleep(CHECK_INTERVAL).await;
            if !self.is_connected() {
                silences = 0;
                continue;
            }
            let Err(error) = self.check_consumer(spec).await else {
                silences = 0;
                self.bus_health.heard(spec.name);
                continue;
            };
            silences += 1;
            if is_answer(&error) || silences >= MAX_SILENCES {
                self.note_unheard(spec, &error);
                wrong.cancel();
            }
        }
    }

    /// Records why a consumer is not read, where that is a fault of what exists on the bus and not of the connection to it.
    pub(crate) fn note_unheard(&self, spec: ConsumerSpec, error: &anyhow::Error) {
        if self.is_connected() {
            self.bus_health.unheard(spec.name, format!("{error:#}"));
        } else {
            tracing::warn!(consumer = spec.name, error = format!("{error:#}"), "cannot hear the bus: trying again");
        }
    }

    /// Number of times the server refused a subject: never above zero without a fault in the topology.
    #[must_use]
    pub fn violations(&self) -> u64 {
        self.refusals.count()
    }

    /// Waits until the server answers, and logs once that it waits.
    ///
    /// # Errors
    /// The server is older than the oldest that supports what is needed.
    pub async fn ready(&self, url: &str) -> anyhow::Result<()> {
        let mut said = false;
        // The client reports that it is connected a moment before it knows to what.
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

    /// Creates the declared streams and consumers, or sets the limits of existing ones. Removes nothing: another version may still consume
    /// it. Everything is checked before anything is changed.
    ///
    /// # Errors
    /// Something exists that cannot be made as declared without breaking its users, the server refuses, or it echoes something else than
    /// was declared.
    pub async fn provision(&self, streams: &[StreamSpec], consumers: &[ConsumerSpec]) -> anyhow::Result<()> {
        for spec in streams {
            self.check_stands_alike(spec).await?;
        }
        for spec in consumers {
            self.check_hears_alike(*spec).await?;
        }
        for spec in streams {
            let info = self.jetstream.create_or_update_stream(stream_config(spec)).await;
            let info = info.with_context(|| format!("cannot create the stream {}", spec.name))?;
            compare(spec, &info.config)?;
        }
        for spec in consumers {
            self.jetstream
                .create_consumer_on_stream(consumer_config(spec), spec.stream)
                .await
                .with_context(|| format!("cannot create the consumer {}", spec.name))?;
            self.check_consumer(*spec).await?;
        }
        Ok(())
    }

    async fn check_stands_alike(&self, spec: &StreamSpec) -> anyhow::Result<()> {
        let held = match self.jetstream.get_stream(spec.name).await {
            Ok(stream) => stream.cached_info().config.clone(),
            Err(error) => match error.kind() {
                GetStreamErrorKind::JetStream(told) if told.error_code() == ErrorCode::STREAM_NOT_FOUND => return Ok(()),
                _ => return Err(error).with_context(|| format!("cannot look at the stream {}", spec.name)),
            },
        };
        let declared = stream_config(spec);
        let lost: Vec<&String> = held.subjects.iter().filter(|subject| !declared.subjects.contains(subject)).collect();
        ensure!(
            lost.is_empty() && held.retention == declared.retention && held.storage == declared.storage,
            "the stream {} stands as another version made it, and to change it would take messages from whoever hears them there: nothing was changed, see docs/OPERATIONS.md under \"The bus: another layout\"",
            spec.name
        );
        Ok(())
    }

    async fn check_hears_alike(&self, spec: ConsumerSpec) -> anyhow::Result<()> {
        let held = match self.jetstream.get_consumer_from_stream::<pull::Config, _, _>(spec.name, spec.stream).await {
            Ok(consumer) => consumer.cached_info().config.clone(),
            Err(error) => match error.kind() {
                ConsumerErrorKind::JetStream(told)
                    if [ErrorCode::STREAM_NOT_FOUND, ErrorCode::CONSUMER_NOT_FOUND].contains(&told.error_code()) =>
                {
                    return Ok(());
                }
                _ => return Err(error).with_context(|| format!("cannot look at the consumer {}", spec.name)),
            },
        };
        ensure!(
            hears(&spec, &held),
            "the consumer {} stands with other filters, and a service of another version may be hearing through it: nothing was changed; what hears something else needs a name of its own",
            spec.name
        );
        Ok(())
    }

    /// Declared consumer, if the server has it as declared: an old server silently drops settings it does not know.
    ///
    /// # Errors
    /// It is missing or different; the message says what to run.
    pub async fn check_consumer(&self, spec: ConsumerSpec) -> anyhow::Result<jetstream::consumer::PullConsumer> {
        let remedy = format!("run `{}`", programme::get().provision);
        let consumer = self
            .jetstream
            .get_consumer_from_stream::<pull::Config, _, _>(spec.name, spec.stream)
            .await
            .with_context(|| format!("the consumer {} is missing: {remedy}", spec.name))?;
        let info = consumer.cached_info();
        if !hears(&spec, &info.config) {
            bail!("the consumer {} is not as declared: {remedy}", spec.name);
        }
        ensure!(!info.paused, "the consumer {} is paused", spec.name);
        Ok(consumer)
    }
}

fn stream_config(spec: &StreamSpec) -> StreamConfig {
    let newest = spec.keeps == Keeps::WhileNewest;
    StreamConfig {
        name: spec.name.to_owned(),
        subjects: spec.subjects.iter().map(|s| (*s).to_owned()).collect(),
        retention: if spec.keeps == Keeps::UntilHeard { RetentionPolicy::WorkQueue } else { RetentionPolicy::Limits },
        discard: if newest { DiscardPolicy::Old } else { DiscardPolicy::New },
        storage: StorageType::File,
        max_message_size: spec.max_message_bytes,
        max_bytes: spec.max_bytes,
        max_messages_per_subject: spec.max_per_subject.unwrap_or(-1),
        // A full lane refuses its own sender; no message is dropped for another's.
        discard_new_per_subject: spec.max_per_subject.is_some() && !newest,
        max_age: Duration::from_secs(u64::from(spec.kept_days) * 24 * 3_600),
        duplicate_window: DUPLICATE_WINDOW,
        deny_delete: true,
        deny_purge: true,
        num_replicas: 1,
        ..StreamConfig::default()
    }
}

fn compare(spec: &StreamSpec, held: &StreamConfig) -> anyhow::Result<()> {
    let declared = stream_config(spec);
    let same = held.subjects == declared.subjects
        && held.retention == declared.retention
        && held.discard == declared.discard
        && held.storage == declared.storage
        && held.max_message_size == declared.max_message_size
        && held.max_bytes == declared.max_bytes
        && held.max_messages_per_subject == declared.max_messages_per_subject
        && held.discard_new_per_subject == declared.discard_new_per_subject
        && held.max_age == declared.max_age
        && held.duplicate_window == declared.duplicate_window
        && held.deny_delete
        && held.deny_purge;
    ensure!(same, "the stream {} is not as declared", spec.name);
    Ok(())
}

/// Whether the server's consumer covers the declared one, never gives a message up, and takes it as consumed only when it is
/// acknowledged.
fn hears(spec: &ConsumerSpec, held: &Config) -> bool {
    let filters = if held.filter_subjects.is_empty() { vec![held.filter_subject.clone()] } else { held.filter_subjects.clone() };
    filters == spec.filters && held.max_deliver <= 0 && held.ack_policy == AckPolicy::Explicit
}

fn consumer_config(spec: &ConsumerSpec) -> pull::Config {
    pull::Config {
        durable_name: Some(spec.name.to_owned()),
        filter_subjects: spec.filters.iter().map(|f| (*f).to_owned()).collect(),
        ack_policy: AckPolicy::Explicit,
        ack_wait: ACK_WAIT,
        max_deliver: -1,
        max_ack_pending: OPEN_DELIVERIES,
        ..pull::Config::default()
    }
}

/// Whether the server answered with anything but a timeout.
fn is_answer(error: &anyhow::Error) -> bool {
    use async_nats::jetstream::{context::RequestErrorKind, stream::ConsumerErrorKind};
    let silent = |cause: &(dyn std::error::Error + 'static)| {
        cause.downcast_ref::<async_nats::jetstream::stream::ConsumerError>().is_some_and(|e| e.kind() == ConsumerErrorKind::TimedOut)
            || cause
                .downcast_ref::<async_nats::jetstream::context::RequestError>()
                .is_some_and(|e| matches!(e.kind(), RequestErrorKind::TimedOut))
    };
    !error.chain().any(silent)
}
