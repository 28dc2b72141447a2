//! Answers of the bodies under one key to each question, in order of arrival, by stated origin.
//!
//! An empty answer changes nothing; a body of another origin answers only the questions asked of that origin.

use std::collections::{BTreeMap, BTreeSet};

use strum::{EnumString, IntoStaticStr, VariantArray};

use super::{Flag, Known, Origin, SubmittedReferral, flag::is_relation};
use crate::domain::text;

/// State of a question for one origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
enum Stance {
    /// It must be asked, and is unanswered.
    Open,
    Answered,
    /// The last answer leaves it open, whatever was said before.
    Denied,
}

impl Stance {
    const fn code(self) -> &'static str {
        self.into_str()
    }
}

/// Answers under one key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statements(BTreeMap<(Origin, Flag), Stance>);

impl Statements {
    /// The answers of one body.
    #[must_use]
    pub fn of(told: &SubmittedReferral, origin: Origin) -> Self {
        let asked = match told.offender_asked {
            Known::Yes => Stance::Answered,
            Known::No => Stance::Denied,
            Known::Unknown => Stance::Open,
        };
        let conditions = if told.no_contact_condition == Known::Unknown { Stance::Open } else { Stance::Answered };
        let relation = told.representative_relation.expose();
        let relation = match () {
            () if is_relation(relation) => Stance::Answered,
            () if text::is_given(relation) => Stance::Denied,
            () => Stance::Open,
        };
        let found = [
            (Flag::OffenderAskedNotStated, origin == Origin::Institutional, asked),
            (Flag::ConditionsNotStated, origin == Origin::Community, conditions),
            (Flag::RepresentativeRelationUnknown, told.is_represented(), relation),
        ];
        Self(found.into_iter().filter(|(_, concerns, _)| *concerns).map(|(flag, _, stance)| ((origin, flag), stance)).collect())
    }

    /// The answers after a later body.
    #[must_use]
    pub fn then(&self, later: &Self) -> Self {
        let mut all = self.0.clone();
        for (question, stance) in &later.0 {
            if *stance == Stance::Open {
                all.entry(*question).or_insert(Stance::Open);
            } else {
                all.insert(*question, *stance);
            }
        }
        Self(all)
    }

    /// The questions open for any origin.
    #[must_use]
    pub fn open(&self) -> BTreeSet<Flag> {
        self.0.iter().filter(|(_, stance)| **stance != Stance::Answered).map(|((_, flag), _)| *flag).collect()
    }

    /// The codes for the database, in a fixed order.
    #[must_use]
    pub fn codes(&self) -> Vec<String> {
        self.0.iter().map(|((origin, flag), stance)| format!("{}/{}/{}", origin.code(), flag.code(), stance.code())).collect()
    }

    /// Parses codes; an unknown one is dropped.
    #[must_use]
    pub fn from_codes<S: AsRef<str>>(codes: &[S]) -> Self {
        Self(codes.iter().filter_map(|code| read(code.as_ref())).collect())
    }

    /// For referrals recorded before answers were stored: a question of its one origin that is not flagged was answered.
    #[must_use]
    pub fn before_they_were_kept(origin: Origin, open: &BTreeSet<Flag>) -> Self {
        let asked = |flag| match flag {
            Flag::OffenderAskedNotStated => origin == Origin::Institutional,
            Flag::ConditionsNotStated => origin == Origin::Community,
            _ => false,
        };
        let stance = |flag: Flag| match open.contains(&flag) {
            true => Some(Stance::Open),
            false if asked(flag) => Some(Stance::Answered),
            false => None,
        };
        let questions = Flag::ALL.iter().copied().filter(|flag| flag.is_question());
        Self(questions.filter_map(|flag| Some(((origin, flag), stance(flag)?))).collect())
    }
}

fn read(code: &str) -> Option<((Origin, Flag), Stance)> {
    let mut parts = code.split('/');
    let (origin, flag, stance) = (parts.next()?, parts.next()?, parts.next()?);
    Some(((Origin::from_code(origin)?, flag.parse().ok()?), stance.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [Known; 3] = [Known::Yes, Known::No, Known::Unknown];
    const RELATIONS: [(&str, &str); 4] = [("", ""), ("Perle Fictive", ""), ("Perle Fictive", "neighbour"), ("Perle Fictive", "spouse")];

    /// Bodies for all combinations of answers.
    fn bodies() -> Vec<(Origin, SubmittedReferral)> {
        let mut all = Vec::new();
        for origin in Origin::ALL.iter().copied() {
            for asked in KNOWN {
                for condition in KNOWN {
                    for (name, relation) in RELATIONS {
                        let told = SubmittedReferral {
                            offender_asked: asked,
                            no_contact_condition: condition,
                            representative_name: name.to_owned().into(),
                            representative_relation: relation.to_owned().into(),
                            ..SubmittedReferral::default()
                        };
                        all.push((origin, told));
                    }
                }
            }
        }
        all
    }

    /// Whether a body answers a question, implemented apart from the rule.
    fn answers(told: &SubmittedReferral, flag: Flag) -> bool {
        match flag {
            Flag::OffenderAskedNotStated => told.offender_asked == Known::Yes,
            Flag::ConditionsNotStated => told.no_contact_condition != Known::Unknown,
            _ => told.representative_relation.expose() == "spouse",
        }
    }

    #[test]
    fn a_resend_that_is_silent_on_a_question_or_of_another_origin_answers_nothing() {
        for (origin, first) in bodies() {
            let before = Statements::of(&first, origin);
            for (other, second) in bodies() {
                let after = before.then(&Statements::of(&second, other)).open();
                for flag in Flag::ALL.iter().copied().filter(|f| f.is_question() && before.open().contains(f)) {
                    let answered = origin == other && answers(&second, flag);
                    assert_eq!(after.contains(&flag), !answered, "{flag:?}: {origin:?} {first:?}, then {other:?} {second:?}");
                }
            }
        }
    }

    #[test]
    fn a_resend_that_is_silent_takes_no_answer_back_and_one_that_says_otherwise_does() {
        let institutional =
            |asked| Statements::of(&SubmittedReferral { offender_asked: asked, ..SubmittedReferral::default() }, Origin::Institutional);
        let open = |bodies: &[Known]| {
            let all = bodies.iter().fold(Statements::default(), |all, asked| all.then(&institutional(*asked)));
            all.open().contains(&Flag::OffenderAskedNotStated)
        };
        assert!(!open(&[Known::Yes, Known::Unknown]));
        assert!(open(&[Known::Yes, Known::No]));
        assert!(open(&[Known::Yes, Known::No, Known::Unknown]));
        assert!(!open(&[Known::No, Known::Yes]));
    }

    #[test]
    fn statements_survive_the_database_and_what_is_newer_is_left_out() {
        for (origin, told) in bodies() {
            let one = Statements::of(&told, origin);
            assert_eq!(Statements::from_codes(&one.codes()), one);
        }
        let strange = ["", "victim", "victim/offender-asked-not-stated", "a/b/c", "victim/new-question/open"];
        assert_eq!(Statements::from_codes(&strange), Statements::default());
    }

    #[test]
    fn a_referral_of_before_keeps_its_questions_and_its_answers() {
        for (origin, told) in bodies() {
            let now = Statements::of(&told, origin);
            let then = Statements::before_they_were_kept(origin, &now.open());
            assert_eq!(then.open(), now.open(), "{origin:?} {told:?}");
            assert!(
                then.then(&Statements::of(&SubmittedReferral::default(), origin)).open() == now.open(),
                "silence changes nothing: {origin:?} {told:?}"
            );
        }
    }
}
