//! Disclosures: what left the file, to whom, why, and on which authority.

use base::Private;
use proto::id::CaseId;
use strum::{EnumString, IntoStaticStr, VariantArray};
use time::OffsetDateTime;
use uuid::Uuid;

/// What was disclosed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Kind {
    /// Advice to the staff member who drafts a condition [GL2c/2d].
    ConditionAdvice,
    /// Names, times and needs of people who enter a site, to whoever answers for it [R2a].
    EntryRequest,
    /// The same as a list for the gate of the site [R2a].
    EntryManifest,
    /// Whose file is asked about, and for what, to the office or person that is asked.
    Request,
    /// An item of that file, given to whoever works on the case.
    Answer,
    /// Information under CCRA s. 26, disclosed to a victim by victim services.
    ToVictim,
}

impl Kind {
    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }
}

/// A line of the register.
#[derive(Debug, Clone, PartialEq)]
pub struct Disclosure {
    pub id: Uuid,
    pub case: CaseId,
    pub number: String,
    pub kind: Kind,
    pub recipient: String,
    pub reason: Private<String>,
    pub authority: String,
    pub by: String,
    pub at: OffsetDateTime,
}
