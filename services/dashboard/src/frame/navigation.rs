//! Navigation: which entries a person is offered, and which of them is their first page.

use base::Caller;
use proto::role;

use crate::text::Language;

/// Roles that follow the alarm: whoever accepts, and whoever is shown that it rings. All others raise concerns, and see what became of theirs.
pub const ALARM: &[&str] = &{
    let [manager, supervisor, officer, monitoring, head, director] = role::ACCEPTORS;
    [manager, supervisor, officer, monitoring, head, director, role::DASHBOARD, role::OPERATIONS]
};

/// Entry of the navigation.
#[derive(Debug)]
pub struct Entry {
    /// Address without the language.
    pub path: &'static str,
    pub label: fn(Language) -> &'static str,
    pub audience: Audience,
}

/// Whose work a page is. This offers; what may be seen and done is decided by the services alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    Everyone,
    /// Whoever holds any role.
    Granted,
    Roles(&'static [&'static str]),
}

impl Audience {
    #[must_use]
    pub fn includes(self, caller: &Caller) -> bool {
        match self {
            Self::Everyone => true,
            Self::Granted => !caller.grants.is_empty(),
            Self::Roles(roles) => caller.has_any(roles),
        }
    }
}

/// Where the work of a role begins: the addresses of entries, the best first. Whoever holds several roles begins with the first row that is
/// theirs; what cannot wait stands first.
static FIRST: [(&[&str], &[&str]); 9] = [
    (&[role::NMC_SUPERVISOR, role::INSTITUTIONAL_HEAD, role::DISTRICT_DIRECTOR], &["/concerns"]),
    (&role::RJ_UNIT, &["/referrals", "/concerns"]),
    (&[role::MEDIATOR], &["/cases", "/raise"]),
    (&[role::RVS_MANAGER, role::VICTIM_SERVICES_OFFICER], &["/contacts", "/contacts/new", "/referrals/new", "/raise"]),
    (
        &[
            role::MANAGER_ASSESSMENT_INTERVENTIONS,
            role::PAROLE_OFFICER_SUPERVISOR,
            role::PAROLE_OFFICER,
            role::STAFF,
            role::PUBLISHING_SYSTEM,
        ],
        &["/referrals/new", "/raise"],
    ),
    (&[role::DIRECTORY_ADMINISTRATOR], &["/proposals"]),
    (&[role::OPERATIONS], &["/status"]),
    (&[role::STATISTICS_OFFICER, role::ACCE], &["/reports"]),
    (&[role::DASHBOARD], &["/wall"]),
];
/// Where whoever holds no role begins: anybody may raise a concern [RM1c].
const WITHOUT_ROLE: &str = "/raise";

/// The first page of a person, of the entries that they are offered.
#[must_use]
pub fn first(entries: &[&'static Entry], caller: &Caller) -> &'static str {
    let offered = |path: &&&'static str| entries.iter().any(|entry| entry.path == **path && entry.audience.includes(caller));
    let of_theirs = FIRST.iter().filter(|(roles, _)| caller.has_any(roles));
    of_theirs.flat_map(|(_, paths)| paths.iter()).find(offered).copied().unwrap_or(WITHOUT_ROLE)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::pages;

    fn holding(roles: &[&str]) -> Caller {
        Caller::acting("somebody", roles, &["mission"], &["pacific"], datetime!(2027-01-01 0:00 UTC))
    }

    #[test]
    fn every_role_begins_with_work_of_its_own_and_at_a_page_that_it_is_offered() {
        let entries = pages::entries();
        for role in role::ALL {
            assert_eq!(FIRST.iter().filter(|(roles, _)| roles.contains(&role)).count(), 1, "{role}");
            let caller = holding(&[role]);
            let first = first(&entries, &caller);
            assert!(entries.iter().any(|entry| entry.path == first && entry.audience.includes(&caller)), "{role}: {first}");
            // Only who is rung begins with the alarm.
            let is_rung = role::ACCEPTORS.contains(&role);
            assert!(first != "/concerns" || is_rung, "{role}");
        }
    }

    #[test]
    fn whoever_holds_several_roles_begins_with_what_cannot_wait_and_whoever_holds_none_may_raise() {
        let entries = pages::entries();
        assert_eq!(first(&entries, &holding(&[role::STATISTICS_OFFICER, role::INSTITUTIONAL_HEAD])), "/concerns");
        assert_eq!(first(&entries, &holding(&[role::DIRECTORY_ADMINISTRATOR, role::STATISTICS_OFFICER])), "/proposals");
        assert_eq!(first(&entries, &holding(&[])), "/raise");
        assert_eq!(first(&[], &holding(&[role::OPERATIONS])), "/raise");
    }
}
