//! Core of the alarm: who must accept a concern, who is rung now, and when each office is checked next, as one pure function of stored
//! facts and the time [R3e, TRAP-2]. The engine loads facts, calls it, and carries out; nothing stored can make an office silent.

use time::{Duration, OffsetDateTime};

use super::{
    concern::{Audience, AudienceStatus, CloseRefusal, Said, State},
    ladder::Ladder,
    route::{self, Recipients},
};
use crate::domain::directory::office::Holder;

/// Clock difference that is no fault: between two machines, or after a small adjustment of one.
pub const SKEW: Duration = Duration::seconds(2);

/// Decision for one office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It owes nothing.
    Silent,
    /// It owes an acceptance, and is checked again at the latest by then.
    Waits(OffsetDateTime),
    Rings(Ring),
}

/// A ring that is due now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ring {
    pub step: u32,
    pub level: u32,
    pub to: Recipients,
    /// Start of the duty, on the present clock: what was reached before a clock was set back stays reached.
    pub since: OffsetDateTime,
    /// Time of the next ring at the latest.
    pub next: OffsetDateTime,
    /// The clock is before the last ring.
    pub clock_went_back: bool,
}

impl Said {
    /// Number of the last statement that an acceptance for this audience must cover: NHQ every one, a head the gravest.
    #[must_use]
    pub const fn to_be_known(self, audience: Audience) -> u32 {
        match audience {
            Audience::Nhq => self.count,
            Audience::ResponsibleHead => self.gravest,
        }
    }
}

/// Whether the office has accepted what is to be accepted now.
#[must_use]
pub fn has_accepted(status: &AudienceStatus, said: Said) -> bool {
    status.accepted.as_ref().is_some_and(|accepted| accepted.knowing >= said.to_be_known(status.audience))
}

/// Whether the office must still accept. A former one must until the present head has accepted: the unit, where it answers for a site of
/// its own, ends no head's duty.
#[must_use]
pub fn owes(status: &AudienceStatus, statuses: &[AudienceStatus], said: Said) -> bool {
    !has_accepted(status, said) && !(status.former && (status.ended || the_present_head_has_accepted(statuses, said)))
}

/// Whether the present head of the person has accepted.
#[must_use]
pub fn the_present_head_has_accepted(statuses: &[AudienceStatus], said: Said) -> bool {
    let present = |status: &&AudienceStatus| status.audience == Audience::ResponsibleHead && !status.former;
    statuses.iter().filter(present).any(|status| has_accepted(status, said) && !route::is_the_units_own(&status.office))
}

/// State that follows from the acceptances. A closed concern stays closed.
#[must_use]
pub fn state_after(now: State, statuses: &[AudienceStatus], said: Said) -> State {
    match now {
        State::Closed => State::Closed,
        _ if statuses.iter().any(|status| owes(status, statuses, said)) => State::Ringing,
        _ => State::Accepted,
    }
}

/// Whether the RJ Unit may close it now: by each office's own acceptance, and not by the stored state.
///
/// # Errors
/// What is missing.
pub fn may_close(statuses: &[AudienceStatus], said: Said, outcome: &str) -> Result<(), CloseRefusal> {
    if statuses.is_empty() || statuses.iter().any(|status| owes(status, statuses, said)) {
        return Err(CloseRefusal::NotEveryAudienceAccepted);
    }
    if outcome.trim().is_empty() {
        return Err(CloseRefusal::OutcomeMissing);
    }
    Ok(())
}

/// Decision for every office of an open concern, in their order. `assigned` are the believed holders of their offices and of the two of
/// NHQ.
#[must_use]
pub fn decide(ladder: &Ladder, said: Said, statuses: &[AudienceStatus], assigned: &[Holder], now: OffsetDateTime) -> Vec<Verdict> {
    let verdict = |status: &AudienceStatus| if owes(status, statuses, said) { due(ladder, status, assigned, now) } else { Verdict::Silent };
    statuses.iter().map(verdict).collect()
}

