//! Codes that are counted, each with its label in both official languages: one without the other does not compile.

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
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $code:literal, $en:literal, $fr:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($variant),+ }

        impl $name {
            /// All values, in the order of the tables.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable code, in storage and on the wire.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The value with this code.
            #[must_use]
            pub fn parse(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.code() == code)
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
        Victim = "victim", "Victim referral", "Renvoi effectué à la demande de la victime";
        Institutional = "institutional", "Institutional referral", "Renvoi effectué par l’établissement";
        Community = "community", "Community referral", "Renvoi effectué dans la collectivité";
        AnyCommunication = "any_communication", "Any other communication", "Toute autre communication";
    }
);

coded!(
    /// Region of the submitting office: the five regions, NHQ, or an office not in the table of sites.
    Region {
        Atlantic = "atlantic", "Atlantic", "Atlantique";
        Quebec = "quebec", "Quebec", "Québec";
        Ontario = "ontario", "Ontario", "Ontario";
        Prairie = "prairie", "Prairie", "Prairies";
        Pacific = "pacific", "Pacific", "Pacifique";
        National = "national", "National Headquarters", "Administration centrale";
        Unknown = "unknown", "Site not known", "Lieu inconnu";
    }
);

coded!(
    /// Decision of the RJ Unit [R3a].
    Disposition {
        Accepted = "accepted", "Accepted", "Accepté";
        IndirectOnly = "indirect_only", "Managed by indirect communication", "Géré par communication indirecte";
        DeferredForPreparation = "deferred_for_preparation", "Delayed for further preparation", "Reporté pour préparation supplémentaire";
        OtherPartyInaccessible = "other_party_inaccessible", "Other party inaccessible", "Autre partie inaccessible";
        OtherPartyUnwilling = "other_party_unwilling", "Other party unwilling", "Refus de l’autre partie";
        MotivationNotAppropriate = "motivation_not_appropriate", "Motivation not appropriate", "Motivation inappropriée";
        NoContactPermitted = "no_contact_permitted", "No contact permitted", "Communication interdite";
        Withdrawn = "withdrawn", "Withdrawn", "Retiré";
        OutOfJurisdiction = "out_of_jurisdiction", "Out of jurisdiction", "Hors compétence";
        Duplicate = "duplicate", "Duplicate", "Doublon";
        NotScreened = "not_screened", "Not yet screened", "Pas encore examiné";
    }
);

coded!(
    /// Grade of a concern [RM1b, RM1c]. One without a stated grade counts as a concern.
    Grade {
        Imminent = "imminent", "Imminent risk", "Risque imminent";
        Concern = "concern", "Other safety or security concern", "Autre préoccupation en matière de sécurité";
        Question = "question", "Question about the process", "Question au sujet du processus";
    }
);

coded!(
    /// Who must accept a concern [R3e, R4c].
    Audience {
        Nhq = "nhq", "National Headquarters", "Administration centrale";
        ResponsibleHead = "responsible_head", "Institutional Head or District Director", "Directeur de l’établissement ou du district";
    }
);

coded!(
    /// Stage of a case.
    Stage {
        Assessment = "assessment", "Assessment", "Évaluation";
        Preparation = "preparation", "Preparation", "Préparation";
        Mediation = "mediation", "Mediation", "Médiation";
        FollowUp = "follow_up", "Follow-up", "Suivi";
        Paused = "paused", "Paused", "En pause";
        Closed = "closed", "Closed", "Fermé";
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
