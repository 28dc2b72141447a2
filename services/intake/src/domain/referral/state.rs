//! States of a referral in the queue.

use strum::{EnumString, IntoStaticStr, VariantArray};

use super::Flags;

/// State of a referral. It follows from the latest decision; only the first two are reached without the RJ Unit [GL1].
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum State {
    Received,
    /// Recorded, and blocked until a question is answered.
    NeedsClarification,
    #[strum(serialize = "screened-accepted")]
    Accepted,
    #[strum(serialize = "screened-indirect-only")]
    IndirectOnly,
    #[strum(serialize = "screened-deferred")]
    Deferred,
    #[strum(serialize = "screened-closed")]
    Closed,
}

impl State {
    pub const ALL: &[Self] = Self::VARIANTS;

    /// State of an undecided referral.
    #[must_use]
    pub fn undecided(flags: &Flags) -> Self {
        if flags.has_questions() { Self::NeedsClarification } else { Self::Received }
    }

    /// The code in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        code.parse().ok()
    }
}
