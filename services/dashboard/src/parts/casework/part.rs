//! In which part somebody reads a file, and what it offers to them. The service decides each of it.

use base::Caller;
use proto::{
    cases::v1::Case,
    role::{MEDIATOR, NATIONAL_MANAGER, RJ_OFFICER, RJ_SUPERVISOR},
};

/// The roles that supervise the whole unit.
pub const SUPERVISORS: &[&str] = &[NATIONAL_MANAGER, RJ_SUPERVISOR];

/// In which part somebody reads a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A supervisor or the National Manager: they answer for every case.
    Supervisor,
    /// The officer in whose portfolio it is.
    Officer,
    Mediator,
    /// By break-glass: to read only.
    Reader,
}

impl Part {
    #[must_use]
    pub fn of(case: &Case, caller: &Caller) -> Self {
        if caller.has_any(SUPERVISORS) {
            Self::Supervisor
        } else if caller.has_role(RJ_OFFICER) && case.officers.contains(&caller.subject) {
            Self::Officer
        } else if caller.has_role(MEDIATOR) && case.mediator == caller.subject {
            Self::Mediator
        } else {
            Self::Reader
        }
    }

    #[must_use]
    pub const fn changes(self) -> bool {
        !matches!(self, Self::Reader)
    }

    /// Whether they answer for the case.
    #[must_use]
    pub const fn answers(self) -> bool {
        matches!(self, Self::Supervisor | Self::Officer)
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_file_offers_changes_to_who_answers_for_the_case_or_mediates_it_and_to_nobody_else() {
        let caller = |subject: &str, role: &str| Caller::acting(subject, &[role], &[], &[], datetime!(2027-01-01 0:00 UTC));
        let case = Case { officers: vec!["rj-1".into()], mediator: "mediator-1".into(), ..Case::default() };
        let part = |subject, role| Part::of(&case, &caller(subject, role));
        assert_eq!(part("s", RJ_SUPERVISOR), Part::Supervisor);
        assert_eq!(part("rj-1", RJ_OFFICER), Part::Officer);
        assert_eq!(part("rj-2", RJ_OFFICER), Part::Reader);
        assert_eq!(part("mediator-1", MEDIATOR), Part::Mediator);
        assert_eq!(part("mediator-1", RJ_OFFICER), Part::Reader);
        assert!(part("mediator-1", MEDIATOR).changes() && !part("mediator-1", MEDIATOR).answers());
    }
}
