//! Retention of a case, what extends it, and who may purge it [LPR4, Privacy Act s. 6, Privacy Regulations s. 4].
//!
//! The law requires at least two years after the last use; how much longer is for CSC to set, from its disposition authority.

use base::Refusal;
use strum::IntoStaticStr;
use time::{Date, Duration, OffsetDateTime, UtcOffset, macros::format_description};

use crate::{
    domain::{calendar::later, case::stage::Stage},
    error,
};

/// Shortest retention that the law allows, in months.
pub const FLOOR: u16 = 24;

/// Validity of an unconfirmed order: the person who confirms should know why it was given.
pub const ORDER_STANDS: Duration = Duration::days(30);

/// Retention of a case after its last use, in whole calendar months; never less than [`FLOOR`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention(u16);

impl Retention {
    /// `None` below the floor of the law.
    #[must_use]
    pub const fn months(months: u16) -> Option<Self> {
        if months < FLOOR { None } else { Some(Self(months)) }
    }

    /// In months.
    #[must_use]
    pub const fn in_months(self) -> u16 {
        self.0
    }

    /// The first moment at which a case that was last used at this moment may be purged: the same day and time of the calendar, in
    /// UTC, so many months later. Where that month has no such day, the first day after it: never earlier.
    #[must_use]
    pub fn over_at(self, last_use: OffsetDateTime) -> OffsetDateTime {
        let last_use = last_use.to_offset(UtcOffset::UTC);
        let day = later(last_use.date(), i32::from(self.0)).unwrap_or(Date::MAX);
        last_use.replace_date(day)
    }
}

/// Facts on which a purge is decided, read under the lock of the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    pub stage: Stage,
    /// Time of the last action on the case.
    pub last_use: OffsetDateTime,
    pub standing_holds: i64,
    pub open_concerns: i64,
    /// Break-glasses not yet reviewed, or with uses not yet in the audit log.
    pub open_break_glasses: i64,
}

/// Reason why a case is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Kept {
    #[strum(serialize = "case-not-closed")]
    NotClosed,
    #[strum(serialize = "retention-not-over")]
    NotOver(OffsetDateTime),
    HoldStands,
    ConcernOpen,
    #[strum(serialize = "break-glass-review-open")]
    BreakGlassOpen,
}

impl Kept {
    /// Stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }

    /// The refusal of a purge.
    #[must_use]
    pub fn refusal(self) -> Refusal {
        match self {
            Self::NotClosed => error::case_not_closed(),
            Self::NotOver(ends) => error::retention_not_over(&moment(ends)),
            Self::HoldStands => error::hold_stands(),
            Self::ConcernOpen => error::concern_open(),
            Self::BreakGlassOpen => error::break_glass_review_open(),
        }
    }
}

fn moment(at: OffsetDateTime) -> String {
    at.format(format_description!("[year]-[month]-[day] [hour]:[minute] UTC")).unwrap_or_default()
}

/// The first reason why the case is kept at this moment; `None` where it may be purged.
#[must_use]
pub fn kept_by(facts: &Facts, retention: Retention, at: OffsetDateTime) -> Option<Kept> {
    let over_at = retention.over_at(facts.last_use);
    if facts.stage != Stage::Closed {
        Some(Kept::NotClosed)
    } else if at < over_at {
        Some(Kept::NotOver(over_at))
    } else if facts.standing_holds > 0 {
        Some(Kept::HoldStands)
    } else if facts.open_concerns > 0 {
        Some(Kept::ConcernOpen)
    } else if facts.open_break_glasses > 0 {
        Some(Kept::BreakGlassOpen)
    } else {
        None
    }
}

/// Whether an order of this moment can still be confirmed.
#[must_use]
pub fn order_stands(ordered_at: OffsetDateTime, at: OffsetDateTime) -> bool {
    at < ordered_at + ORDER_STANDS
}

