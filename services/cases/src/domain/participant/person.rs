//! Persons of a case, and the rule that no person is on both sides [D-RO, CCRA 2(4)].

use base::{Private, Refusal};
use proto::{id::ParticipantId, normal};
use time::OffsetDateTime;

use crate::{
    domain::{
        language::Language,
        participant::{kind::Kind, leaving::Leaving},
        text,
    },
    error,
};

/// A person about to enter the file.
#[derive(Debug, Clone, PartialEq)]
pub struct NewParticipant {
    pub kind: Kind,
    pub name: Private<String>,
    /// Finger Print Section number, empty where there is none.
    pub fps: Private<String>,
    pub language: Option<Language>,
}

/// A person of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Participant {
    pub id: ParticipantId,
    pub person: NewParticipant,
    pub added_at: OffsetDateTime,
    /// Their former entry, where they left and have come back.
    pub formerly: Option<ParticipantId>,
    /// How they left, if they did: they stay on the file and no longer take part.
    pub left: Option<Leaving>,
}

impl NewParticipant {
    /// Validates a caller's input; an empty language means that it is not known.
    ///
    /// # Errors
    /// Refuses an empty or overlong name, an overlong number and any other language [R3c, LOLA].
    pub fn parse(kind: Kind, name: &str, fps: &str, language: &str) -> Result<Self, Refusal> {
        let name = text::bounded(name, text::LINE, "name")?;
        if name.is_empty() {
            return Err(error::participant_name_missing());
        }
        let language = match language {
            "" => None,
            code => Some(code.parse().map_err(|_| error::language_unknown())?),
        };
        let fps = text::bounded(fps, text::LINE, "fps")?;
        Ok(Self { kind, name: name.into(), fps: fps.into(), language })
    }

    /// Whether this is or may be the same person as another, whatever part each takes; `told_apart` decides where only the name matches.
    #[must_use]
    pub fn is_like(&self, other: &Self, told_apart: bool) -> bool {
        match likeness(self, other) {
            Likeness::Same => true,
            Likeness::InDoubt => !told_apart,
            Likeness::Different => false,
        }
    }
}

/// Whether two people of one case may be one who cannot be both: the offender is never a victim, never acts for one and never supports one.
const fn exclude(one: Kind, other: Kind) -> bool {
    matches!((one, other), (Kind::Offender, Kind::Victim | Kind::Representative | Kind::SupportPerson))
        || matches!((one, other), (Kind::Victim | Kind::Representative | Kind::SupportPerson, Kind::Offender))
}

/// Likeness of two entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Likeness {
    /// Another number, or another name.
    Different,
    /// The same name under some spelling, and no two numbers that tell them apart.
    InDoubt,
    /// The same number.
    Same,
}

fn likeness(one: &NewParticipant, other: &NewParticipant) -> Likeness {
    let (number, theirs) = (comparable(one.fps.expose()), comparable(other.fps.expose()));
    if !number.is_empty() && !theirs.is_empty() {
        return if number == theirs { Likeness::Same } else { Likeness::Different };
    }
    let name = normal::name(one.name.expose());
    if !name.is_empty() && name == normal::name(other.name.expose()) { Likeness::InDoubt } else { Likeness::Different }
}

/// Refuses a person who is, or was before they left, on the other side of the file: compared by number, and by name under every spelling.
/// Where only the name matches the caller is asked, and answers with `is_another_person`.
///
/// # Errors
/// Refuses with `same-person-on-both-sides` or `may-be-the-same-person` [CCRA 2(4)].
pub fn refuse_both_sides(newcomer: &NewParticipant, everyone: &[Participant], is_another_person: bool) -> Result<(), Refusal> {
    let across = everyone.iter().filter(|p| exclude(newcomer.kind, p.person.kind));
    match across.map(|p| likeness(newcomer, &p.person)).max() {
        Some(Likeness::Same) => Err(error::same_person_on_both_sides()),
        Some(Likeness::InDoubt) if !is_another_person => Err(error::may_be_the_same_person()),
        _ => Ok(()),
    }
}

/// Result of a repeated key.
///
/// # Errors
/// Refuses with `key-used` where it is another person.
pub fn same_again(known: Option<&Participant>, again: &NewParticipant) -> Result<Option<ParticipantId>, Refusal> {
    match known {
        None => Ok(None),
        Some(known) if known.person == *again => Ok(Some(known.id)),
        Some(_) => Err(error::participant_key_used()),
    }
}

