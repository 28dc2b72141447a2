//! Rules of the guard of the alarm: it must have rung by a time and it must answer, or people are notified that it does not [R3e,
//! THREAT-1].

use proto::id::ConcernId;
use time::{Duration, OffsetDateTime};

use super::concern::{Audience, Grade};

/// Interval of the rings sent in the place of a silent alarm.
pub const REPEAT: Duration = Duration::minutes(1);
/// Clock difference that is no fault: a time further ahead shows that this clock was set back.
pub const STEP: Duration = Duration::seconds(2);

/// Guarded concern, not known to be closed here, for one of its audiences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guarded {
    pub concern: ConcernId,
    pub audience: Audience,
    pub reference: String,
    pub grade: Grade,
    /// Latest time of the alarm's next ring, as stated by its newest ring.
    pub next_ring_by: Option<OffsetDateTime>,
    /// When it was last rung in the place of the alarm.
    pub alarmed_at: Option<OffsetDateTime>,
    /// This audience has accepted.
    pub accepted: bool,
}

/// State of the concern as the alarm answers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Rings,
    /// This audience has accepted.
    Settled,
    /// Unknown to the alarm.
    Vanished,
    Closed,
}

/// Action that follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Wait,
    /// It has been accepted: it rings no more, but stays guarded.
    Settle,
    /// It is closed: it is no longer guarded.
    Close,
    /// Its acceptance was lost: the alarm must ring again.
    Rearm,
    /// Restore it in the alarm.
    Restore,
    /// Its listeners are rung from here: the alarm has not rung again in time.
    Ring,
    /// Its listeners are rung from here: the alarm does not answer.
    RingUnanswered,
}

/// Action that follows from the alarm's answer, or from none, `grace` after it should have rung; `unanswered` where no answer came for too
/// long.
#[must_use]
pub fn verdict(guarded: &Guarded, standing: Option<Standing>, now: OffsetDateTime, grace: Duration, unanswered: bool) -> Verdict {
    let overdue = guarded.next_ring_by.is_some_and(|by| now > by + grace);
    match standing {
        Some(Standing::Closed) => Verdict::Close,
        Some(Standing::Vanished) => Verdict::Restore,
        Some(Standing::Settled) if guarded.accepted => Verdict::Wait,
        Some(Standing::Settled) => Verdict::Settle,
        Some(Standing::Rings) if guarded.accepted => Verdict::Rearm,
        None if guarded.accepted => Verdict::Wait,
        Some(Standing::Rings) | None if !may_repeat(guarded.alarmed_at, now) => Verdict::Wait,
        Some(Standing::Rings) | None if overdue => Verdict::Ring,
        None if unanswered => Verdict::RingUnanswered,
        Some(Standing::Rings) | None => Verdict::Wait,
    }
}

/// Whether it is time to ring once more in the place of the alarm. A last time in the future was set by a clock that has been set back
/// since.
#[must_use]
pub fn may_repeat(last: Option<OffsetDateTime>, now: OffsetDateTime) -> bool {
    last.is_none_or(|last| now >= last + REPEAT || last > now + STEP)
}

/// Whether the alarm has not answered for too long. An answer with a time in the future does not count.
#[must_use]
pub fn is_unanswered(since: OffsetDateTime, now: OffsetDateTime, patience: Duration) -> bool {
    now >= since + patience || since > now + STEP
}

