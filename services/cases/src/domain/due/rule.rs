//! Rules of due things, one for each kind: when something without a stated time is due, and when it is told. Pure, by the days that are set.

use time::{Duration, OffsetDateTime};

use super::Kind;

/// Days that CSC sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// After a person was added, to their first assessment.
    pub first_assessment: u16,
    /// Between two reviews of the RJ Unit on its own schedule.
    pub schedule: u16,
    /// After a review opened, to its finding.
    pub review: u16,
    /// After a finding, to the signature of a supervisor.
    pub sign_off: u16,
    /// Before a time, to the first warning.
    pub warning: u16,
    /// After a time, to each alarm, until it is done.
    pub alarm: u16,
    /// After a request for information, to its answer.
    pub request: u16,
    /// After the answer was due, to each further step up.
    pub climb: u16,
    /// For which the mediator reads an answer at most.
    pub answer: u16,
}

impl Days {
    /// Examples until CSC sets its own.
    pub const EXAMPLE: Self =
        Self { first_assessment: 30, schedule: 90, review: 14, sign_off: 14, warning: 7, alarm: 7, request: 10, climb: 5, answer: 30 };
}

/// Days before the end of an engagement or a training at which it is told, the longest first [D-mediator].
pub const BEFORE_THE_END: [u16; 2] = [60, 30];

/// The rule of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Days after it began to wait at which it is due, where no time is stated.
    pub within: u16,
    /// Days before it is due at which it is told.
    pub before: Vec<u16>,
    /// Whether it is told when it is due.
    pub when_due: bool,
    /// Days after it was due at which it is told again, and so on until it is done.
    pub again: Option<u16>,
}

impl Rule {
    /// The rule of a kind, by the days that are set.
    #[must_use]
    pub fn of(kind: Kind, days: Days) -> Self {
        let told = |within, before: &[u16], again| Self { within, before: before.to_vec(), when_due: true, again };
        match kind {
            Kind::Assessment => told(days.first_assessment, &[days.warning], Some(days.alarm)),
            Kind::Consent | Kind::Condition => told(0, &[days.warning], None),
            Kind::FollowUp => told(0, &[days.warning], Some(days.alarm)),
            Kind::Schedule => told(days.schedule, &[], None),
            // The first word is that it opened.
            Kind::Review => told(days.review, &[days.review], Some(days.alarm)),
            Kind::SignOff => told(days.sign_off, &[], Some(days.alarm)),
            // Each time that it is told it climbs one step.
            Kind::Request => told(days.request, &[], Some(days.climb)),
            Kind::Engagement | Kind::Training => Self { within: 0, before: BEFORE_THE_END.to_vec(), when_due: false, again: None },
        }
    }

    /// The rule as text: another one plans anew.
    #[must_use]
    pub fn code(&self) -> String {
        let before: Vec<String> = self.before.iter().map(ToString::to_string).collect();
        format!("{}|{}|{}|{}", self.within, before.join(","), u8::from(self.when_due), self.again.unwrap_or_default())
    }

    /// When it is due.
    #[must_use]
    pub fn due_at(&self, since: OffsetDateTime, stated: Option<OffsetDateTime>) -> OffsetDateTime {
        stated.unwrap_or_else(|| later(since, i64::from(self.within)))
    }

    /// When it is told next, after it was told last at a moment, or never. Of several times that have passed at once one is told.
    #[must_use]
    pub fn next(&self, due_at: OffsetDateTime, told: Option<OffsetDateTime>) -> Option<OffsetDateTime> {
        let before = self.before.iter().map(|days| later(due_at, -i64::from(*days)));
        let single = before.chain(self.when_due.then_some(due_at));
        let is_ahead = |moment: &OffsetDateTime| told.is_none_or(|told| *moment > told);
        single.filter(is_ahead).min().or_else(|| self.alarm(due_at, told))
    }

    fn alarm(&self, due_at: OffsetDateTime, told: Option<OffsetDateTime>) -> Option<OffsetDateTime> {
        let (days, told) = (i64::from(self.again.filter(|days| *days > 0)?), told?);
        let passed = (told - due_at).whole_days().max(0) / days;
        Some(later(due_at, passed.saturating_add(1).saturating_mul(days)))
    }
}

