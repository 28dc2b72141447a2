//! Steps that a case can take next, each with all that it still needs [R3a, R4b].

use std::collections::BTreeSet;

use crate::domain::{
    case::stage::Stage,
    gate::{
        conditions::{self, Facts, Request},
        missing::Missing,
    },
    mode::Mode,
};

/// A step to another stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextStep {
    pub to: Stage,
    /// The mode it would be in, where it needs one.
    pub mode: Option<Mode>,
    /// Empty where the case can be moved now.
    pub missing: Vec<Missing>,
}

/// Every step that the stage machine has from here, in the order of the stages. Mediation stands once for each mode that somebody consents
/// to or that is prepared. A reason is asked for at the move itself, and so is safety.
#[must_use]
pub fn next(facts: &Facts) -> Vec<NextStep> {
    let facts = Facts { safety_answered: true, ..facts.clone() };
    let others = Stage::ALL.iter().filter(|to| **to != facts.standing.stage);
    let wanted = others.flat_map(|to| modes(&facts, *to).into_iter().map(|mode| (*to, mode)));
    wanted.filter_map(|(to, mode)| step(&facts, to, mode)).collect()
}

fn modes(facts: &Facts, to: Stage) -> Vec<Option<Mode>> {
    if to != Stage::Mediation || facts.standing.stage == Stage::Paused {
        return vec![None];
    }
    let consented = facts.people.iter().flat_map(|person| person.consents.iter().copied());
    let modes: BTreeSet<Mode> = consented.chain(facts.standing.mode).collect();
    if modes.is_empty() { vec![None] } else { modes.into_iter().map(Some).collect() }
}

fn step(facts: &Facts, to: Stage, mode: Option<Mode>) -> Option<NextStep> {
    let missing = match conditions::decide(facts, Request { to, mode, has_reason: true }) {
        Ok(_) => Vec::new(),
        Err(missing) if missing.iter().any(|one| matches!(one, Missing::NoSuchMove { .. })) => return None,
        Err(missing) => missing,
    };
    let mode = if to == Stage::Mediation { mode.or(facts.standing.mode) } else { mode };
    Some(NextStep { to, mode, missing })
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;
    use crate::domain::{
        assessment::Risk,
        case::stage::Standing,
        gate::conditions::{Latest, Person, Registered},
        participant::kind::Kind,
    };

    fn person(kind: Kind, consents: &[Mode]) -> Person {
        let latest = Latest { risk: Risk::Low, has_note: false, next_review_on: Some(date!(2026 - 12 - 31)) };
        Person { kind, latest: Some(latest), consents: consents.iter().copied().collect(), withdrawn: false }
    }

    fn facts(stage: Stage, left: Option<Stage>, people: Vec<Person>) -> Facts {
        Facts {
            standing: Standing { stage, left, mode: None },
            accepted: true,
            indirect_only: false,
            contact_frozen: false,
            condition_forbids: false,
            conditions_not_answered: false,
            safety_answered: false,
            mediator_assigned: true,
            mediator: Registered::WELL,
            open_reviews: BTreeSet::new(),
            people,
            nobody_stands_in: false,
            today: date!(2026 - 11 - 30),
        }
    }

    fn both(mode: &[Mode]) -> Vec<Person> {
        vec![person(Kind::Victim, mode), person(Kind::Offender, mode)]
    }

    #[test]
    fn a_step_with_nothing_missing_is_a_move_that_is_made_and_one_with_something_missing_is_refused_with_just_that() {
        for stage in Stage::ALL {
            for left in Stage::ALL.iter().filter(|left| left.is_at_work()) {
                let left = (*stage == Stage::Paused).then_some(*left);
                for people in [both(&[Mode::Letter]), vec![person(Kind::Victim, &[])], Vec::new()] {
                    let facts = facts(*stage, left, people);
                    let at_the_move = Facts { safety_answered: true, ..facts.clone() };
                    for step in next(&facts) {
                        let made = conditions::decide(&at_the_move, Request { to: step.to, mode: step.mode, has_reason: true });
                        assert_eq!(made.err().unwrap_or_default(), step.missing, "{stage:?} to {:?}", step.to);
                    }
                }
            }
        }
    }

    #[test]
    fn every_step_that_there_is_is_named_and_no_other() {
        let named = |stage, left| next(&facts(stage, left, both(&[]))).iter().map(|step| step.to).collect::<Vec<_>>();
        assert_eq!(named(Stage::Assessment, None), [Stage::Preparation, Stage::Paused, Stage::Closed]);
        assert_eq!(named(Stage::Preparation, None), [Stage::Mediation, Stage::Paused, Stage::Closed]);
        assert_eq!(named(Stage::Mediation, None), [Stage::FollowUp, Stage::Paused, Stage::Closed]);
        assert_eq!(named(Stage::FollowUp, None), [Stage::Paused, Stage::Closed]);
        assert_eq!(named(Stage::Paused, Some(Stage::Mediation)), [Stage::Mediation, Stage::Closed]);
        assert_eq!(named(Stage::Closed, None), [Stage::Assessment]);
    }

    #[test]
    fn mediation_is_shown_for_each_mode_that_somebody_consents_to() {
        let people = vec![person(Kind::Victim, &[Mode::Letter, Mode::Video]), person(Kind::Offender, &[Mode::Letter])];
        let steps = next(&facts(Stage::Preparation, None, people));
        let mediation: Vec<_> = steps.iter().filter(|step| step.to == Stage::Mediation).collect();
        let [letter, video] = mediation.as_slice() else { panic!("{mediation:?}") };
        assert_eq!((letter.mode, letter.missing.as_slice()), (Some(Mode::Letter), [].as_slice()));
        assert_eq!(video.missing, [Missing::Consent(Kind::Offender, Mode::Video)]);
        let nobody = next(&facts(Stage::Preparation, None, both(&[])));
        assert_eq!(nobody.first().map(|step| step.missing.as_slice()), Some([Missing::Mode].as_slice()));
    }
}