/// A number in its form for comparison: letters and digits only, in upper case.
fn comparable(fps: &str) -> String {
    normal::key(fps).chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::participant::leaving::Wish;
    use proto::id::ParticipantId;
    use uuid::Uuid;

    fn person(kind: Kind, fps: &str) -> NewParticipant {
        NewParticipant::parse(kind, "Fictional Person", fps, "").unwrap()
    }

    fn present(kind: Kind, fps: &str) -> Participant {
        let added_at = OffsetDateTime::UNIX_EPOCH;
        Participant { id: ParticipantId::new(Uuid::from_u128(1)), person: person(kind, fps), added_at, formerly: None, left: None }
    }

    // [CCRA 2(4)]
    #[test]
    fn an_offender_is_never_the_victim_and_never_acts_for_one() {
        for &newcomer in Kind::ALL {
            for &there in Kind::ALL {
                let opposite = matches!(
                    (newcomer, there),
                    (Kind::Offender, Kind::Victim | Kind::Representative | Kind::SupportPerson)
                        | (Kind::Victim | Kind::Representative | Kind::SupportPerson, Kind::Offender)
                );
                let left =
                    Leaving { wish: Wish::Own, reason: String::new().into(), recorded_by: "x".into(), at: OffsetDateTime::UNIX_EPOCH };
                for (said, left) in [(false, None), (true, None), (false, Some(left.clone())), (true, Some(left))] {
                    let one = Participant { left, ..present(there, "123456A") };
                    let refused = refuse_both_sides(&person(newcomer, "123 456a"), &[one], said).is_err();
                    assert_eq!(refused, opposite, "{newcomer:?} beside {there:?}");
                }
            }
        }
    }

    // [CCRA 2(4)]
    #[test]
    fn a_name_that_stands_on_the_other_side_under_any_spelling_is_asked_about_and_no_other() {
        let named = |kind, name: &str, fps: &str| NewParticipant::parse(kind, name, fps, "").unwrap();
        let there = |name: &str, fps: &str| Participant {
            id: ParticipantId::new(Uuid::from_u128(1)),
            person: named(Kind::Offender, name, fps),
            added_at: OffsetDateTime::UNIX_EPOCH,
            formerly: None,
            left: None,
        };
        let asked =
            |newcomer: &NewParticipant, there: Participant, said| refuse_both_sides(newcomer, &[there], said).err().map(|r| r.reason);
        for kind in [Kind::Victim, Kind::Representative, Kind::SupportPerson] {
            let newcomer = named(kind, "EXEMPLE, Andre", "");
            for (numbered, spelling) in [("", "André Exemple"), ("123456A", "andré  exemple")] {
                assert_eq!(asked(&newcomer, there(spelling, numbered), false), Some("may-be-the-same-person"), "{kind:?}");
                assert_eq!(asked(&newcomer, there(spelling, numbered), true), None, "{kind:?}");
            }
            assert_eq!(asked(&newcomer, there("Andréa Exemple", ""), false), None);
            let numbered = named(kind, "André Exemple", "777777B");
            assert_eq!(asked(&numbered, there("André Exemple", "123456A"), false), None, "two numbers tell them apart");
            assert_eq!(asked(&numbered, there("Somebody Else", "777 777b"), true), Some("same-person-on-both-sides"));
        }
    }

    #[test]
    fn people_without_a_number_and_with_other_names_are_never_taken_for_one_another() {
        let other = NewParticipant::parse(Kind::Victim, "Another Person", " - ", "").unwrap();
        assert!(refuse_both_sides(&other, &[present(Kind::Offender, "")], false).is_ok());
    }

    #[test]
    fn a_key_that_is_used_again_gives_the_same_person_or_is_refused() {
        let known = present(Kind::Elder, "");
        assert_eq!(same_again(None, &known.person), Ok(None));
        assert_eq!(same_again(Some(&known), &known.person), Ok(Some(known.id)));
        assert_eq!(same_again(Some(&known), &person(Kind::Victim, "")).unwrap_err().reason, "key-used");
    }

    #[test]
    fn a_name_does_not_print() {
        assert!(!format!("{:?}", person(Kind::Victim, "7")).contains("Fictional"));
    }
}