/// Checks that two persons purge a case: the one who orders may not confirm.
///
/// # Errors
/// Refuses the person who ordered.
pub fn second_person(ordered_by: &str, confirming: &str) -> Result<(), Refusal> {
    if ordered_by != confirming {
        return Ok(());
    }
    Err(error::second_person_needed())
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const LAST: OffsetDateTime = datetime!(2024-03-02 15:00 UTC);

    fn years(years: u16) -> Retention {
        Retention::months(years * 12).unwrap()
    }

    #[test]
    fn no_retention_is_shorter_than_the_two_years_of_the_law() {
        for months in 0..FLOOR {
            assert_eq!(Retention::months(months), None, "{months}");
        }
        assert_eq!(Retention::months(FLOOR).map(Retention::in_months), Some(24));
    }

    #[test]
    fn the_retention_ends_on_the_same_day_of_the_calendar_and_never_a_day_early() {
        for (last, months, over) in [
            (LAST, 24, datetime!(2026-03-02 15:00 UTC)),
            (datetime!(2024-02-29 08:00 UTC), 24, datetime!(2026-03-01 08:00 UTC)),
            (datetime!(2024-02-29 08:00 UTC), 48, datetime!(2028-02-29 08:00 UTC)),
            (datetime!(2024-01-31 08:00 UTC), 25, datetime!(2026-03-01 08:00 UTC)),
            (datetime!(2024-12-31 23:59:59 UTC), 24, datetime!(2026-12-31 23:59:59 UTC)),
            (datetime!(2024-11-15 08:00 UTC), 26, datetime!(2027-01-15 08:00 UTC)),
            (datetime!(2024-03-02 23:00 -5), 24, datetime!(2026-03-03 04:00 UTC)),
        ] {
            assert_eq!(Retention::months(months).unwrap().over_at(last), over, "{last} {months}");
        }
    }

    #[test]
    fn two_years_are_never_less_than_two_years_whatever_the_day() {
        let mut day = datetime!(2023-01-01 12:00 UTC);
        while day.year() < 2029 {
            let over = years(2).over_at(day);
            assert!(over - day >= Duration::days(730) && over - day <= Duration::days(732), "{day} {over}");
            day += Duration::days(1);
        }
    }

    // [LPR4]
    #[test]
    fn a_case_is_purged_only_when_nothing_keeps_it_and_the_first_reason_is_named() {
        let over = years(2).over_at(LAST);
        let moments = [(over - Duration::seconds(1), true), (over, false), (over + Duration::days(400), false)];
        let mut decided = 0;
        for &stage in Stage::ALL {
            for (at, too_early) in moments {
                for bits in 0..8_i64 {
                    let facts = Facts {
                        stage,
                        last_use: LAST,
                        standing_holds: bits & 1,
                        open_concerns: bits >> 1 & 1,
                        open_break_glasses: bits >> 2 & 1,
                    };
                    let expected = match (stage, too_early, bits & 1, bits >> 1 & 1, bits >> 2 & 1) {
                        (Stage::Closed, false, 0, 0, 0) => None,
                        (Stage::Closed, false, 0, 0, _) => Some("break-glass-review-open"),
                        (Stage::Closed, false, 0, _, _) => Some("concern-open"),
                        (Stage::Closed, false, _, _, _) => Some("hold-stands"),
                        (Stage::Closed, true, ..) => Some("retention-not-over"),
                        _ => Some("case-not-closed"),
                    };
                    assert_eq!(kept_by(&facts, years(2), at).map(Kept::code), expected, "{facts:?} {at}");
                    decided += 1;
                }
            }
        }
        assert_eq!(decided, 6 * 3 * 8);
    }

    #[test]
    fn a_longer_retention_keeps_a_case_that_two_years_would_let_go() {
        let facts = Facts { stage: Stage::Closed, last_use: LAST, standing_holds: 0, open_concerns: 0, open_break_glasses: 0 };
        let at = years(2).over_at(LAST);
        assert_eq!(kept_by(&facts, years(2), at), None);
        assert_eq!(kept_by(&facts, years(5), at), Some(Kept::NotOver(datetime!(2029-03-02 15:00 UTC))));
    }

    #[test]
    fn a_refusal_names_its_clause_speaks_both_languages_and_says_until_when() {
        for kept in [Kept::NotClosed, Kept::NotOver(LAST), Kept::HoldStands, Kept::ConcernOpen, Kept::BreakGlassOpen] {
            let refusal = kept.refusal();
            assert_eq!((refusal.reason, refusal.clause), (kept.code(), "LPR4"));
            assert!(!refusal.en.is_empty() && !refusal.fr.is_empty() && refusal.en != refusal.fr);
        }
        let refusal = Kept::NotOver(LAST).refusal();
        assert!(refusal.en.contains("2024-03-02 15:00 UTC") && refusal.fr.contains("2024-03-02 15:00 UTC"));
    }

    #[test]
    fn who_ordered_does_not_confirm_and_an_order_counts_for_thirty_days() {
        assert_eq!(second_person("one", "one").unwrap_err().reason, "second-person-needed");
        assert!(second_person("one", "two").is_ok());
        assert!(order_stands(LAST, LAST) && order_stands(LAST, LAST + ORDER_STANDS - Duration::seconds(1)));
        assert!(!order_stands(LAST, LAST + ORDER_STANDS));
    }
}
