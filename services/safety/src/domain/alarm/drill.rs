//! Drill of the alarm: a ring through the real path to the real holders of an office, that nobody can take for a concern and that ends by
//! itself [R3e].

use strum::{EnumString, IntoStaticStr};
use time::{Duration, OffsetDateTime};

use super::{
    concern::{AudienceStatus, Said},
    core,
};

/// Bounds of the time in which both audiences are to accept, in minutes. The default is an example until CSC sets one.
pub const MINUTES: std::ops::RangeInclusive<u32> = 5..=240;
/// Most drills that run at the same time, in all sites.
pub const MOST_AT_ONCE: usize = 10;

/// How a drill ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr, EnumString)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Ended {
    /// Every audience accepted in time.
    Passed,
    /// Its time is over, and an audience has not accepted.
    NotAccepted,
    /// A real concern rang at the site: nobody is kept from it by a drill.
    Interrupted,
    /// Something real was said under its id: it is a concern now, and rings on as one.
    Overtaken,
}

impl Ended {
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }
}

/// Stored facts of a running drill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts<'a> {
    pub said: Said,
    pub statuses: &'a [AudienceStatus],
    pub ends_at: OffsetDateTime,
    /// The concern behind it is not a drill any more.
    pub is_real: bool,
    /// It was closed by hand.
    pub is_closed: bool,
    /// A real concern that somebody has yet to accept rings at its site.
    pub real_one_rings: bool,
}

/// How the drill ends now; `None`: it goes on. What was accepted in time counts, also where it is looked at too late.
#[must_use]
pub fn ended(facts: &Facts<'_>, now: OffsetDateTime) -> Option<Ended> {
    let accepted = !facts.statuses.is_empty() && facts.statuses.iter().all(|status| accepted_by(status, facts));
    match facts {
        Facts { is_real: true, .. } => Some(Ended::Overtaken),
        _ if accepted => Some(Ended::Passed),
        Facts { real_one_rings: true, .. } => Some(Ended::Interrupted),
        _ if facts.is_closed || now >= facts.ends_at => Some(Ended::NotAccepted),
        _ => None,
    }
}

fn accepted_by(status: &AudienceStatus, facts: &Facts<'_>) -> bool {
    !core::owes(status, facts.statuses, facts.said) && status.accepted.as_ref().is_none_or(|accepted| accepted.at <= facts.ends_at)
}

/// Why no drill begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The site has no such code.
    UnknownSite,
    Minutes,
    /// One runs at the site.
    Running,
    /// Too many run.
    TooMany,
    /// A concern rings at the site.
    ConcernRings,
}

/// What is known of a site where a drill is to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Site {
    pub known: bool,
    pub runs_one: bool,
    pub concern_rings: bool,
    /// Drills that run anywhere.
    pub running: usize,
}

/// Time that a drill lasts at the longest.
///
/// # Errors
/// Why it does not begin.
pub fn begins(site: Site, minutes: u32) -> Result<Duration, Refusal> {
    match site {
        Site { known: false, .. } => Err(Refusal::UnknownSite),
        _ if !MINUTES.contains(&minutes) => Err(Refusal::Minutes),
        Site { concern_rings: true, .. } => Err(Refusal::ConcernRings),
        Site { runs_one: true, .. } => Err(Refusal::Running),
        Site { running, .. } if running >= MOST_AT_ONCE => Err(Refusal::TooMany),
        _ => Ok(Duration::minutes(minutes.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::alarm::concern::{Acceptance, Audience};

    const START: OffsetDateTime = time::macros::datetime!(2026-11-30 13:00 UTC);
    const ONCE: Said = Said { count: 1, gravest: 1 };
    const END: OffsetDateTime = time::macros::datetime!(2026-11-30 13:30 UTC);

    fn office(audience: Audience, accepted: Option<OffsetDateTime>) -> AudienceStatus {
        let accepted = accepted.map(|at| Acceptance { by: "somebody".to_owned(), at, knowing: 1, signature: None });
        AudienceStatus { accepted, ..AudienceStatus::unrung(audience, "an-office".to_owned(), START) }
    }

    fn facts(statuses: &[AudienceStatus]) -> Facts<'_> {
        Facts { said: ONCE, statuses, ends_at: END, is_real: false, is_closed: false, real_one_rings: false }
    }

    #[test]
    fn a_drill_ends_when_both_have_accepted_or_its_time_is_over_and_never_before() {
        let (before, late) = (END - Duration::SECOND, END + Duration::HOUR);
        for nhq in [None, Some(before), Some(late)] {
            for head in [None, Some(before), Some(late)] {
                let statuses = [office(Audience::Nhq, nhq), office(Audience::ResponsibleHead, head)];
                let in_time = nhq == Some(before) && head == Some(before);
                assert_eq!(ended(&facts(&statuses), before), in_time.then_some(Ended::Passed), "{nhq:?} {head:?}");
                let at_the_end = if in_time { Ended::Passed } else { Ended::NotAccepted };
                for now in [END, late] {
                    assert_eq!(ended(&facts(&statuses), now), Some(at_the_end), "{nhq:?} {head:?} {now}");
                }
            }
        }
        assert_eq!(ended(&facts(&[]), START), None, "a drill without an audience has passed nothing");
    }

    #[test]
    fn a_real_concern_ends_a_drill_at_its_site_and_what_became_real_is_never_ended_as_one() {
        let waiting = [office(Audience::Nhq, None), office(Audience::ResponsibleHead, None)];
        let passed = [office(Audience::Nhq, Some(START))];
        assert_eq!(ended(&Facts { real_one_rings: true, ..facts(&waiting) }, START), Some(Ended::Interrupted));
        assert_eq!(ended(&Facts { real_one_rings: true, ..facts(&passed) }, START), Some(Ended::Passed));
        assert_eq!(ended(&Facts { is_closed: true, ..facts(&waiting) }, START), Some(Ended::NotAccepted));
        for statuses in [&waiting[..], &passed[..]] {
            assert_eq!(ended(&Facts { is_real: true, real_one_rings: true, ..facts(statuses) }, END), Some(Ended::Overtaken));
        }
    }

    #[test]
    fn a_drill_begins_at_a_known_site_where_nothing_rings_and_for_a_time_that_people_can_keep() {
        let quiet = Site { known: true, runs_one: false, concern_rings: false, running: 0 };
        assert_eq!(begins(quiet, 30), Ok(Duration::minutes(30)));
        assert_eq!(begins(Site { known: false, ..quiet }, 30), Err(Refusal::UnknownSite));
        assert_eq!(begins(Site { concern_rings: true, ..quiet }, 30), Err(Refusal::ConcernRings));
        assert_eq!(begins(Site { runs_one: true, ..quiet }, 30), Err(Refusal::Running));
        assert_eq!(begins(Site { running: MOST_AT_ONCE, ..quiet }, 30), Err(Refusal::TooMany));
        for minutes in [0, 4, 241, u32::MAX] {
            assert_eq!(begins(quiet, minutes), Err(Refusal::Minutes), "{minutes}");
        }
    }

    #[test]
    fn every_end_comes_back_as_what_it_was() {
        for ended in [Ended::Passed, Ended::NotAccepted, Ended::Interrupted, Ended::Overtaken] {
            assert_eq!(ended.code().parse(), Ok(ended));
        }
    }
}