fn due(ladder: &Ladder, status: &AudienceStatus, assigned: &[Holder], now: OffsetDateTime) -> Verdict {
    let interval = signed(ladder.interval());
    // A step once reached stays reached, wherever the clock stands now.
    let reached = status.rung_at.map(|at| (at - status.rung_from).max(Duration::ZERO));
    let elapsed = (now - status.rung_from).max(reached.unwrap_or_default()).max(Duration::ZERO);
    let step = ladder.step_at(elapsed.unsigned_abs());
    let mut to = route::recipients(status.audience, &status.office, ladder.reach(step), assigned);
    if let Some(handed) = &status.handed {
        route::add_handed(&mut to, &status.office, handed, assigned);
    }
    let since = status.rung_from.min(now - elapsed);
    let next = (since + signed(ladder.due(step.saturating_add(1)))).min(now + interval);
    let clock_went_back = status.rung_at.is_some_and(|at| at > now + SKEW);
    let by_the_ladder = reached.is_none_or(|reached| step > ladder.step_at(reached.unsigned_abs()));
    let overdue = status.rung_at.is_some_and(|at| now - at >= interval);
    if by_the_ladder || overdue || clock_went_back || status.anew || to.no_route != status.unheld {
        return Verdict::Rings(Ring { step, level: ladder.level(step), to, since, next, clock_went_back });
    }
    Verdict::Waits(next)
}

/// Makes the next step of the ladder due now, where this step of it reached nobody and is still the newest; returns whether it did. On the
/// last rung the ladder goes on by its own times, so that a dead channel makes no storm of rings.
pub fn climb(ladder: &Ladder, status: &mut AudienceStatus, step: u32, now: OffsetDateTime) -> bool {
    let next = step.saturating_add(1);
    if status.rung_at.is_none() || status.step != step || ladder.level(next) == ladder.level(step) {
        return false;
    }
    status.rung_from = status.rung_from.min(now - signed(ladder.due(next)));
    status.ring_anew(now);
    true
}

