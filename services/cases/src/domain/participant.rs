//! Who takes part: kinds, sides, and the rule that nobody stands on both sides [D-RO, CCRA 2(4)].

use chassis::{Private, Refusal};
use proto::id::ParticipantId;
use time::OffsetDateTime;

use super::text;

/// The part a person takes; all of them take part of their own free will [D-RO].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Victim,
    Offender,
    CommunityMember,
    SupportPerson,
    Representative,
    Interpreter,
    Elder,
}

/// The two sides of a harm; everyone else stands on neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    Victim,
    Offender,
}

impl Kind {
    pub const ALL: [Self; 7] =
        [Self::Victim, Self::Offender, Self::CommunityMember, Self::SupportPerson, Self::Representative, Self::Interpreter, Self::Elder];

    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Victim => "victim",
            Self::Offender => "offender",
            Self::CommunityMember => "community_member",
            Self::SupportPerson => "support_person",
            Self::Representative => "representative",
            Self::Interpreter => "interpreter",
            Self::Elder => "elder",
        }
    }

    /// The kind of a code, where there is one.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.code() == code)
    }

    /// The side the person stands on or acts for.
    #[must_use]
    pub const fn side(self) -> Option<Side> {
        match self {
            Self::Victim | Self::Representative => Some(Side::Victim),
            Self::Offender => Some(Side::Offender),
            Self::CommunityMember | Self::SupportPerson | Self::Interpreter | Self::Elder => None,
        }
    }

    /// The kind in English and in French, with its article; a refusal names nobody more closely.
    #[must_use]
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Victim => ("the victim", "la victime"),
            Self::Offender => ("the offender", "le délinquant"),
            Self::CommunityMember => ("a community member", "un membre de la collectivité"),
            Self::SupportPerson => ("a support person", "une personne de soutien"),
            Self::Representative => ("the representative", "le représentant"),
            Self::Interpreter => ("an interpreter", "un interprète"),
            Self::Elder => ("an Elder", "un Aîné"),
        }
    }
}

/// Language a person asked for; `None` where it is not known [LOLA].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    English,
    French,
}

impl Language {
    /// The code used on the wire and in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
        }
    }

    /// The language of a code, where there is one.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        [Self::English, Self::French].into_iter().find(|l| l.code() == code)
    }
}

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
}

impl NewParticipant {
    /// Checks what a caller wrote; an empty language means that it is not known.
    ///
    /// # Errors
    /// Refuses an empty or overlong name, an overlong number and any other language [R3c, LOLA].
    pub fn parse(kind: Kind, name: &str, fps: &str, language: &str) -> Result<Self, Refusal> {
        let name = text::bounded(name, text::LINE, "name")?;
        if name.is_empty() {
            return Err(Refusal::invalid(
                "name-missing",
                "R3c",
                "name",
                "give the name of the participant",
                "indiquez le nom du participant",
            ));
        }
        let language = match language {
            "" => None,
            code => Some(Language::of_code(code).ok_or_else(|| {
                Refusal::invalid(
                    "language-unknown",
                    "LOLA",
                    "language",
                    "Give the language as en or fr, or leave it empty where it is not known.",
                    "Indiquez la langue par en ou fr, ou laissez le champ vide si elle n'est pas connue.",
                )
            })?),
        };
        let fps = text::bounded(fps, text::LINE, "fps")?;
        Ok(Self { kind, name: name.into(), fps: fps.into(), language })
    }
}

/// Refuses a person whose number already stands on the other side of the file: the offender is never the victim
/// of the offence and never acts for one.
///
/// # Errors
/// Refuses with `same-person-on-both-sides` [CCRA 2(4)].
pub fn refuse_both_sides(newcomer: &NewParticipant, present: &[Participant]) -> Result<(), Refusal> {
    let number = comparable(newcomer.fps.expose());
    let across = |other: &NewParticipant| match (newcomer.kind.side(), other.kind.side()) {
        (Some(mine), Some(theirs)) => mine != theirs && comparable(other.fps.expose()) == number,
        _ => false,
    };
    if !number.is_empty() && present.iter().any(|p| across(&p.person)) {
        return Err(Refusal::precondition(
            "same-person-on-both-sides",
            "CCRA 2(4)",
            "The same person cannot stand on both sides of a case: an offender is never the victim of the offence and cannot act for one.",
            "La même personne ne peut figurer des deux côtés d'un dossier : un délinquant n'est jamais la victime de l'infraction et ne peut agir pour elle.",
        ));
    }
    Ok(())
}

/// A number as it compares: letters and digits only, in upper case.
fn comparable(fps: &str) -> String {
    fps.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proto::id::ParticipantId;
    use uuid::Uuid;

    fn person(kind: Kind, fps: &str) -> NewParticipant {
        NewParticipant::parse(kind, "Fictional Person", fps, "").unwrap()
    }

    fn present(kind: Kind, fps: &str) -> Participant {
        Participant { id: ParticipantId::new(Uuid::from_u128(1)), person: person(kind, fps), added_at: OffsetDateTime::UNIX_EPOCH }
    }

    // [CCRA 2(4)]
    #[test]
    fn an_offender_is_never_the_victim_and_never_acts_for_one() {
        for newcomer in Kind::ALL {
            for there in Kind::ALL {
                let refused = refuse_both_sides(&person(newcomer, "123 456a"), &[present(there, "123456A")]).is_err();
                let opposite = matches!(
                    (newcomer, there),
                    (Kind::Offender, Kind::Victim | Kind::Representative) | (Kind::Victim | Kind::Representative, Kind::Offender)
                );
                assert_eq!(refused, opposite, "{newcomer:?} beside {there:?}");
            }
        }
    }

    #[test]
    fn people_without_a_number_are_never_taken_for_one_another() {
        assert!(refuse_both_sides(&person(Kind::Victim, " - "), &[present(Kind::Offender, "")]).is_ok());
    }

    #[test]
    fn a_name_does_not_print() {
        assert!(!format!("{:?}", person(Kind::Victim, "7")).contains("Fictional"));
    }
}
