//! Acts on the registry of mediators, one for each RPC that is about no case. The access rules say which role may do which; a mediator
//! reads their own entry and no other.

use strum::{EnumString, IntoStaticStr, VariantArray};

/// An act on the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(const_into_str)]
pub enum Act {
    #[strum(serialize = "mediator.engage")]
    Engage,
    #[strum(serialize = "mediator.renew")]
    Renew,
    #[strum(serialize = "mediator.end-engagement")]
    End,
    #[strum(serialize = "mediator.amend")]
    Amend,
    #[strum(serialize = "mediator.train")]
    Train,
    #[strum(serialize = "mediator.conflict")]
    RecordConflict,
    #[strum(serialize = "mediator.lift-conflict")]
    LiftConflict,
    #[strum(serialize = "mediator.read")]
    Read,
    #[strum(serialize = "mediator.list")]
    List,
}

impl Act {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Name of the permission, in the access rules and in the audit log.
    #[must_use]
    pub const fn permission(self) -> &'static str {
        self.into_str()
    }
}
