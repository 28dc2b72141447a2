//! Logs as JSON lines on standard output; traces and metrics by OTLP when an endpoint is set.

use std::{panic, time::Duration};

use base::printable;
use opentelemetry::{global, trace::TracerProvider as _};
use opentelemetry_otlp::{MetricExporter, SpanExporter, WithExportConfig};
use opentelemetry_sdk::{Resource, metrics::SdkMeterProvider, trace::SdkTracerProvider};
use tracing::{Level, Metadata};
use tracing_subscriber::{EnvFilter, Layer, filter::FilterFn, layer::SubscriberExt, util::SubscriberInitExt};

const FLUSH_DEADLINE: Duration = Duration::from_secs(2);

/// Exporters, kept until [`Telemetry::shutdown`].
#[derive(Debug, Default)]
pub struct Telemetry {
    traces: Option<SdkTracerProvider>,
    metrics: Option<SdkMeterProvider>,
}

impl Telemetry {
    /// Starts logging, and exporting where `endpoint` is set. A collector that does not answer never blocks the service. Must be called
    /// inside the runtime.
    ///
    /// # Errors
    /// The filter or the endpoint cannot be parsed.
    pub fn start(name: &'static str, filter: &str, endpoint: Option<&str>) -> anyhow::Result<Self> {
        let resource = Resource::builder().with_service_name(name).build();
        let mut telemetry = Self::default();
        // A variable that is set and empty means none.
        if let Some(endpoint) = endpoint.filter(|endpoint| !endpoint.is_empty()) {
            let spans = SpanExporter::builder().with_tonic().with_endpoint(endpoint).with_timeout(FLUSH_DEADLINE).build()?;
            telemetry.traces = Some(SdkTracerProvider::builder().with_resource(resource.clone()).with_batch_exporter(spans).build());
            let metrics = MetricExporter::builder().with_tonic().with_endpoint(endpoint).with_timeout(FLUSH_DEADLINE).build()?;
            let provider = SdkMeterProvider::builder().with_resource(resource).with_periodic_exporter(metrics).build();
            global::set_meter_provider(provider.clone());
            telemetry.metrics = Some(provider);
        }
        let export = telemetry
            .traces
            .as_ref()
            .map(|provider| tracing_opentelemetry::layer().with_tracer(provider.tracer(name)).with_filter(FilterFn::new(speaks(name))));
        let lines = tracing_subscriber::fmt::layer().json().flatten_event(true).with_target(true);
        // A person who reads the log at a terminal sees the text, and the terminal executes none of it.
        let lines = lines.with_writer(|| printable::Lines(std::io::stdout())).with_filter(FilterFn::new(speaks(name)));
        tracing_subscriber::registry().with(EnvFilter::try_new(filter)?).with(export).with(lines).try_init()?;
        panic::set_hook(Box::new(|info| {
            // The payload is left out: it may repeat a value.
            let place = info.location().map(ToString::to_string).unwrap_or_default();
            tracing::error!(panic.location = place, "a task panicked");
        }));
        Ok(telemetry)
    }

    /// Sends what is buffered, within a deadline.
    pub async fn shutdown(self) {
        let flush = tokio::task::spawn_blocking(move || {
            if let Some(traces) = self.traces {
                let _ = traces.shutdown_with_timeout(FLUSH_DEADLINE);
            }
            if let Some(metrics) = self.metrics {
                let _ = metrics.shutdown();
            }
        });
        let _ = tokio::time::timeout(FLUSH_DEADLINE * 2, flush).await;
    }
}

/// The crates of a process whose events are as safe to log as its own.
const CRATES: [&str; 7] = ["audit_log", "auth", "base", "destruction", "messaging", "server", "vault"];

/// Filter of what may be logged and exported: our own events, and of other crates warnings and errors. Their finer lines print frames,
/// headers and statements as they are, so no filter setting lets them out.
fn speaks(name: &'static str) -> impl Fn(&Metadata<'_>) -> bool {
    let own = name.replace('-', "_");
    move |meta| {
        let root = meta.target().split("::").next().unwrap_or_default();
        *meta.level() <= Level::WARN || CRATES.contains(&root) || root == own
    }
}
