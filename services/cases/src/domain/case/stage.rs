//! Stages of a case, and its position: the stage with the mode that belongs to it [R3a].

use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::domain::mode::Mode;

/// Stage of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Stage {
    Assessment,
    Preparation,
    Mediation,
    FollowUp,
    /// It is not disclosed who paused, or why [IM1c].
    Paused,
    Closed,
}

impl Stage {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }

    /// Name of the stage in English and in French.
    #[must_use]
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Assessment => ("assessment", "l'évaluation"),
            Self::Preparation => ("preparation", "la préparation"),
            Self::Mediation => ("mediation", "la médiation"),
            Self::FollowUp => ("follow-up", "le suivi"),
            Self::Paused => ("a pause", "la pause"),
            Self::Closed => ("closed", "la clôture"),
        }
    }

    /// Whether work goes on in the stage; it does not in a paused or closed case.
    #[must_use]
    pub const fn is_at_work(self) -> bool {
        matches!(self, Self::Assessment | Self::Preparation | Self::Mediation | Self::FollowUp)
    }
}

/// Position of a case: its stage with what belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub stage: Stage,
    /// The stage before the pause.
    pub left: Option<Stage>,
    /// The mode prepared for or under way.
    pub mode: Option<Mode>,
}
