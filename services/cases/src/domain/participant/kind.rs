//! Kinds of participants, their sides and their languages [D-RO].

/// Role of a person in the case; all take part of their own free will [D-RO].
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

/// The two sides of a harm; other participants are on neither.
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

    /// The kind of a code, if known.
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

    /// The language of a code, if known.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        [Self::English, Self::French].into_iter().find(|l| l.code() == code)
    }
}
