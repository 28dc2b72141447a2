//! Lanes of the mail queue, by the grade of the concern.

use crate::domain::concern::Grade;

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
            Some(Grade::Concern | Grade::Question | Grade::Drill) => Self::Ring,
            None => Self::Notice,
        }
    }

    /// Grades in this lane, by their codes; a notice has none.
    #[must_use]
    pub const fn urgencies(self) -> &'static [&'static str] {
        match self {
            Self::Imminent => const { &[Grade::Imminent.code()] },
            Self::Ring => const { &[Grade::Concern.code(), Grade::Question.code(), Grade::Drill.code()] },
            Self::Notice => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_urgency_runs_in_the_lane_that_is_woken_for_it() {
        for grade in Grade::ALL.iter().copied() {
            assert!(Lane::of(Some(grade)).urgencies().contains(&grade.code()), "{grade:?}");
        }
        assert!(Lane::of(None).urgencies().is_empty());
    }

    #[test]
    fn every_mail_has_a_lane_and_no_ring_has_that_of_the_notices() {
        for grade in Grade::ALL.iter().copied() {
            assert_eq!(Lane::ALL.iter().filter(|lane| lane.urgencies().contains(&grade.code())).count(), 1, "{grade:?}");
        }
        assert_eq!((Lane::Imminent.urgencies(), Lane::Notice.urgencies().len()), (&["imminent"][..], 0));
    }
}
