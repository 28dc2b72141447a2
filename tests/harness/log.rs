//! Capture of log lines, for tests that check what a piece of work logs.

use std::{
    fmt::{Debug, Write as _},
    future::Future,
    sync::{Arc, Mutex, PoisonError},
};

use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
    instrument::WithSubscriber,
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
};

/// The lines that were logged, each as `LEVEL message field=value…`.
#[derive(Clone, Default)]
pub struct Heard(Arc<Mutex<Vec<String>>>);

impl Heard {
    /// All lines logged so far at this level.
    #[must_use]
    pub fn at(&self, level: Level) -> Vec<String> {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().filter(|line| line.starts_with(level.as_str())).cloned().collect()
    }

    /// Runs work and captures its log.
    pub async fn within<T>(&self, work: impl Future<Output = T>) -> T {
        work.with_subscriber(tracing_subscriber::registry().with(self.clone())).await
    }
}

impl<S: Subscriber> Layer<S> for Heard {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut line = Line(event.metadata().level().as_str().to_owned());
        event.record(&mut line);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(line.0);
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let name = if field.name() == "message" { String::new() } else { format!("{}=", field.name()) };
        // Writing to a string does not fail.
        let _ = write!(self.0, " {name}{value:?}");
    }
}
