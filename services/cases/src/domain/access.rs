//! Need to know: how far a caller can see, before any row is read [R3c, D-mediator, T11].

use chassis::Caller;
use proto::{
    id::{CaseId, ReferralId},
    reference, role,
};

/// Prefix of case numbers.
pub const NUMBER_PREFIX: &str = "RC";

/// How a caller names a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseRef {
    Id(CaseId),
    Number(String),
    Referral(ReferralId),
}

impl CaseRef {
    /// Reads a case id, or a case number as a person types it. What is neither names no case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().parse() {
            Ok(id) => Some(Self::Id(id)),
            Err(_) => reference::parse(NUMBER_PREFIX, text).map(Self::Number),
        }
    }
}

/// What the first query may find for a caller. There is no wider door: every read and write passes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// The RJ Unit has custody of every file [IM1c].
    Unit,
    /// A mediator: cases with a live line in the access list, and no other.
    Assigned(String),
    /// Nobody else knows of any case.
    Nothing,
}

impl Scope {
    /// The scope of a caller, from their roles.
    #[must_use]
    pub fn of(caller: &Caller) -> Self {
        if caller.has_any(&role::RJ_UNIT) {
            Self::Unit
        } else if caller.has_role(role::MEDIATOR) && !caller.subject.is_empty() {
            Self::Assigned(caller.subject.clone())
        } else {
            Self::Nothing
        }
    }

    /// Whether the scope covers every case.
    #[must_use]
    pub const fn is_unit(&self) -> bool {
        matches!(self, Self::Unit)
    }

    /// The subject to look for in the access list; empty matches nobody.
    #[must_use]
    pub fn subject(&self) -> &str {
        match self {
            Self::Assigned(subject) => subject,
            Self::Unit | Self::Nothing => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::OffsetDateTime;

    fn scope(roles: &[&str]) -> Scope {
        Scope::of(&Caller::acting("someone", roles, &["mission"], &["pacific"], OffsetDateTime::UNIX_EPOCH))
    }

    // [R3c] [T11]
    #[test]
    fn only_the_rj_unit_sees_every_case_and_only_mediators_can_be_given_one() {
        for role in role::ALL {
            let expected = match role {
                role::NATIONAL_MANAGER | role::RJ_SUPERVISOR | role::RJ_OFFICER => Scope::Unit,
                role::MEDIATOR => Scope::Assigned("someone".into()),
                _ => Scope::Nothing,
            };
            assert_eq!(scope(&[role]), expected, "{role}");
        }
        assert_eq!(scope(&[]), Scope::Nothing);
    }

    #[test]
    fn a_case_is_named_by_its_id_or_by_its_number_as_typed() {
        let number = reference::make(NUMBER_PREFIX, 42);
        assert_eq!(CaseRef::parse(&number.to_lowercase().replace('-', " ")), Some(CaseRef::Number(number)));
        for nothing in ["", "RC-", "RO-3333-3333", "00000000-0000-0000-0000-000000000000", "' or 1=1"] {
            assert_eq!(CaseRef::parse(nothing), None, "{nothing}");
        }
    }
}
