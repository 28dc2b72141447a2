//! Codes that are counted, each with its label in both official languages: one without the other does not compile.

use strum::{EnumString, IntoStaticStr, VariantArray};

/// Language of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    English,
    French,
}

impl Language {
    /// "en" or "fr".
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "en" => Some(Self::English),
            "fr" => Some(Self::French),
            _ => None,
        }
    }

    /// Of two texts, the one in this language.
    #[must_use]
    pub const fn pick<'a>(self, english: &'a str, french: &'a str) -> &'a str {
        match self {
            Self::English => english,
            Self::French => french,
        }
    }
}

macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $en:literal, $fr:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, EnumString, VariantArray)]
        #[strum(serialize_all = "snake_case", const_into_str)]
        pub enum $name { $($variant),+ }

        impl $name {
            /// All values, in the order of the tables.
            pub const ALL: &'static [Self] = Self::VARIANTS;

            /// The stable code, in storage and on the wire.
            #[must_use]
            pub const fn code(self) -> &'static str {
                self.into_str()
            }

            /// The value with this code.
            #[must_use]
            pub fn parse(code: &str) -> Option<Self> {
                code.parse().ok()
            }

            /// Label for people.
            #[must_use]
            pub const fn label(self, language: Language) -> &'static str {
                match self { $(Self::$variant => language.pick($en, $fr)),+ }
            }
        }
    };
}

coded!(
    /// Origin of a referral as counted [D-victim-referral, D-institutional, D-community, R8a].
    Origin {
        Victim = "Victim referral", "Renvoi effectué à la demande de la victime";
        Institutional = "Institutional referral", "Renvoi effectué par l’établissement";
        Community = "Community referral", "Renvoi effectué dans la collectivité";
        AnyCommunication = "Any other communication", "Toute autre communication";
    }
);

coded!(
    /// Region of the submitting office: the five regions, NHQ, or an office not in the table of sites.
    Region {
        Atlantic = "Atlantic", "Atlantique";
        Quebec = "Quebec", "Québec";
        Ontario = "Ontario", "Ontario";
        Prairie = "Prairie", "Prairies";
        Pacific = "Pacific", "Pacifique";
        National = "National Headquarters", "Administration centrale";
        Unknown = "Site not known", "Lieu inconnu";
    }
);

coded!(
    /// Decision of the RJ Unit [R3a].
    Disposition {
        Accepted = "Accepted", "Accepté";
        IndirectOnly = "Managed by indirect communication", "Géré par communication indirecte";
        DeferredForPreparation = "Delayed for further preparation", "Reporté pour préparation supplémentaire";
        OtherPartyInaccessible = "Other party inaccessible", "Autre partie inaccessible";
        OtherPartyUnwilling = "Other party unwilling", "Refus de l’autre partie";
        MotivationNotAppropriate = "Motivation not appropriate", "Motivation inappropriée";
        NoContactPermitted = "No contact permitted", "Communication interdite";
        Withdrawn = "Withdrawn", "Retiré";
        OutOfJurisdiction = "Out of jurisdiction", "Hors compétence";
        Duplicate = "Duplicate", "Doublon";
        NotScreened = "Not yet screened", "Pas encore examiné";
    }
);

coded!(
    /// Grade of a concern [RM1b, RM1c]. One without a stated grade counts as a concern.
    Grade {
        Imminent = "Imminent risk", "Risque imminent";
        Concern = "Other safety or security concern", "Autre préoccupation en matière de sécurité";
        Question = "Question about the process", "Question au sujet du processus";
    }
);

coded!(
    /// Who must accept a concern [R3e, R4c].
    Audience {
        Nhq = "National Headquarters", "Administration centrale";
        ResponsibleHead = "Institutional Head or District Director", "Directeur de l’établissement ou du district";
    }
);

coded!(
    /// Stage of a case.
    Stage {
        Assessment = "Assessment", "Évaluation";
        Preparation = "Preparation", "Préparation";
        Mediation = "Mediation", "Médiation";
        FollowUp = "Follow-up", "Suivi";
        Paused = "Paused", "En pause";
        Closed = "Closed", "Fermé";
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back_as_itself_and_has_a_label_in_each_language() {
        macro_rules! check {
            ($($name:ident),+) => {$(
                for value in $name::ALL {
                    assert_eq!($name::parse(value.code()), Some(*value));
                    assert!(!value.label(Language::English).is_empty() && !value.label(Language::French).is_empty());
                }
            )+};
        }
        check!(Origin, Region, Disposition, Grade, Audience, Stage);
        assert_eq!(Origin::parse("Victim"), None);
    }
}