/// Latest time of the next ring, on the clock of this service: no later than the ring has promised, and no later than the alarm's longest
/// interval between two rings, so that a clock of the alarm that is ahead or behind silences nothing.
#[must_use]
pub fn due(promised: OffsetDateTime, rung_at: Option<OffsetDateTime>, heard_at: OffsetDateTime) -> OffsetDateTime {
    let interval = rung_at.map(|rung_at| promised - rung_at).filter(|interval| interval.is_positive());
    let from_now = interval.map(|interval| heard_at + interval);
    match from_now {
        Some(from_now) if promised < heard_at || promised > from_now => from_now,
        _ => promised,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const GRACE: Duration = Duration::seconds(30);
    const DUE: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn guarded(next_ring_by: Option<OffsetDateTime>, alarmed_at: Option<OffsetDateTime>) -> Guarded {
        Guarded {
            concern: ConcernId::new(Uuid::from_u128(1)),
            audience: Audience::Nhq,
            reference: "RS-7KDM-Q4XP".into(),
            grade: Grade::Concern,
            next_ring_by,
            alarmed_at,
            accepted: false,
        }
    }

    fn accepted() -> Guarded {
        Guarded { accepted: true, ..guarded(Some(DUE), None) }
    }

    #[test]
    fn an_alarm_that_answers_nothing_or_only_says_that_it_rings_is_rung_for_once_it_is_overdue_and_every_minute_from_then() {
        let late = DUE + GRACE + Duration::SECOND;
        for standing in [None, Some(Standing::Rings)] {
            for (alarmed_at, now, expected) in [
                (None, DUE + GRACE, Verdict::Wait),
                (None, late, Verdict::Ring),
                (Some(late), late + REPEAT - Duration::SECOND, Verdict::Wait),
                (Some(late), late + REPEAT, Verdict::Ring),
            ] {
                assert_eq!(
                    verdict(&guarded(Some(DUE), alarmed_at), standing, now, GRACE, false),
                    expected,
                    "{standing:?} {alarmed_at:?} {now}"
                );
            }
            assert_eq!(verdict(&guarded(None, None), standing, late, GRACE, false), Verdict::Wait, "it never said when it would ring");
        }
    }

    #[test]
    fn what_the_alarm_has_forgotten_it_gets_back_and_what_is_settled_is_let_go_whatever_the_time() {
        for now in [DUE - GRACE, DUE + GRACE * 100] {
            for alarmed_at in [None, Some(DUE)] {
                let guarded = guarded(Some(DUE), alarmed_at);
                assert_eq!(verdict(&guarded, Some(Standing::Vanished), now, GRACE, false), Verdict::Restore);
                assert_eq!(verdict(&guarded, Some(Standing::Settled), now, GRACE, false), Verdict::Settle);
            }
        }
    }

    #[test]
    fn what_was_accepted_is_guarded_until_it_is_closed_and_comes_back_when_the_alarm_has_lost_it() {
        for now in [DUE - GRACE, DUE + GRACE * 100] {
            for (standing, expected) in [
                (Some(Standing::Vanished), Verdict::Restore),
                (Some(Standing::Rings), Verdict::Rearm),
                (Some(Standing::Settled), Verdict::Wait),
                (Some(Standing::Closed), Verdict::Close),
                (None, Verdict::Wait),
            ] {
                assert_eq!(verdict(&accepted(), standing, now, GRACE, true), expected, "{standing:?}");
            }
            assert_eq!(verdict(&guarded(Some(DUE), None), Some(Standing::Closed), now, GRACE, false), Verdict::Close);
        }
    }

    #[test]
    fn an_alarm_that_does_not_answer_is_rung_for_though_no_ring_is_due_and_every_minute_from_then() {
        for by in [None, Some(DUE)] {
            for (alarmed_at, now, expected) in [
                (None, DUE, Verdict::RingUnanswered),
                (Some(DUE), DUE + REPEAT - Duration::SECOND, Verdict::Wait),
                (Some(DUE - REPEAT), DUE, Verdict::RingUnanswered),
            ] {
                let guarded = guarded(by.map(|by| by + Duration::DAY), alarmed_at);
                assert_eq!(verdict(&guarded, None, now, GRACE, true), expected, "{alarmed_at:?}");
                assert_eq!(verdict(&guarded, Some(Standing::Rings), now, GRACE, true), Verdict::Wait, "it has just answered");
            }
        }
        assert!(!is_unanswered(DUE, DUE + GRACE - Duration::SECOND, GRACE) && is_unanswered(DUE, DUE + GRACE, GRACE));
    }

    #[test]
    fn a_clock_that_steps_back_an_hour_or_a_day_silences_nothing() {
        for step in [Duration::HOUR, Duration::DAY] {
            let now = DUE - step;
            assert!(may_repeat(Some(DUE), now), "a last time that has not come yet holds nothing back");
            assert!(is_unanswered(DUE, now, GRACE), "nor does an answer that has not come yet");
        }
    }

    #[test]
    fn the_next_ring_is_due_by_its_promise_and_never_later_than_the_alarm_takes_from_one_ring_to_the_next() {
        let (interval, heard_at) = (Duration::minutes(2), DUE);
        let rung = |rung_at: OffsetDateTime| due(rung_at + interval, Some(rung_at), heard_at);
        assert_eq!(rung(DUE), DUE + interval);
        assert_eq!(rung(DUE - Duration::MINUTE), DUE + Duration::MINUTE, "it took a minute to come");
        for away in [Duration::HOUR, Duration::DAY, Duration::days(-1)] {
            assert_eq!(rung(DUE + away), DUE + interval, "the clock of the alarm is {away} away");
        }
        assert_eq!(due(DUE + Duration::HOUR, None, heard_at), DUE + Duration::HOUR, "a version that does not say when it rang");
        assert_eq!(due(DUE + Duration::HOUR, Some(DUE + Duration::DAY), heard_at), DUE + Duration::HOUR);
    }
}
