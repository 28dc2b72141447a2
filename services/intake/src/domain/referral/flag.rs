//! One flag of a referral: a question the RJ Unit must ask, or a fact it must know, before it can proceed. Stable codes.

use strum::{EnumString, IntoStaticStr, VariantArray};

/// One flag of a referral.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Flag {
    /// Question: did the offender ask for this? [D-institutional]
    OffenderAskedNotStated,
    /// Question: does a no-contact order or condition exist? [R7a]
    ConditionsNotStated,
    /// Question: by what relation does the representative speak for the victim? [D-victim-referral]
    RepresentativeRelationUnknown,
    /// To know: stated as a community referral, yet the offender is in custody [D-community].
    OriginCheck,
    /// To know: an order or condition forbids contact; priority review, never a rejection [GL2a].
    NoContactCondition,
    /// To know: a safety concern came with it, and was raised at once [RM1c].
    SafetyConcern,
    /// To know: another body came after the decision, which must be made again [R3a].
    CorrectedAfterDecision,
}

impl Flag {
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }

    /// Whether it is a question, which blocks the referral until answered; other flags are for information only.
    #[must_use]
    pub const fn is_question(self) -> bool {
        matches!(self, Self::OffenderAskedNotStated | Self::ConditionsNotStated | Self::RepresentativeRelationUnknown)
    }

    pub(super) const fn clause(self) -> &'static str {
        match self {
            Self::OffenderAskedNotStated => "D-institutional",
            Self::ConditionsNotStated => "R7a",
            Self::RepresentativeRelationUnknown => "D-victim-referral",
            Self::OriginCheck => "D-community",
            Self::NoContactCondition => "GL2a",
            Self::SafetyConcern => "RM1c",
            Self::CorrectedAfterDecision => "R3a",
        }
    }

    pub(super) const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::OffenderAskedNotStated => ("did the offender ask for this?", "le délinquant l'a-t-il demandé?"),
            Self::ConditionsNotStated => {
                ("does an order or condition forbid contact?", "une ordonnance ou une condition interdit-elle les contacts?")
            }
            Self::RepresentativeRelationUnknown => (
                "by what relation does the representative speak for the victim?",
                "à quel titre le représentant parle-t-il au nom de la victime?",
            ),
            Self::OriginCheck => ("is the offender in custody?", "le délinquant est-il incarcéré?"),
            Self::NoContactCondition => ("what does the condition say?", "que dit la condition?"),
            Self::SafetyConcern => ("what became of the safety concern?", "qu'est devenue la préoccupation de sécurité?"),
            Self::CorrectedAfterDecision => ("does the decision still stand?", "la décision tient-elle toujours?"),
        }
    }
}

/// Relations by which a representative may speak for a victim [CCRA 2(3), 26(5)].
pub const RELATIONS: [&str; 7] =
    ["spouse", "conjugal-partner", "relative", "dependant", "caregiver", "caregiver-of-dependant", "designated-representative"];

/// Whether the text is one of them, in any spelling.
pub(super) fn is_relation(text: &str) -> bool {
    RELATIONS.contains(&proto::normal::key(text).as_str())
}
