//! Rules of a version as the product checks them: which steps of a case they may bind, and which one a step violates [R1].

use base::Refusal;
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::{
    domain::{access::decision::Verb, text},
    error,
};

/// Most characters of a rule's words in a refusal.
const QUOTED: usize = 400;

/// What a rule requires of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Requirement {
    /// The step is not taken.
    NotTaken,
    /// A supervisor or the National Manager takes it.
    BySupervisor,
}

impl Requirement {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }
}

/// A rule of the version in force about a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub key: String,
    pub clause: &'static str,
    pub requirement: Requirement,
    pub en: String,
    pub fr: String,
}

/// Whether a rule may be about a step. None binds what records a risk or stops something: a pause, a withdrawal, a cancellation, a leaving
/// [RM1c, L26-6].
#[must_use]
pub const fn may_bind(step: Verb) -> bool {
    matches!(
        step,
        Verb::AddParticipant
            | Verb::AssignMediator
            | Verb::DescribeMode
            | Verb::SayDirect
            | Verb::AdviseDrafter
            | Verb::KeepDocument
            | Verb::RegisterItem
            | Verb::PlanSession
    )
}

/// Whether something done to a case is a step of it. Holds and purges are no use of a case: they stand in its audit log.
#[must_use]
pub const fn is_step(verb: Verb) -> bool {
    !matches!(verb, Verb::PlaceHold | Verb::LiftHold | Verb::OrderPurge | Verb::ConfirmPurge)
}

/// That a step follows every rule of the version in force.
///
/// # Errors
/// The first rule that it violates, with its clause and its words.
pub fn followed(protocol: i32, rules: &[Rule], by_supervisor: bool) -> Result<(), Refusal> {
    let violated = rules.iter().find(|rule| match rule.requirement {
        Requirement::NotTaken => true,
        Requirement::BySupervisor => !by_supervisor,
    });
    match violated {
        None => Ok(()),
        Some(rule) => {
            let (en, fr) = (text::beginning(&rule.en, QUOTED), text::beginning(&rule.fr, QUOTED));
            Err(error::protocol_not_followed(rule.clause, protocol, &rule.key, &en, &fr))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(requirement: Requirement) -> Rule {
        Rule { key: "key".into(), clause: "R4a", requirement, en: "words".into(), fr: "mots".into() }
    }

    // [R1]
    #[test]
    fn a_step_that_violates_a_rule_is_refused_with_its_clause_and_its_words() {
        let refused = |requirement, by_supervisor| followed(7, &[rule(requirement)], by_supervisor).map_err(|r| (r.reason, r.clause));
        for (requirement, by_supervisor, violated) in [
            (Requirement::NotTaken, false, true),
            (Requirement::NotTaken, true, true),
            (Requirement::BySupervisor, false, true),
            (Requirement::BySupervisor, true, false),
        ] {
            let expected = if violated { Err(("protocol-not-followed", "R4a")) } else { Ok(()) };
            assert_eq!(refused(requirement, by_supervisor), expected, "{requirement:?} {by_supervisor}");
        }
        let told = followed(7, &[rule(Requirement::NotTaken)], false).unwrap_err();
        assert!(told.en.contains("version 7") && told.en.contains("words") && told.fr.contains("mots"));
        assert_eq!(followed(7, &[], false), Ok(()));
    }

    #[test]
    fn no_rule_binds_what_records_a_risk_or_stops_something() {
        let bound: Vec<&str> = Verb::ALL.iter().filter(|verb| may_bind(**verb)).map(|verb| verb.permission()).collect();
        let expected = [
            "participant.add",
            "mediator.assign",
            "mode.describe",
            "mode.say",
            "condition.advise",
            "document.keep",
            "item.register",
            "session.plan",
        ];
        assert_eq!(bound, expected);
    }
}
