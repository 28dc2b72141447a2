//! Acts on the protocols and on the catalogue of clauses, one for each RPC that is about no case. The access rules say which role may do
//! which.

use strum::{EnumString, IntoStaticStr, VariantArray};

/// An act on the protocols.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(const_into_str)]
pub enum Act {
    #[strum(serialize = "protocol.draft")]
    Draft,
    #[strum(serialize = "protocol.put-part")]
    PutPart,
    #[strum(serialize = "protocol.remove-part")]
    RemovePart,
    #[strum(serialize = "protocol.submit")]
    Submit,
    #[strum(serialize = "protocol.approve")]
    Approve,
    #[strum(serialize = "protocol.return")]
    Return,
    #[strum(serialize = "protocol.read")]
    Read,
    #[strum(serialize = "protocol.list")]
    List,
    #[strum(serialize = "clause.list")]
    ListClauses,
    #[strum(serialize = "clause.read")]
    ReadClause,
}

impl Act {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Name of the permission, in the access rules and in the audit log.
    #[must_use]
    pub const fn permission(self) -> &'static str {
        self.into_str()
    }
}
