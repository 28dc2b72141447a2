//! Faults of the clocks that the alarm counts by: a step, or a difference between two of them. A step silences nobody, and is reported to a
//! person.

use std::time::Duration;

use time::OffsetDateTime;

/// Smallest step that is more than an ordinary adjustment.
const STEP: time::Duration = time::Duration::seconds(1);
/// Largest difference between the clock of this machine and that of the database.
const APART: time::Duration = time::Duration::seconds(2);

/// Three clocks, read at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Clock that deadlines are counted by.
    pub wall: OffsetDateTime,
    pub database: OffsetDateTime,
    /// Monotonic time since some start.
    pub monotonic: Duration,
}

/// Fault of the clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The clock went back by this much.
    SteppedBack(time::Duration),
    SteppedForward(time::Duration),
    /// The two clocks differ by this much.
    Apart(time::Duration),
}

/// Faults since the reading before.
#[must_use]
pub fn faults(before: &Reading, now: &Reading) -> Vec<Fault> {
    let passed = time::Duration::try_from(now.monotonic.saturating_sub(before.monotonic)).unwrap_or(time::Duration::MAX);
    let step = |from: OffsetDateTime, to: OffsetDateTime| (to - from).saturating_sub(passed);
    let steps = [step(before.wall, now.wall), step(before.database, now.database)];
    let back = steps.into_iter().filter(|step| *step < -STEP).min().map(|step| Fault::SteppedBack(step.abs()));
    let forward = steps.into_iter().filter(|step| *step > STEP).max().map(Fault::SteppedForward);
    let parted = |reading: &Reading| (reading.wall - reading.database).abs();
    // Reported when it begins, and once for each step after.
    let apart =
        (parted(now) > APART && (parted(before) <= APART || back.is_some() || forward.is_some())).then(|| Fault::Apart(parted(now)));
    [back, forward, apart].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use time::{Duration as Span, macros::datetime};

    use super::*;

    const START: OffsetDateTime = datetime!(2026-11-22 13:00 UTC);

    fn reading(wall: Span, database: Span, monotonic: u64) -> Reading {
        Reading { wall: START + wall, database: START + database, monotonic: Duration::from_secs(monotonic) }
    }

    #[test]
    fn clocks_that_keep_time_are_told_of_by_nobody_and_every_step_of_either_is() {
        let before = reading(Span::ZERO, Span::ZERO, 100);
        for (wall, database, told) in [
            (10, 10, vec![]),
            (9, 11, vec![]),
            (-3_590, -3_590, vec![Fault::SteppedBack(Span::HOUR)]),
            (-86_390, 10, vec![Fault::SteppedBack(Span::DAY), Fault::Apart(Span::seconds(86_400))]),
            (10, -3_590, vec![Fault::SteppedBack(Span::HOUR), Fault::Apart(Span::HOUR)]),
            (3_610, 3_610, vec![Fault::SteppedForward(Span::HOUR)]),
            (13, 10, vec![Fault::SteppedForward(Span::seconds(3)), Fault::Apart(Span::seconds(3))]),
        ] {
            let now = reading(Span::seconds(wall), Span::seconds(database), 110);
            assert_eq!(faults(&before, &now), told, "{wall} {database}");
        }
    }

    #[test]
    fn clocks_that_part_slowly_are_told_of_once() {
        let (near, far) = (reading(Span::seconds(2), Span::ZERO, 0), reading(Span::milliseconds(2_600), Span::ZERO, 0));
        assert_eq!(faults(&near, &far), [Fault::Apart(Span::milliseconds(2_600))]);
        assert_eq!(faults(&far, &far), []);
    }
}
