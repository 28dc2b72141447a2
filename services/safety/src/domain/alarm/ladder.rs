//! Ladder: when an audience is rung again, and how far up. It has no last step [R3e].
//!
//! The times are examples until CSC sets them: they are configuration, checked so that no ladder can be silent.

use std::{str::FromStr, time::Duration};

use strum::EnumString;

/// Reach of a ring within an office; each includes the ones before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, EnumString)]
#[strum(serialize_all = "kebab-case")]
pub enum Reach {
    Holder,
    Deputy,
    /// Also the regional duty officer and the National Monitoring Centre.
    Everyone,
}

/// One rung of a ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rung {
    /// Time since the ladder began.
    pub after: Duration,
    pub reach: Reach,
}

/// Rungs, then the last one repeated without end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ladder {
    rungs: Vec<Rung>,
    every: Duration,
}

/// Reason a ladder is refused: it could be silent [TRAP-2].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsafe {
    #[error("write a ladder as 0s:holder,2m:deputy,10m:everyone,every 5m")]
    Malformed,
    #[error("the first ring must come at 0s")]
    FirstRingIsLate,
    #[error("each rung must come after the one before and reach at least as far")]
    OutOfOrder,
    #[error("the last rung must reach everyone")]
    NeverReachesEveryone,
    #[error("the last rung must come within 24h and be repeated at least every 24h and at most every second")]
    TooSlow,
}

impl Ladder {
    /// Ladder that cannot be silent.
    ///
    /// # Errors
    /// What makes it unsafe.
    pub fn new(rungs: Vec<Rung>, every: Duration) -> Result<Self, Unsafe> {
        let day = Duration::from_secs(24 * 3_600);
        let (first, last) = (rungs.first().ok_or(Unsafe::Malformed)?, rungs.last().ok_or(Unsafe::Malformed)?);
        if !first.after.is_zero() {
            return Err(Unsafe::FirstRingIsLate);
        }
        if rungs.iter().zip(rungs.iter().skip(1)).any(|(a, b)| b.after <= a.after || b.reach < a.reach) {
            return Err(Unsafe::OutOfOrder);
        }
        if last.reach != Reach::Everyone {
            return Err(Unsafe::NeverReachesEveryone);
        }
        if last.after > day || every > day || every < Duration::from_secs(1) {
            return Err(Unsafe::TooSlow);
        }
        Ok(Self { rungs, every })
    }

    /// When a step is due, from the start of the ladder.
    #[must_use]
    pub fn due(&self, step: u32) -> Duration {
        let last = u32::try_from(self.rungs.len().saturating_sub(1)).unwrap_or(u32::MAX);
        match self.rungs.get(step as usize) {
            Some(rung) => rung.after,
            None => self.rungs.last().map_or(Duration::ZERO, |r| r.after) + self.every.saturating_mul(step - last),
        }
    }

    /// Last step that is due after `elapsed`: what should have been reached, whatever was missed.
    #[must_use]
    pub fn step_at(&self, elapsed: Duration) -> u32 {
        let climbed = self.rungs.iter().take_while(|r| r.after <= elapsed).count();
        let Some(last) = self.rungs.last().filter(|_| climbed == self.rungs.len()) else {
            return u32::try_from(climbed.saturating_sub(1)).unwrap_or(u32::MAX);
        };
        let repeats = (elapsed - last.after).as_millis() / self.every.as_millis().max(1);
        u32::try_from(climbed as u128 - 1 + repeats).unwrap_or(u32::MAX)
    }

    /// Longest time between two rings of this ladder.
    #[must_use]
    pub fn interval(&self) -> Duration {
        let between = self.rungs.iter().zip(self.rungs.iter().skip(1)).map(|(a, b)| b.after.saturating_sub(a.after));
        between.max().map_or(self.every, |longest| longest.max(self.every))
    }

    /// Rung of a step: steps beyond the last rung stay on it.
    #[must_use]
    pub fn level(&self, step: u32) -> u32 {
        step.min(u32::try_from(self.rungs.len().saturating_sub(1)).unwrap_or(u32::MAX))
    }

    /// Reach of a step.
    #[must_use]
    pub fn reach(&self, step: u32) -> Reach {
        self.rungs.get(self.level(step) as usize).map_or(Reach::Everyone, |r| r.reach)
    }
}

