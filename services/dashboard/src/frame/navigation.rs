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
    pub group: Group,
    pub audience: Audience,
}

/// Under which heading an entry stands where a person is offered more than one line holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Work of every day: always in the line itself.
    Daily,
    Casework,
    Directory,
    Oversight,
    /// What concerns whoever is signed in.
    Own,
}

impl Group {
    /// Under which id its heading stands in a page.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Daily => "nav-daily",
            Self::Casework => "nav-casework",
            Self::Directory => "nav-directory",
            Self::Oversight => "nav-oversight",
            Self::Own => "nav-own",
        }
    }
}

/// Most entries that stand in one line; of more, only the work of every day does.
const LINE: usize = 7;

/// Navigation of one person: the entries of the line, and those behind its last one, by group.
#[derive(Debug, Default)]
pub struct Layout {
    pub line: Vec<&'static Entry>,
    pub more: Vec<(Group, Vec<&'static Entry>)>,
}

impl Layout {
    /// What a person is offered, in the order of the entries; `here` stands in the line wherever it belongs.
    #[must_use]
    pub fn of(entries: &[&'static Entry], caller: &Caller, here: Option<&str>) -> Self {
        let offered: Vec<&'static Entry> = entries.iter().copied().filter(|entry| entry.audience.includes(caller)).collect();
        if offered.len() <= LINE {
            return Self { line: offered, more: Vec::new() };
        }
        let in_line = |entry: &&'static Entry| entry.group == Group::Daily || Some(entry.path) == here;
        let of = |group| offered.iter().copied().filter(|entry| entry.group == group).collect::<Vec<_>>();
        let groups = [Group::Casework, Group::Directory, Group::Oversight, Group::Own];
        let more = groups.map(|group| (group, of(group))).into_iter().filter(|(_, entries)| !entries.is_empty()).collect();
        Self { line: offered.iter().copied().filter(in_line).collect(), more }
    }
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
    fn what_a_person_is_offered_stands_in_one_line_or_behind_it_and_nothing_is_lost() {
        let entries = pages::entries();
        for role in role::ALL {
            let caller = holding(&[role]);
            let offered = entries.iter().filter(|entry| entry.audience.includes(&caller)).count();
            let layout = Layout::of(&entries, &caller, None);
            let behind: usize = layout.more.iter().map(|(_, entries)| entries.len()).sum();
            assert_eq!(layout.line.len() + behind, offered, "{role}");
            assert!(layout.line.len() <= LINE, "{role}");
            // Where one is, one sees in the line.
            for (_, entries_of_group) in &layout.more {
                for entry in entries_of_group {
                    assert!(
                        Layout::of(&entries, &caller, Some(entry.path)).line.iter().any(|shown| shown.path == entry.path),
                        "{role}: {}",
                        entry.path
                    );
                }
            }
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