fn signed(duration: std::time::Duration) -> Duration {
    Duration::try_from(duration).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        alarm::concern::Acceptance,
        directory::office::{NMC, RJ_UNIT},
    };

    const START: OffsetDateTime = time::macros::datetime!(2026-11-22 13:00 UTC);
    const ONCE: Said = Said { count: 1, gravest: 1 };
    const HEAD: &str = "institutional-head/mission";

    fn status(audience: Audience, accepted: bool) -> AudienceStatus {
        let office = if audience == Audience::Nhq { RJ_UNIT } else { HEAD };
        let acceptance = Acceptance { by: "someone".into(), at: START, knowing: 1, signature: None };
        let rung = AudienceStatus { rung_at: Some(START), ..AudienceStatus::unrung(audience, office.into(), START) };
        AudienceStatus { accepted: accepted.then_some(acceptance), ..rung }
    }

    fn ladder() -> Ladder {
        "0s:holder,2m:holder,5m:deputy,10m:everyone,every 5m".parse().unwrap()
    }

    fn held() -> Vec<Holder> {
        [HEAD, RJ_UNIT, NMC].map(|office| Holder { office: office.into(), holder: "x".into(), rank: 0 }).to_vec()
    }

    fn head_at(status: &AudienceStatus, now: OffsetDateTime) -> Verdict {
        decide(&ladder(), ONCE, std::slice::from_ref(status), &held(), now).remove(0)
    }

    #[test]
    fn a_concern_rings_until_both_nhq_and_the_head_have_accepted_it() {
        for nhq in [false, true] {
            for head in [false, true] {
                let statuses = [status(Audience::Nhq, nhq), status(Audience::ResponsibleHead, head)];
                let expected = if nhq && head { State::Accepted } else { State::Ringing };
                assert_eq!(state_after(State::Ringing, &statuses, ONCE), expected, "nhq {nhq}, head {head}");
                assert_eq!(state_after(State::Closed, &statuses, ONCE), State::Closed);
                assert_eq!(may_close(&statuses, ONCE, "handled").is_ok(), nhq && head);
            }
        }
    }

    #[test]
    fn nobody_closes_a_concern_that_still_rings_or_without_saying_how_it_ended() {
        let statuses = |nhq| [status(Audience::Nhq, nhq), status(Audience::ResponsibleHead, true)];
        assert_eq!(may_close(&statuses(false), ONCE, "handled"), Err(CloseRefusal::NotEveryAudienceAccepted));
        assert_eq!(may_close(&[], ONCE, "handled"), Err(CloseRefusal::NotEveryAudienceAccepted));
        assert_eq!(may_close(&statuses(true), ONCE, "  "), Err(CloseRefusal::OutcomeMissing));
        assert_eq!(may_close(&statuses(true), ONCE, "handled"), Ok(()));
    }

    #[test]
    fn an_acceptance_counts_only_for_what_was_known_nhq_every_word_and_the_head_the_gravest() {
        let (nhq, head) = (status(Audience::Nhq, true), status(Audience::ResponsibleHead, true));
        for (said, nhq_has, head_has) in
            [(ONCE, true, true), (Said { count: 2, gravest: 1 }, false, true), (Said { count: 2, gravest: 2 }, false, false)]
        {
            assert_eq!((has_accepted(&nhq, said), has_accepted(&head, said)), (nhq_has, head_has), "{said:?}");
        }
    }

    #[test]
    fn the_unit_that_answers_for_a_site_of_its_own_ends_no_former_heads_duty() {
        let former = AudienceStatus { former: true, ..status(Audience::ResponsibleHead, false) };
        for (office, ends) in [("institutional-head/kent", true), ("rj-unit/nhq", false)] {
            let present = AudienceStatus { office: office.into(), ..status(Audience::ResponsibleHead, true) };
            let statuses = [status(Audience::Nhq, true), present, former.clone()];
            assert_eq!(owes(&statuses[2], &statuses, ONCE), !ends, "{office}");
        }
    }

    #[test]
    fn a_clock_that_stands_before_the_last_ring_rings_now_and_loses_no_step_that_was_reached() {
        let rung = AudienceStatus { rung_at: Some(START + Duration::minutes(10)), step: 3, ..status(Audience::ResponsibleHead, false) };
        let back = START - Duration::days(1);
        let Verdict::Rings(ring) = head_at(&rung, back) else { panic!("silent") };
        assert_eq!((ring.step, ring.clock_went_back), (3, true));
        assert_eq!((back - ring.since, ring.next - back), (Duration::minutes(10), Duration::minutes(5)));
        assert!(matches!(head_at(&AudienceStatus { rung_at: Some(START), ..rung.clone() }, START - SKEW), Verdict::Waits(_)));
    }

    #[test]
    fn a_step_that_reached_nobody_brings_the_next_one_at_once_and_only_while_there_is_a_higher_one() {
        let now = START + Duration::seconds(5);
        let rung = |step| AudienceStatus { step, ..status(Audience::ResponsibleHead, false) };
        for step in 0..3 {
            let mut climbing = rung(step);
            assert!(climb(&ladder(), &mut climbing, step, now));
            let Verdict::Rings(ring) = head_at(&climbing, now) else { panic!("silent") };
            assert_eq!((ring.step, ring.level), (step + 1, step + 1), "whatever moment it was rung at");
            let Verdict::Rings(at_once) = head_at(&AudienceStatus { rung_at: Some(now), ..climbing }, now) else { panic!("silent") };
            assert_eq!(at_once.step, step + 1);
        }
        let mut told_late = rung(2);
        assert!(!climb(&ladder(), &mut told_late, 1, now), "a later step has rung already");
        for step in [3, 4, 1_000] {
            assert!(!climb(&ladder(), &mut rung(step), step, now), "on the last rung it goes by its times");
        }
        let mut accepted = status(Audience::ResponsibleHead, true);
        climb(&ladder(), &mut accepted, 0, now);
        assert_eq!(head_at(&accepted, now), Verdict::Silent, "who has accepted is rung no more");
    }

    #[test]
    fn no_office_waits_longer_than_the_interval_of_its_ladder_whatever_is_stored() {
        let far = [-100_000_i64, -3_600, -1, 0, 1, 119, 300, 3_600, 100_000];
        for since in far {
            for rung in far {
                for now in far {
                    let at = |seconds: i64| START + Duration::seconds(seconds);
                    let stored = AudienceStatus {
                        rung_from: at(since),
                        rung_at: Some(at(rung)),
                        next_ring_at: Some(at(1_000_000)),
                        ..status(Audience::ResponsibleHead, false)
                    };
                    let until = match head_at(&stored, at(now)) {
                        Verdict::Silent => panic!("silent"),
                        Verdict::Waits(until) => until,
                        Verdict::Rings(ring) => ring.next,
                    };
                    assert!(until > at(now) && until <= at(now) + Duration::minutes(5), "{since} {rung} {now}");
                }
            }
        }
    }
}
