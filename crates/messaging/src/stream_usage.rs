//! Check of how full the streams of the bus are, by every service: an operator is warned long before one refuses a message.

use std::time::Duration;

use async_nats::jetstream::stream::{DiscardPolicy, State};
use base::tasks::{Failed, Next, Work};
use futures::TryStreamExt;
use opentelemetry::{KeyValue, global};

use crate::endpoint::Endpoint;

const CHECK_INTERVAL: Duration = Duration::from_secs(10);
/// Warning level, in hundredths of the limit of a stream or of one of its subjects; repeated with every further tenth.
const WARN_FROM: u64 = 50;
const WARN_STEP: u64 = 10;

impl Endpoint {
    /// Checks these streams until the process stops.
    pub fn watch_stream_usage<const N: usize>(&self, streams: [&'static str; N]) {
        let usage = StreamUsage { endpoint: self.clone(), streams: streams.to_vec() };
        self.tasks.every("bus-room", CHECK_INTERVAL, None, usage);
    }
}

/// Periodic work that measures the streams. While the bus is away there is nothing to measure; that has a health of its own.
struct StreamUsage {
    endpoint: Endpoint,
    streams: Vec<&'static str>,
}

impl Work for StreamUsage {
    async fn run(&mut self) -> Result<Next, Failed> {
        let meter = global::meter("messaging");
        let used = meter.u64_gauge("bus.room_used");
        let used = used.with_description("Hundredths of what a stream of the bus may hold that are taken").build();
        let mut fault = None;
        for stream in &self.streams {
            if !self.endpoint.bus.is_connected() {
                continue;
            }
            match usage_of(&self.endpoint, stream).await {
                Ok(taken) => {
                    used.record(taken.most(), &[KeyValue::new("stream", *stream)]);
                    self.endpoint.bus.bus_health.full(stream, taken.told());
                }
                Err(error) => fault = Some(error.context(format!("the stream {stream} cannot be measured"))),
            }
        }
        fault.map_or(Ok(Next::Later), |error| Err(error.into()))
    }
}

/// Usage of a stream, in hundredths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub whole: u64,
    /// Fullest subject, where each has a limit of its own.
    pub lane: Option<(String, u64)>,
}

impl Taken {
    fn most(&self) -> u64 {
        self.whole.max(self.lane.as_ref().map_or(0, |(_, taken)| *taken))
    }

    /// Warning for an operator, in steps, so that it is not repeated with every message.
    fn told(&self) -> Option<String> {
        let step = |taken: u64| taken / WARN_STEP * WARN_STEP;
        let whole = (self.whole >= WARN_FROM).then(|| format!("{} % and more of the stream", step(self.whole)));
        let lane = self.lane.as_ref().filter(|(_, taken)| *taken >= WARN_FROM);
        let lane = lane.map(|(subject, taken)| format!("{} % and more of {subject}", step(*taken)));
        let told: Vec<String> = whole.into_iter().chain(lane).collect();
        (!told.is_empty()).then(|| told.join(", "))
    }
}

async fn usage_of(endpoint: &Endpoint, name: &str) -> anyhow::Result<Taken> {
    let stream = endpoint.bus.jetstream.get_stream(name).await?;
    let info = stream.cached_info();
    let (config, state) = (&info.config, &info.state);
    // A stream that drops its oldest messages refuses nothing.
    if config.discard == DiscardPolicy::Old {
        return Ok(Taken { whole: 0, lane: None });
    }
    let mut lane: Option<(String, u64)> = None;
    if config.max_messages_per_subject > 0 {
        let mut subjects = stream.info_with_subjects(">").await?;
        while let Some((subject, waiting)) = subjects.try_next().await? {
            let taken = hundredths(waiting as u64, config.max_messages_per_subject);
            if lane.as_ref().is_none_or(|(_, most)| *most < taken) {
                lane = Some((subject, taken));
            }
        }
    }
    Ok(Taken { whole: whole(state, config.max_bytes), lane })
}

fn whole(state: &State, limit: i64) -> u64 {
    hundredths(state.bytes, limit)
}

fn hundredths(taken: u64, limit: i64) -> u64 {
    u64::try_from(limit).ok().filter(|limit| *limit > 0).map_or(0, |limit| taken.saturating_mul(100) / limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_told_of_from_half_full_on_and_again_with_every_tenth() {
        let told = |whole, lane: u64| Taken { whole, lane: Some(("a.b".into(), lane)) }.told();
        assert_eq!(told(49, 49), None);
        assert_eq!(told(50, 0), told(59, 0));
        assert_ne!(told(50, 0), told(60, 0));
        assert_eq!(told(0, 100).as_deref(), Some("100 % and more of a.b"));
        assert_eq!(told(70, 50).as_deref(), Some("70 % and more of the stream, 50 % and more of a.b"));
    }

    #[test]
    fn without_a_limit_nothing_is_ever_full() {
        assert_eq!([hundredths(5, -1), hundredths(5, 0), hundredths(5, 10), hundredths(u64::MAX, 1)], [0, 0, 50, u64::MAX]);
    }
}
