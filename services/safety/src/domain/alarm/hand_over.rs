//! Handing over: whoever has accepted for an office gives it to others who may accept for it. The office owes anew and rings, so that it is
//! never silent for what nobody has taken [R3e].

use time::OffsetDateTime;

use super::{
    concern::{AudienceStatus, Handed, Said},
    core::has_accepted,
};
use crate::domain::directory::office::Holder;

/// Why an office cannot be handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandOverRefusal {
    /// Nobody has accepted for it: it rings already.
    NotAccepted,
    /// Somebody else has accepted, and only they hand it over.
    NotTheirs,
    /// It would be handed to the person who has it.
    ToThemselves,
    /// The person named may not accept for it.
    CannotAccept,
    /// Nobody is named, and nobody else holds the office.
    NobodyElse,
}

/// Whether `by` may hand over the office, to a person or to everybody who holds it. `able` are those who may accept for it.
///
/// # Errors
/// What is against it.
pub fn may_hand_over(status: &AudienceStatus, said: Said, by: &str, to: Option<&str>, able: &[Holder]) -> Result<(), HandOverRefusal> {
    let Some(accepted) = status.accepted.as_ref().filter(|_| has_accepted(status, said)) else {
        return Err(HandOverRefusal::NotAccepted);
    };
    if accepted.by != by {
        return Err(HandOverRefusal::NotTheirs);
    }
    match to {
        Some(to) if to == by => Err(HandOverRefusal::ToThemselves),
        Some(to) if !able.iter().any(|holder| holder.holder == to) => Err(HandOverRefusal::CannotAccept),
        None if !able.iter().any(|holder| holder.holder != by) => Err(HandOverRefusal::NobodyElse),
        _ => Ok(()),
    }
}

/// The office owes from now on, as if nobody had accepted, and is known to be handed over.
pub fn hand_over(status: &mut AudienceStatus, by: &str, to: Option<&str>, now: OffsetDateTime) {
    status.owe_anew(now);
    status.handed = Some(Handed { by: by.to_owned(), to: to.map(str::to_owned), at: now });
}

impl Handed {
    /// Whether a holder is rung at once, whatever the step of the ladder.
    #[must_use]
    pub fn is_for(&self, holder: &str) -> bool {
        self.to.as_deref().is_none_or(|to| to == holder) && !holder.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        alarm::{
            concern::{Acceptance, Audience, State},
            core::{self, Verdict},
        },
        directory::office::RJ_UNIT,
    };

    const START: OffsetDateTime = time::macros::datetime!(2026-11-22 13:00 UTC);
    const LATER: OffsetDateTime = time::macros::datetime!(2026-11-22 14:00 UTC);
    const ONCE: Said = Said { count: 1, gravest: 1 };
    const HEAD: &str = "institutional-head/mission";

    fn holder(office: &str, name: &str, rank: i16) -> Holder {
        Holder { office: office.into(), holder: name.into(), rank }
    }

    fn status(audience: Audience, accepted_by: Option<&str>) -> AudienceStatus {
        let office = if audience == Audience::Nhq { RJ_UNIT } else { HEAD };
        let accepted = accepted_by.map(|by| Acceptance { by: by.into(), at: START, knowing: 1, signature: None });
        AudienceStatus { accepted, rung_at: Some(START), next_ring_at: None, ..AudienceStatus::unrung(audience, office.into(), START) }
    }

    #[test]
    fn only_who_has_accepted_hands_over_and_only_to_others_who_may_accept() {
        let (alone, both) = (vec![holder(HEAD, "head", 0)], vec![holder(HEAD, "head", 0), holder(HEAD, "deputy", 1)]);
        for accepted_by in [None, Some("head"), Some("deputy")] {
            for to in [None, Some("head"), Some("deputy"), Some("stranger")] {
                for able in [&alone, &both] {
                    let expected = match (accepted_by, to, able.len()) {
                        (None, ..) => Err(HandOverRefusal::NotAccepted),
                        (Some("deputy"), ..) => Err(HandOverRefusal::NotTheirs),
                        (_, Some("head"), _) => Err(HandOverRefusal::ToThemselves),
                        (_, Some("stranger"), _) | (_, Some("deputy"), 1) => Err(HandOverRefusal::CannotAccept),
                        (_, None, 1) => Err(HandOverRefusal::NobodyElse),
                        _ => Ok(()),
                    };
                    let office = status(Audience::ResponsibleHead, accepted_by);
                    assert_eq!(may_hand_over(&office, ONCE, "head", to, able), expected, "{accepted_by:?} to {to:?} of {}", able.len());
                }
            }
        }
        // What was accepted before more was said is not theirs to give.
        let more = Said { count: 2, gravest: 2 };
        let office = status(Audience::ResponsibleHead, Some("head"));
        assert_eq!(may_hand_over(&office, more, "head", None, &both), Err(HandOverRefusal::NotAccepted));
    }

    #[test]
    fn an_office_that_was_handed_over_rings_at_once_and_the_concern_neither_stands_as_accepted_nor_can_be_closed() {
        let ladder = "0s:holder,2m:holder,5m:deputy,10m:everyone,every 5m".parse().unwrap();
        let assigned = [holder(HEAD, "head", 0), holder(HEAD, "deputy", 1), holder(HEAD, "regional", 2), holder(RJ_UNIT, "officer", 0)];
        for (to, rung) in [(None, vec!["head", "deputy", "regional"]), (Some("regional"), vec!["head", "regional"])] {
            let mut statuses = [status(Audience::Nhq, Some("officer")), status(Audience::ResponsibleHead, Some("head"))];
            assert_eq!(core::state_after(State::Ringing, &statuses, ONCE), State::Accepted);
            hand_over(&mut statuses[1], "head", to, LATER);
            assert_eq!(core::state_after(State::Accepted, &statuses, ONCE), State::Ringing);
            assert!(core::may_close(&statuses, ONCE, "handled").is_err());
            let verdicts = core::decide(&ladder, ONCE, &statuses, &assigned, LATER);
            assert_eq!(verdicts[0], Verdict::Silent, "the other audience is left in peace");
            let Verdict::Rings(ring) = &verdicts[1] else { panic!("silent") };
            assert_eq!(ring.to.holders.iter().map(|holder| holder.holder.as_str()).collect::<Vec<_>>(), rung);
            assert!(!ring.to.no_route && ring.step == 0);
            // Whoever handed it over answers until somebody accepts, be it themselves.
            assert_eq!(statuses[1].handed.as_ref().map(|handed| handed.by.as_str()), Some("head"));
        }
    }

    #[test]
    fn whom_it_was_handed_to_and_who_holds_the_office_no_more_is_not_rung() {
        let ladder = "0s:holder,2m:holder,5m:deputy,10m:everyone,every 5m".parse().unwrap();
        let mut statuses = [status(Audience::ResponsibleHead, Some("head"))];
        hand_over(&mut statuses[0], "head", Some("deputy"), LATER);
        let verdicts = core::decide(&ladder, ONCE, &statuses, &[holder(HEAD, "head", 0)], LATER);
        let Verdict::Rings(ring) = &verdicts[0] else { panic!("silent") };
        assert_eq!(ring.to.holders, [holder(HEAD, "head", 0)]);
    }
}
