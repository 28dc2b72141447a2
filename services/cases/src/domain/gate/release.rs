//! Conditions under which an item is released and delivered [R4b, RM1, L26.1-2].
//!
//! They are those of mediation in the mode of the item, asked when it is released, when it is delivered, and whenever a fact changes.

use crate::domain::{
    case::stage::Stage,
    gate::{
        conditions::{Facts, before_any_work, before_mediation},
        missing::Missing,
    },
    mode::Mode,
    participant::kind::Kind,
};

/// The sender or the recipient of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Party {
    pub kind: Kind,
    pub has_left: bool,
}

/// Everything that stands in the way of an item between these two; nobody can override any of it.
#[must_use]
pub fn missing(facts: &Facts, mode: Mode, parties: &[Party]) -> Vec<Missing> {
    let mut missing = before_any_work(facts);
    missing.extend(before_mediation(facts, Some(mode)));
    let under_way = matches!(facts.standing.stage, Stage::Mediation | Stage::FollowUp);
    missing.extend((!under_way).then_some(Missing::NotInMediation));
    missing.extend(parties.iter().filter(|party| party.has_left).map(|party| Missing::PartyLeft(party.kind)));
    missing.sort_unstable();
    missing.dedup();
    missing
}

/// What blocks an item that was released. A silent safety is no block: it is asked again at the delivery itself.
#[must_use]
pub fn blocks(facts: &Facts, mode: Mode, parties: &[Party]) -> Vec<Missing> {
    let heard = Facts { safety_answered: true, ..facts.clone() };
    missing(&heard, mode, parties)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use time::macros::date;

    use super::*;
    use crate::domain::{
        assessment::Risk,
        case::stage::Standing,
        gate::conditions::{Latest, Person, Registered},
        review::Trigger,
    };

    const BOTH: [Party; 2] = [Party { kind: Kind::Offender, has_left: false }, Party { kind: Kind::Victim, has_left: false }];

    fn person(kind: Kind) -> Person {
        let latest = Latest { risk: Risk::Low, has_note: false, next_review_on: Some(date!(2026 - 12 - 31)) };
        Person { kind, latest: Some(latest), consents: [Mode::Letter].into(), withdrawn: false }
    }

    fn ready() -> Facts {
        Facts {
            standing: Standing { stage: Stage::Mediation, left: None, mode: Some(Mode::Letter) },
            accepted: true,
            indirect_only: true,
            contact_frozen: false,
            condition_forbids: false,
            conditions_not_answered: false,
            safety_answered: true,
            mediator_assigned: true,
            mediator: Registered::WELL,
            open_reviews: BTreeSet::new(),
            people: vec![person(Kind::Victim), person(Kind::Offender)],
            nobody_stands_in: false,
            today: date!(2026 - 11 - 30),
        }
    }

    // [R4b]
    #[test]
    fn a_letter_passes_while_mediation_or_its_follow_up_is_under_way_and_never_before_or_after() {
        for stage in Stage::ALL.iter().copied() {
            let left = (stage == Stage::Paused).then_some(Stage::Mediation);
            let facts = Facts { standing: Standing { stage, left, mode: Some(Mode::Letter) }, ..ready() };
            let expected: &[Missing] = if matches!(stage, Stage::Mediation | Stage::FollowUp) { &[] } else { &[Missing::NotInMediation] };
            assert_eq!(missing(&facts, Mode::Letter, &BOTH), expected, "{stage:?}");
        }
    }

    // [CCRA 26.1(2)] [RM1] [RM1b] [D-mediator] [R3d] [R8d]
    #[test]
    fn each_condition_of_mediation_alone_keeps_a_letter_back() {
        type Change = fn(&mut Facts);
        let changes: [(Change, Missing); 14] = [
            (|facts| facts.open_reviews = [Trigger::Transfer].into(), Missing::OpenReview(Trigger::Transfer)),
            (|facts| facts.condition_forbids = true, Missing::ConditionException),
            (
                |facts| {
                    facts.mediator_assigned = false;
                    facts.mediator.not_engaged = true;
                },
                Missing::Engagement,
            ),
            (|facts| facts.conditions_not_answered = true, Missing::ConditionsAnswer),
            (|facts| facts.mediator.not_trained = true, Missing::Training),
            (|facts| facts.mediator.in_conflict = true, Missing::Conflict),
            (|facts| facts.accepted = false, Missing::Acceptance),
            (|facts| facts.contact_frozen = true, Missing::ContactFrozen),
            (|facts| facts.safety_answered = false, Missing::SafetyAnswer),
            (|facts| facts.mediator_assigned = false, Missing::Mediator),
            (|facts| facts.people[0].consents.clear(), Missing::Consent(Kind::Victim, Mode::Letter)),
            (|facts| facts.people[1].latest = None, Missing::Assessment(Kind::Offender)),
            (|facts| facts.people[1].withdrawn = true, Missing::OwnInitiative(Kind::Offender)),
            (
                |facts| facts.people[0].latest = Some(Latest { risk: Risk::Imminent, has_note: true, next_review_on: Some(facts.today) }),
                Missing::ImminentRisk(Kind::Victim),
            ),
        ];
        for (change, expected) in changes {
            let mut facts = ready();
            change(&mut facts);
            assert_eq!(missing(&facts, Mode::Letter, &BOTH), [expected]);
            let blocked: &[Missing] = if expected == Missing::SafetyAnswer { &[] } else { &[expected] };
            assert_eq!(blocks(&facts, Mode::Letter, &BOTH), blocked);
        }
    }

    // [IM1c]
    #[test]
    fn nothing_passes_to_or_from_somebody_who_left() {
        for n in 0..2 {
            let mut parties = BOTH;
            parties[n].has_left = true;
            assert_eq!(missing(&ready(), Mode::Letter, &parties), [Missing::PartyLeft(parties[n].kind)]);
        }
    }

    #[test]
    fn consent_to_letters_is_no_consent_to_a_relayed_message() {
        let expected = [Missing::Consent(Kind::Victim, Mode::Shuttle), Missing::Consent(Kind::Offender, Mode::Shuttle)];
        assert_eq!(missing(&ready(), Mode::Shuttle, &BOTH), expected);
    }
}
