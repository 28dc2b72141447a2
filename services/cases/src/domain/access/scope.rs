//! Need to know: the scope of a caller, decided before any row is read [R3c, D-mediator, TRAP-11].

use base::{Caller, Refusal};
use proto::role;
use strum::{EnumString, IntoStaticStr, VariantArray};
use time::OffsetDateTime;

use crate::error;

/// A kind of line in the access list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Line {
    /// The case is in the officer's portfolio.
    Officer,
    Mediator,
    /// A break-glass: read-only, for some hours.
    BreakGlass,
}

impl Line {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }
}

/// Scope of a caller: what the first query may find. Every read and write uses one; none is wider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Supervisors and the National Manager: every case [IM1c].
    Unit,
    /// All others: cases with a live line of a kind that the caller's roles allow. A line does not outlive the role.
    Lines { subject: String, kinds: Vec<Line> },
    /// No case, for all other callers.
    Nothing,
}

impl Scope {
    /// The scope of a caller, from their roles.
    #[must_use]
    pub fn of(caller: &Caller) -> Self {
        if caller.has_any(&[role::NATIONAL_MANAGER, role::RJ_SUPERVISOR]) {
            return Self::Unit;
        }
        let mut kinds = Vec::new();
        if caller.has_role(role::RJ_OFFICER) {
            kinds.extend([Line::Officer, Line::BreakGlass]);
        }
        if caller.has_role(role::MEDIATOR) {
            kinds.push(Line::Mediator);
        }
        if kinds.is_empty() || caller.subject.is_empty() { Self::Nothing } else { Self::Lines { subject: caller.subject.clone(), kinds } }
    }

    /// Whether the scope covers every case.
    #[must_use]
    pub const fn is_unit(&self) -> bool {
        matches!(self, Self::Unit)
    }

    /// The subject to look up in the access list; empty matches no line.
    #[must_use]
    pub fn subject(&self) -> &str {
        match self {
            Self::Lines { subject, .. } => subject,
            Self::Unit | Self::Nothing => "",
        }
    }

    /// The kinds of line to look up.
    #[must_use]
    pub fn kinds(&self) -> Vec<String> {
        match self {
            Self::Lines { kinds, .. } => kinds.iter().map(|kind| kind.code().to_owned()).collect(),
            Self::Unit | Self::Nothing => Vec::new(),
        }
    }
}

/// Checks that a person assigned to a case holds the role for it: a typing error would assign it to no one [R4a, R3c].
///
/// # Errors
/// Refused where they never held it, hold it no more, or not yet.
pub fn known(line: Line, has_role: bool) -> Result<(), Refusal> {
    match line {
        _ if has_role => Ok(()),
        Line::Mediator => Err(error::mediator_unknown()),
        Line::Officer | Line::BreakGlass => Err(error::officer_unknown()),
    }
}

/// Checks that an assignment ends in the future.
///
/// # Errors
/// Refused where its end has passed.
pub fn not_over(line: Line, until: Option<OffsetDateTime>, at: OffsetDateTime) -> Result<(), Refusal> {
    match line {
        _ if until.is_none_or(|end| end > at) => Ok(()),
        Line::Mediator => Err(error::mediator_assignment_over()),
        Line::Officer | Line::BreakGlass => Err(error::officer_assignment_over()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::OffsetDateTime;

    fn scope(roles: &[&str]) -> Scope {
        Scope::of(&Caller::acting("someone", roles, &["mission"], &["pacific"], OffsetDateTime::UNIX_EPOCH))
    }

    fn lines(kinds: &[Line]) -> Scope {
        Scope::Lines { subject: "someone".into(), kinds: kinds.to_vec() }
    }

    // [R3c] [TRAP-11]
    #[test]
    fn only_supervisors_and_the_national_manager_see_every_case_and_officers_and_mediators_can_be_given_one() {
        for role in role::ALL {
            let expected = match role {
                role::NATIONAL_MANAGER | role::RJ_SUPERVISOR => Scope::Unit,
                role::RJ_OFFICER => lines(&[Line::Officer, Line::BreakGlass]),
                role::MEDIATOR => lines(&[Line::Mediator]),
                _ => Scope::Nothing,
            };
            assert_eq!(scope(&[role]), expected, "{role}");
        }
        assert_eq!(scope(&[]), Scope::Nothing);
        assert_eq!(scope(&[role::MEDIATOR, role::RJ_OFFICER]), lines(&[Line::Officer, Line::BreakGlass, Line::Mediator]));
    }
}
