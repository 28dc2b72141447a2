//! Delivery: its states, what is tried again, when, and what is given up [R3e].

use strum::{EnumString, IntoStaticStr};
use time::{Duration, OffsetDateTime};

use super::ring::Grade;

/// Channel of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Channel {
    Inbox,
    Email,
}

impl Channel {
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }

    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        code.parse().ok()
    }
}

/// State of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum State {
    Pending,
    Delivered,
    Retrying,
    /// A rule forbade it before a byte was sent.
    Withheld,
    /// Given up; a person must act.
    Failed,
}

impl State {
    pub const ALL: [Self; 5] = [Self::Pending, Self::Delivered, Self::Retrying, Self::Withheld, Self::Failed];

    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }

    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        code.parse().ok()
    }
}

/// Reason a delivery was not made, as a stable code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Reason {
    /// Its audience accepted the concern before the mail was sent.
    Accepted,
    AddressMalformed,
    AddressMissing,
    ClassForbidsEmail,
    DoNotContact,
    EmailNotConfigured,
    SmtpRefused,
    SmtpTimeout,
    SmtpUnreachable,
}

impl Reason {
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }
}

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

/// State of a delivery after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    pub state: State,
    pub reason: Option<Reason>,
    /// When it is tried again; `None`: it has ended.
    pub again_at: Option<OffsetDateTime>,
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

/// Lanes of mails that never wait for one another: an imminent risk overtakes everything, and a ring overtakes a notice [R3e].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    Imminent,
    Ring,
    Notice,
}

impl Lane {
    /// Mails of one lane sent at the same time.
    pub const MAX_AT_ONCE: usize = 5;
    pub const ALL: [Self; 3] = [Self::Imminent, Self::Ring, Self::Notice];

    /// Lane of a mail of this grade.
    #[must_use]
    pub const fn of(grade: Option<Grade>) -> Self {
        match grade {
            Some(Grade::Imminent) => Self::Imminent,
            Some(Grade::Concern | Grade::Question) => Self::Ring,
            None => Self::Notice,
        }
    }

    /// Grades in this lane, by their codes; a notice has none.
    #[must_use]
    pub const fn urgencies(self) -> &'static [&'static str] {
        match self {
            Self::Imminent => const { &[Grade::Imminent.code()] },
            Self::Ring => const { &[Grade::Concern.code(), Grade::Question.code()] },
            Self::Notice => &[],
        }
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

    #[test]
    fn every_urgency_runs_in_the_lane_that_is_woken_for_it() {
        for grade in Grade::ALL {
            assert!(Lane::of(Some(grade)).urgencies().contains(&grade.code()), "{grade:?}");
        }
        assert!(Lane::of(None).urgencies().is_empty());
    }

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
    fn every_mail_has_a_lane_and_no_ring_has_that_of_the_notices() {
        for grade in Grade::ALL {
            assert_eq!(Lane::ALL.iter().filter(|lane| lane.urgencies().contains(&grade.code())).count(), 1, "{grade:?}");
        }
        assert_eq!((Lane::Imminent.urgencies(), Lane::Notice.urgencies().len()), (&["imminent"][..], 0));
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
