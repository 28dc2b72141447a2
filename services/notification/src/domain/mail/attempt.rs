//! Attempts to send a mail: what is tried again, when, and what is given up [R3e].

use time::{Duration, OffsetDateTime};

use crate::domain::{
    concern::Grade,
    delivery::{Reason, State, Verdict},
};

/// Result of one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Sent,
    /// The mail system did not take it; it may later.
    NotTaken(Reason),
    /// A rule forbids it.
    Forbidden(Reason),
    /// It can never be sent as it is.
    Hopeless(Reason),
}

/// Attempts after which notices other than rings are given up.
pub const MAX_ATTEMPTS: i32 = 12;

/// State after the `attempts`-th attempt. A ring (a delivery with a grade) is never given up because a mail system is down.
#[must_use]
pub fn after(outcome: Outcome, attempts: i32, grade: Option<Grade>, now: OffsetDateTime) -> Verdict {
    let ended = |state, reason| Verdict { state, reason, again_at: None };
    match outcome {
        Outcome::Sent => ended(State::Delivered, None),
        Outcome::Forbidden(reason) => ended(State::Withheld, Some(reason)),
        Outcome::Hopeless(reason) => ended(State::Failed, Some(reason)),
        Outcome::NotTaken(reason) if grade.is_none() && attempts >= MAX_ATTEMPTS => ended(State::Failed, Some(reason)),
        Outcome::NotTaken(reason) => Verdict { state: State::Retrying, reason: Some(reason), again_at: Some(now + pause(attempts)) },
    }
}

/// Longest pause before a mail is tried again: one due later than that was postponed by a clock that has been set back since.
pub const LONGEST_PAUSE: Duration = pause(i32::MAX);
/// The same for a mail that was tried this often or less.
pub const SHORT_PAUSES: [(i32, Duration); 2] = [(2, pause(2)), (3, pause(3))];

const fn pause(attempts: i32) -> Duration {
    match attempts {
        ..=1 => Duration::seconds(10),
        2 => Duration::minutes(1),
        3 => Duration::minutes(5),
        4.. => Duration::minutes(15),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;
    const DOWN: Outcome = Outcome::NotTaken(Reason::SmtpUnreachable);

    #[test]
    fn a_ring_is_tried_after_10_seconds_1_minute_5_minutes_and_then_every_15_minutes_for_ever() {
        let pauses = [1, 2, 3, 4, 12, 13, 10_000].map(|attempts| {
            let verdict = after(DOWN, attempts, Some(Grade::Question), NOW);
            assert_eq!((verdict.state, verdict.reason), (State::Retrying, Some(Reason::SmtpUnreachable)));
            (verdict.again_at.unwrap() - NOW).whole_seconds()
        });
        assert_eq!(pauses, [10, 60, 300, 900, 900, 900, 900]);
    }

    #[test]
    fn any_other_notice_is_given_up_after_the_twelfth_attempt() {
        assert_eq!(after(DOWN, 11, None, NOW).state, State::Retrying);
        let last = after(DOWN, 12, None, NOW);
        assert_eq!((last.state, last.again_at), (State::Failed, None));
    }

    #[test]
    fn what_is_sent_forbidden_or_hopeless_is_never_tried_again_not_even_a_ring() {
        for (outcome, state, reason) in [
            (Outcome::Sent, State::Delivered, None),
            (Outcome::Forbidden(Reason::DoNotContact), State::Withheld, Some(Reason::DoNotContact)),
            (Outcome::Hopeless(Reason::AddressMalformed), State::Failed, Some(Reason::AddressMalformed)),
        ] {
            for grade in [None, Some(Grade::Imminent)] {
                assert_eq!(after(outcome, 1, grade, NOW), Verdict { state, reason, again_at: None });
            }
        }
    }
}
