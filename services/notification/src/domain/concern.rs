//! Concern as this service knows it: its audiences, its grade, and the content of the envelope that an audience reads.

use base::Private;
use proto::id::ConcernId;
use strum::{EnumString, IntoStaticStr, VariantArray};
use time::OffsetDateTime;

/// Audience that must accept the concern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Audience {
    Nhq,
    ResponsibleHead,
}

impl Audience {
    /// Code used in tables and logs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }

    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        code.parse().ok()
    }
}

/// Grade of the concern; what is not stated counts as a concern, never as nothing [RM1b, RM1c].
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Grade {
    Imminent,
    Concern,
    Question,
    /// A drill: nobody is at risk.
    Drill,
}

impl Grade {
    pub const ALL: &[Self] = Self::VARIANTS;

    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }

    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        code.parse().ok()
    }
}

/// Content of the audience's envelope, already cut to its classes. Empty text: not said, or not for this audience.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bulletin {
    pub site: String,
    pub raised_at: Option<OffsetDateTime>,
    pub unreadable: bool,
    pub person_at_risk: Private<String>,
    pub nature: Private<String>,
    pub place: Private<String>,
    pub advice: Private<String>,
    pub text: Private<String>,
    pub case: Private<String>,
    pub call_back: Private<String>,
}

/// End of the ringing of a concern: an audience has accepted it, or it is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settlement {
    pub concern: ConcernId,
    /// `None`: closed, for every audience.
    pub audience: Option<Audience>,
}
