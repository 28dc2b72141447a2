//! Flags of a referral, and the check that no question is open.

use std::collections::BTreeSet;

use base::Refusal;

use super::{Flag, Known, Origin, Statements, SubmittedReferral};
use crate::{domain::text, error};

/// Flags of one referral.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flags(BTreeSet<Flag>);

impl Flags {
    /// The flags of one body.
    #[must_use]
    pub fn of(told: &SubmittedReferral, origin: Origin) -> Self {
        Self::to_know(told, origin).and_open(&Statements::of(told, origin))
    }

    /// The flags for information of one body.
    fn to_know(told: &SubmittedReferral, origin: Origin) -> Self {
        let in_custody = told.offender_in_custody == Known::Yes;
        let found = [
            (Flag::OriginCheck, origin == Origin::Community && in_custody),
            (Flag::NoContactCondition, told.no_contact_condition == Known::Yes),
            (Flag::SafetyConcern, text::is_given(told.safety_concern.expose())),
        ];
        found.into_iter().filter(|(_, holds)| *holds).map(|(flag, _)| flag).collect()
    }

    /// These flags for information, with the questions that the statements leave open.
    #[must_use]
    pub fn and_open(&self, statements: &Statements) -> Self {
        self.0.iter().copied().filter(|f| !f.is_question()).chain(statements.open()).collect()
    }

    /// The open questions.
    #[must_use]
    pub fn questions(&self) -> BTreeSet<Flag> {
        self.0.iter().copied().filter(|flag| flag.is_question()).collect()
    }

    /// Flags after another body: the statements include its own; flags for information stay.
    #[must_use]
    pub fn after(&self, other: &Self, statements: &Statements) -> Self {
        let all: Self = self.0.union(&other.0).copied().collect();
        all.and_open(statements)
    }

    /// The same flags and one more.
    #[must_use]
    pub fn with(&self, flag: Flag) -> Self {
        self.0.iter().copied().chain([flag]).collect()
    }

    #[must_use]
    pub fn contains(&self, flag: Flag) -> bool {
        self.0.contains(&flag)
    }

    #[must_use]
    pub fn has_questions(&self) -> bool {
        self.0.iter().any(|f| f.is_question())
    }

    /// The codes, in a fixed order.
    #[must_use]
    pub fn codes(&self) -> Vec<String> {
        self.0.iter().map(|f| f.code().to_owned()).collect()
    }

    /// Parses codes; an unknown one is dropped.
    #[must_use]
    pub fn from_codes<S: AsRef<str>>(codes: &[S]) -> Self {
        Self(codes.iter().filter_map(|code| code.as_ref().parse().ok()).collect())
    }

    /// Refuses to proceed while a question is open, and names every one at once.
    ///
    /// # Errors
    /// The reason is the code of the first open question.
    pub fn nothing_to_ask(&self) -> Result<(), Refusal> {
        let open: Vec<Flag> = self.0.iter().copied().filter(|f| f.is_question()).collect();
        let Some(first) = open.first() else {
            return Ok(());
        };
        let list = |pick: fn(Flag) -> &'static str| open.iter().map(|f| pick(*f)).collect::<Vec<_>>().join(" ");
        Err(error::question_open(first.code(), first.clause(), &list(|f| f.words().0), &list(|f| f.words().1)))
    }
}

impl FromIterator<Flag> for Flags {
    fn from_iter<I: IntoIterator<Item = Flag>>(flags: I) -> Self {
        Self(flags.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [Known; 3] = [Known::Yes, Known::No, Known::Unknown];

    fn told(asked: Known, custody: Known, condition: Known) -> SubmittedReferral {
        SubmittedReferral {
            offender_asked: asked,
            offender_in_custody: custody,
            no_contact_condition: condition,
            ..SubmittedReferral::default()
        }
    }

    #[test]
    fn every_combination_of_origin_and_statement_raises_exactly_the_questions_of_the_directive() {
        for origin in Origin::ALL.iter().copied() {
            for asked in KNOWN {
                for custody in KNOWN {
                    for condition in KNOWN {
                        let flags = Flags::of(&told(asked, custody, condition), origin);
                        let institutional = origin == Origin::Institutional;
                        let community = origin == Origin::Community;
                        let case = format!("{origin:?} asked {asked:?} custody {custody:?} condition {condition:?}");
                        assert_eq!(flags.contains(Flag::OffenderAskedNotStated), institutional && asked != Known::Yes, "{case}");
                        assert_eq!(flags.contains(Flag::ConditionsNotStated), community && condition == Known::Unknown, "{case}");
                        assert_eq!(flags.contains(Flag::OriginCheck), community && custody == Known::Yes, "{case}");
                        assert_eq!(flags.contains(Flag::NoContactCondition), condition == Known::Yes, "{case}");
                        assert!(!flags.contains(Flag::RepresentativeRelationUnknown), "{case}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_representative_whose_relation_the_law_does_not_name_is_asked_about() {
        let cases = [
            ("", "", false),
            ("Perle Fictive", "", true),
            ("Perle Fictive", "neighbour", true),
            ("", "neighbour", true),
            ("Perle Fictive", "spouse", false),
            ("Perle Fictive", " Designated\u{2011}Representative\u{a0}", false),
        ];
        for (name, relation, asked) in cases {
            let told = SubmittedReferral {
                representative_name: name.to_owned().into(),
                representative_relation: relation.to_owned().into(),
                ..SubmittedReferral::default()
            };
            let flags = Flags::of(&told, Origin::Victim);
            assert_eq!(flags.contains(Flag::RepresentativeRelationUnknown), asked, "{name:?} {relation:?}");
        }
    }

    #[test]
    fn a_later_body_can_answer_a_question_and_can_never_hide_a_condition() {
        let said = Statements::default();
        for one in Flag::ALL.iter().copied() {
            let (with, without) = (Flags(BTreeSet::from([one])), Flags::default());
            let kept = !one.is_question();
            assert_eq!(with.after(&without, &said).contains(one), kept, "{one:?}");
            assert_eq!(without.after(&with, &said).contains(one), kept, "{one:?}");
        }
    }

    #[test]
    fn every_open_question_is_named_at_once_in_both_languages() {
        let flags = Flags(Flag::ALL.iter().copied().collect());
        let refusal = flags.nothing_to_ask().unwrap_err();
        for flag in Flag::ALL.iter().copied() {
            let (en, fr) = flag.words();
            assert_eq!(refusal.en.contains(en), flag.is_question(), "{flag:?}");
            assert_eq!(refusal.fr.contains(fr), flag.is_question(), "{flag:?}");
        }
        assert!(Flags(BTreeSet::from([Flag::NoContactCondition, Flag::OriginCheck])).nothing_to_ask().is_ok());
    }

    #[test]
    fn the_codes_survive_the_database() {
        let flags = Flags(Flag::ALL.iter().copied().collect());
        assert_eq!(Flags::from_codes(&flags.codes()), flags);
        assert_eq!(Flags::from_codes(&["something-newer"]), Flags::default());
    }
}