impl FromStr for Ladder {
    type Err = Unsafe;

    /// `0s:holder,2m:holder,5m:deputy,10m:everyone,every 5m`
    fn from_str(text: &str) -> Result<Self, Unsafe> {
        let mut rungs = Vec::new();
        let mut every = None;
        for part in text.split(',').map(str::trim) {
            if every.is_some() {
                return Err(Unsafe::Malformed);
            }
            if let Some(interval) = part.strip_prefix("every ") {
                every = Some(duration(interval)?);
                continue;
            }
            let (after, reach) = part.split_once(':').ok_or(Unsafe::Malformed)?;
            let reach = reach.parse().map_err(|_| Unsafe::Malformed)?;
            rungs.push(Rung { after: duration(after)?, reach });
        }
        Self::new(rungs, every.ok_or(Unsafe::Malformed)?)
    }
}

fn duration(text: &str) -> Result<Duration, Unsafe> {
    let unit = text.chars().last().ok_or(Unsafe::Malformed)?;
    let number: u64 = text.trim_end_matches(unit).parse().map_err(|_| Unsafe::Malformed)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        _ => return Err(Unsafe::Malformed),
    };
    number.checked_mul(seconds).map(Duration::from_secs).ok_or(Unsafe::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn example() -> Ladder {
        "0s:holder,2m:holder,5m:deputy,10m:everyone,every 5m".parse().unwrap()
    }

    #[test]
    fn the_ladder_climbs_to_everyone_and_then_rings_for_ever() {
        let ladder = example();
        let due: Vec<u64> = (0..7).map(|s| ladder.due(s).as_secs() / 60).collect();
        assert_eq!(due, [0, 2, 5, 10, 15, 20, 25]);
        assert_eq!(
            (0..6).map(|s| ladder.reach(s)).collect::<Vec<_>>(),
            [Reach::Holder, Reach::Holder, Reach::Deputy, Reach::Everyone, Reach::Everyone, Reach::Everyone]
        );
        assert_eq!(ladder.due(1_000_000), MINUTE * (10 + 5 * 999_997));
    }

    #[test]
    fn after_any_downtime_the_step_reached_is_the_one_that_time_demands() {
        let ladder = example();
        for second in 0..7_200 {
            let step = ladder.step_at(Duration::from_secs(second));
            assert!(ladder.due(step) <= Duration::from_secs(second), "second {second}");
            assert!(ladder.due(step + 1) > Duration::from_secs(second), "second {second}");
        }
    }

    #[test]
    fn the_interval_of_a_ladder_is_its_longest_silence() {
        assert_eq!(example().interval(), MINUTE * 5);
        let slow: Ladder = "0s:holder,4h:everyone,every 5m".parse().unwrap();
        assert_eq!(slow.interval(), MINUTE * 240);
        assert_eq!("0s:everyone,every 24h".parse::<Ladder>().unwrap().interval(), MINUTE * 1_440);
    }

    #[test]
    fn a_ladder_that_could_be_silent_is_refused() {
        for (text, why) in [
            ("", Unsafe::Malformed),
            ("0s:holder", Unsafe::Malformed),
            ("0s:nobody,every 5m", Unsafe::Malformed),
            ("every 5m", Unsafe::Malformed),
            ("0s:everyone,every 5m,9m:everyone", Unsafe::Malformed),
            ("0s:everyone,every 5d", Unsafe::Malformed),
            ("0s:everyone,every 99999999999999999999s", Unsafe::Malformed),
            ("10s:everyone,every 5m", Unsafe::FirstRingIsLate),
            ("0s:holder,2m:everyone,1m:everyone,every 5m", Unsafe::OutOfOrder),
            ("0s:everyone,2m:holder,every 5m", Unsafe::OutOfOrder),
            ("0s:holder,2m:deputy,every 5m", Unsafe::NeverReachesEveryone),
            ("0s:holder,25h:everyone,every 5m", Unsafe::TooSlow),
            ("0s:everyone,every 25h", Unsafe::TooSlow),
            ("0s:everyone,every 0s", Unsafe::TooSlow),
        ] {
            assert_eq!(text.parse::<Ladder>(), Err(why), "{text}");
        }
    }
}