fn later(from: OffsetDateTime, days: i64) -> OffsetDateTime {
    let edge = if days < 0 { OffsetDateTime::UNIX_EPOCH } else { from };
    from.checked_add(Duration::days(days)).unwrap_or(edge)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const DUE: OffsetDateTime = datetime!(2026-06-01 0:00 UTC);
    const DAY: Duration = Duration::DAY;

    fn every_time_told(rule: &Rule, mut now: OffsetDateTime, until: OffsetDateTime) -> Vec<i64> {
        let (mut told, mut times) = (None, Vec::new());
        while now <= until {
            if rule.next(DUE, told).is_some_and(|next| next <= now) {
                told = Some(now);
                times.push((now - DUE).whole_days());
            }
            now += DAY;
        }
        times
    }

    // [R3a] [RM1a] [D-mediator]
    #[test]
    fn each_kind_is_told_at_its_times_and_what_waits_for_somebody_is_told_again_until_it_is_done() {
        let expected: &[(Kind, u16, &[i64])] = &[
            (Kind::Assessment, 30, &[-7, 0, 7, 14, 21]),
            (Kind::Consent, 0, &[-7, 0]),
            (Kind::Condition, 0, &[-7, 0]),
            (Kind::FollowUp, 0, &[-7, 0, 7, 14, 21]),
            (Kind::Schedule, 90, &[0]),
            (Kind::Review, 14, &[-14, 0, 7, 14, 21]),
            (Kind::SignOff, 14, &[0, 7, 14, 21]),
            (Kind::Engagement, 0, &[-60, -30]),
            (Kind::Training, 0, &[-60, -30]),
            (Kind::Request, 10, &[0, 5, 10, 15, 20]),
        ];
        assert_eq!(expected.len(), Kind::ALL.len());
        for (kind, within, times) in expected {
            let rule = Rule::of(*kind, Days::EXAMPLE);
            assert_eq!(rule.due_at(DUE - DAY * i32::from(*within), None), DUE, "{kind:?}");
            assert_eq!(every_time_told(&rule, DUE - DAY * 100, DUE + DAY * 22), *times, "{kind:?}");
        }
    }

    #[test]
    fn of_several_times_that_passed_while_nobody_looked_one_is_told() {
        let rule = Rule::of(Kind::Engagement, Days::EXAMPLE);
        assert_eq!(every_time_told(&rule, DUE - DAY * 10, DUE + DAY * 10), [-10]);
        let rule = Rule::of(Kind::Review, Days::EXAMPLE);
        assert_eq!(every_time_told(&rule, DUE + DAY * 16, DUE + DAY * 22), [16, 21]);
    }

    #[test]
    fn a_clock_that_is_set_back_tells_nothing_twice_and_loses_nothing() {
        for kind in Kind::ALL {
            let rule = Rule::of(*kind, Days::EXAMPLE);
            let (mut told, mut times) = (None, Vec::new());
            let forth = (-100..=20).chain(-100..=30);
            for day in forth {
                let now = DUE + DAY * day;
                if rule.next(DUE, told).is_some_and(|next| next <= now) {
                    assert!(told.is_none_or(|told| now > told), "{kind:?} was told again at {day}");
                    told = Some(now);
                    times.push(now);
                }
            }
            assert_eq!(
                times,
                every_time_told(&rule, DUE - DAY * 100, DUE + DAY * 30)
                    .iter()
                    .map(|day| DUE + DAY * i32::try_from(*day).unwrap())
                    .collect::<Vec<_>>()
            );
        }
    }

    #[test]
    fn another_rule_has_another_code_and_no_days_overflow() {
        let other = Days { warning: 10, ..Days::EXAMPLE };
        assert_ne!(Rule::of(Kind::Consent, Days::EXAMPLE).code(), Rule::of(Kind::Consent, other).code());
        let most = Days {
            first_assessment: u16::MAX,
            schedule: u16::MAX,
            review: u16::MAX,
            sign_off: u16::MAX,
            warning: u16::MAX,
            alarm: u16::MAX,
            request: u16::MAX,
            climb: u16::MAX,
            answer: u16::MAX,
        };
        for kind in Kind::ALL {
            for moment in [OffsetDateTime::UNIX_EPOCH, time::Date::MAX.midnight().assume_utc(), time::Date::MIN.midnight().assume_utc()] {
                let rule = Rule::of(*kind, most);
                let _ = rule.next(rule.due_at(moment, None), Some(moment));
            }
        }
    }
}
