//! Kinds of participants, and their sides [D-RO].

use strum::{EnumString, IntoStaticStr, VariantArray};

/// Role of a person in the case; all take part of their own free will [D-RO].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Kind {
    Victim,
    Offender,
    CommunityMember,
    SupportPerson,
    Representative,
    Interpreter,
    Elder,
}

/// The two sides of a harm; other participants are on neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, EnumString)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Side {
    Victim,
    Offender,
}

impl Side {
    /// The code used in tables, and with the keys of a case.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }
}

impl Kind {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
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

    /// The kind in English and in French, with its article; a refusal identifies no person more closely.
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
