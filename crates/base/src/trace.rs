//! One trace across gRPC and NATS: reads and writes the W3C trace context.

use opentelemetry::{
    Context,
    propagation::{Extractor, Injector, TextMapPropagator},
};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

const HEADER: &str = "traceparent";

struct One(Option<String>);

impl Extractor for One {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.as_deref().filter(|_| key == HEADER)
    }

    fn keys(&self) -> Vec<&str> {
        vec![HEADER]
    }
}

impl Injector for One {
    fn set(&mut self, key: &str, value: String) {
        if key == HEADER {
            self.0 = Some(value);
        }
    }
}

/// The `traceparent` of the span we are in, when traces are on.
#[must_use]
pub fn current() -> Option<String> {
    of(&Span::current())
}

/// The `traceparent` of a span, when traces are on.
#[must_use]
pub fn of(span: &Span) -> Option<String> {
    let mut carrier = One(None);
    TraceContextPropagator::new().inject_context(&span.context(), &mut carrier);
    carrier.0
}

/// Makes `span` a child of the caller's span. Call before entering it.
pub fn adopt(span: &Span, traceparent: Option<&str>) {
    let Some(text) = traceparent.filter(|t| t.len() == 55) else { return };
    let context: Context = TraceContextPropagator::new().extract(&One(Some(text.to_owned())));
    // Fails only where the span was entered before; then the trace starts anew here.
    let _ = span.set_parent(context);
}
