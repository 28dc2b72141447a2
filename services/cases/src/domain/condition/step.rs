//! Steps of a condition after it was recorded: a victim informed, an amendment, an end.

use base::Private;
use proto::id::ParticipantId;
use strum::{EnumString, IntoStaticStr, VariantArray};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use crate::domain::condition::state::Act;

/// How a victim was informed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Informing {
    InPerson,
    ByTelephone,
    InWriting,
    ByVideo,
    ThroughRepresentative,
}

impl Informing {
    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }
}

/// How a condition came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum End {
    /// The authority that imposed it removed it.
    Removed,
    /// Its time is over.
    RanOut,
    /// It was recorded by mistake.
    ByMistake,
}

impl End {
    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }

    /// What is done to the condition: what the authority removes is a change of which the victim is informed [CCRA 133(7)].
    #[must_use]
    pub const fn act(self) -> Act {
        match self {
            Self::Removed => Act::Remove,
            Self::RanOut | Self::ByMistake => Act::Close,
        }
    }
}

/// What was done.
#[derive(Debug, Clone, PartialEq)]
pub enum Done {
    Informed { participant: ParticipantId, how: Informing, on: Date, by: Private<String>, concerns: Option<Private<String>> },
    Amended { on: Date, text: Private<String>, without_informing: Option<Private<String>> },
    Ended { how: End, reason: Private<String>, without_informing: Option<Private<String>> },
}

impl Done {
    /// The code used in tables.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Informed { .. } => "informed",
            Self::Amended { .. } => "amended",
            Self::Ended { .. } => "ended",
        }
    }

    /// What was said, and what was noted beside it.
    #[must_use]
    pub const fn texts(&self) -> (&Private<String>, Option<&Private<String>>) {
        match self {
            Self::Informed { by: said, concerns: noted, .. }
            | Self::Amended { text: said, without_informing: noted, .. }
            | Self::Ended { reason: said, without_informing: noted, .. } => (said, noted.as_ref()),
        }
    }
}

/// A step of one condition.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub condition: Uuid,
    pub done: Done,
    /// Identity of who recorded it.
    pub by: String,
    pub at: OffsetDateTime,
}
