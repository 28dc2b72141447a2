//! Modes of communication, an open list [D-VOM]; one that is not on it is described in words.

use base::{Private, Refusal};
use proto::normal;
use strum::{EnumString, IntoStaticStr};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{domain::text, error};

/// A mode that is not on the list, as far as the rules need it: which one, and whether participants may be in one room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Described {
    pub id: Uuid,
    /// True until the RJ Unit says otherwise.
    pub direct: bool,
}

/// How the participants communicate; `Other` keeps the list open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, EnumString)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Mode {
    Letter,
    Video,
    Shuttle,
    FaceToFace,
    Group,
    /// `None`: it is not known which. No one consents to that, and no gate lets it through.
    Other(Option<Described>),
}

impl Mode {
    pub const ALL: [Self; 6] = [Self::Letter, Self::Video, Self::Shuttle, Self::FaceToFace, Self::Group, Self::Other(None)];

    /// The code used on the wire and in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }

    /// Whether participants are in one room, or may be: never for a referral accepted for indirect communication only. A described mode
    /// counts as direct until it is recorded otherwise.
    #[must_use]
    pub const fn is_direct(self) -> bool {
        match self {
            Self::Letter | Self::Video | Self::Shuttle => false,
            Self::FaceToFace | Self::Group | Self::Other(None) => true,
            Self::Other(Some(described)) => described.direct,
        }
    }

    /// The same mode, with the new answer on a described one.
    #[must_use]
    pub fn said(self, described: Described) -> Self {
        match self {
            Self::Other(Some(own)) if own.id == described.id => Self::Other(Some(described)),
            other => other,
        }
    }

    /// Which described mode it is, where it is one.
    #[must_use]
    pub const fn described(self) -> Option<Described> {
        match self {
            Self::Other(described) => described,
            Self::Letter | Self::Video | Self::Shuttle | Self::FaceToFace | Self::Group => None,
        }
    }

    /// Name of the mode in English and in French.
    #[must_use]
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Letter => ("letter exchange", "l'échange de lettres"),
            Self::Video => ("video exchange", "l'échange de vidéos"),
            Self::Shuttle => ("relayed messages", "les messages relayés"),
            Self::FaceToFace => ("a face-to-face meeting", "une rencontre en personne"),
            Self::Group => ("a group conference", "une conférence de groupe"),
            Self::Other(_) => ("another way to communicate", "un autre mode de communication"),
        }
    }

    /// Parses a mode code.
    ///
    /// # Errors
    /// Refuses anything that is not a mode code [D-VOM].
    pub fn parse(code: &str) -> Result<Self, Refusal> {
        code.parse().map_err(|_| error::mode_unknown())
    }
}

/// A described mode as the file has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    pub mode: Described,
    pub text: Private<String>,
    pub described_by: String,
    pub described_at: OffsetDateTime,
    /// Who said last whether it is direct, and when.
    pub said: Option<(String, OffsetDateTime)>,
}

/// Validates a description.
///
/// # Errors
/// Refuses one that is empty or too long [D-VOM].
pub fn describe(text: &str) -> Result<Private<String>, Refusal> {
    let text = text::bounded(text, text::LINE, "description")?;
    if normal::key(&text).trim().is_empty() {
        return Err(error::description_missing());
    }
    Ok(text.into())
}

/// The mode already described in the same words, whatever their spelling.
#[must_use]
pub fn described_already<'a>(known: &'a [Description], text: &Private<String>) -> Option<&'a Description> {
    let text = normal::key(text.expose());
    known.iter().find(|one| normal::key(one.text.expose()) == text)
}

/// The mode that a caller names by its code and, for another one, by the described mode.
///
/// # Errors
/// Refuses a described mode that the file does not have, and one beside a mode of the list [D-VOM].
pub fn meant(code: &str, described: &str, known: &[Described]) -> Result<Mode, Refusal> {
    let mode = Mode::parse(code)?;
    let named = described.trim();
    if named.is_empty() {
        return Ok(mode);
    }
    if mode != Mode::Other(None) {
        return Err(error::mode_on_the_list());
    }
    let id: Option<Uuid> = named.parse().ok();
    let found = known.iter().find(|one| Some(one.id) == id);
    found.map(|one| Mode::Other(Some(*one))).ok_or_else(error::described_mode_unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mode_is_read_back_from_its_code() {
        for mode in Mode::ALL {
            assert_eq!(Mode::parse(mode.code()).ok(), Some(mode));
        }
        assert_eq!(Mode::parse("").map_err(|r| r.reason), Err("mode-unknown"));
    }

    // [D-VOM]
    #[test]
    fn two_descriptions_are_one_only_where_the_words_are_the_same() {
        let one = Description {
            mode: Described { id: Uuid::from_u128(1), direct: true },
            text: "A letter, read aloud by an Elder".to_owned().into(),
            described_by: "mediator-1".to_owned(),
            described_at: OffsetDateTime::UNIX_EPOCH,
            said: None,
        };
        let known = |text: &str| described_already(std::slice::from_ref(&one), &text.to_owned().into()).is_some();
        assert!(known(" a LETTER,  read aloud by an elder"));
        // The same words in another order are another mode: who reads to whom may be all that matters.
        for other in ["An Elder, read aloud by a letter", "A letter read aloud by an Elder and the offender", "A letter"] {
            assert!(!known(other), "{other}");
        }
        for nothing in ["", " ", "\u{200b}"] {
            assert_eq!(describe(nothing).map_err(|r| r.reason).err(), Some("description-missing"));
        }
        assert_eq!(describe(&"x".repeat(201)).map_err(|r| r.reason).err(), Some("text-too-long"));
    }

    #[test]
    fn another_mode_is_the_one_that_is_named_and_counts_as_direct_until_somebody_says_otherwise() {
        let known = [Described { id: Uuid::from_u128(1), direct: true }, Described { id: Uuid::from_u128(2), direct: false }];
        let mode = |code, id: u128| meant(code, &Uuid::from_u128(id).to_string(), &known).map_err(|r| r.reason);
        let [one, two] = known;
        assert_eq!((mode("other", 1), mode("other", 2)), (Ok(Mode::Other(Some(one))), Ok(Mode::Other(Some(two)))));
        assert_eq!((mode("other", 3), mode("letter", 1)), (Err("described-mode-unknown"), Err("mode-on-the-list")));
        assert_eq!(meant("other", " ", &known).ok(), Some(Mode::Other(None)));
        let direct: Vec<bool> = [Some(one), Some(two), None].map(|d| Mode::Other(d).is_direct()).into();
        assert_eq!(direct, [true, false, true]);
        let said = Described { direct: false, ..one };
        assert_eq!(Mode::Other(Some(one)).said(said), Mode::Other(Some(said)));
        assert_eq!((Mode::Other(Some(two)).said(said), Mode::Letter.said(said)), (Mode::Other(Some(two)), Mode::Letter));
    }
}
