//! Permission table of the alarm: which roles may call which RPC. Raising is open to every authenticated caller, with or without a grant
//! [RM1c].

use auth::access::{ANY_AUTHENTICATED, ANY_GRANTED, Rule};
use proto::role;

const RAISE: &str = "/ro.safety.v1.AlarmService/RaiseConcern";
const ACCEPT: &str = "/ro.safety.v1.AlarmService/AcceptConcern";
const HAND_OVER: &str = "/ro.safety.v1.AlarmService/HandOverConcern";
const ROUTE: &str = "/ro.safety.v1.AlarmService/RouteConcern";
const WATCH: &str = "/ro.safety.v1.AlarmService/WatchConcerns";

const COMPARE: &str = "/ro.safety.v1.AlarmService/CompareConcerns";
const RESTORE: &str = "/ro.safety.v1.AlarmService/RestoreConcern";

const TIES: &str = "/ro.safety.v1.AlarmService/ListConcernTies";
const FOLLOW: &str = "/ro.safety.v1.AlarmService/FollowCase";

/// RPCs exempt from quotas, with their own lane of connections: raise, watch, route, accept, hand over, by which others are rung; what
/// notification guards; what freezes a case or keeps a referral; and where the person of a case is [R3e, RM1, TRAP-2].
pub const URGENT: &[&str] = &[RAISE, ACCEPT, HAND_OVER, ROUTE, WATCH, COMPARE, RESTORE, TIES, FOLLOW];

const GUARDIAN: &[&str] = &["service:notification"];

/// RPCs that a device may call for its person: what cannot wait for the identity provider. The device may do nothing that the person may
/// not.
pub const BY_DEVICE: &[&str] = &[
    RAISE,
    "/ro.safety.v1.AlarmService/GetConcernReceipt",
    ACCEPT,
    "/ro.safety.v1.AlarmService/ListConcerns",
    "/ro.safety.v1.AlarmService/GetConcern",
    "/ro.safety.v1.DirectoryService/WhoAmI",
];

const ADMINISTRATORS: &[&str] = &[role::DIRECTORY_ADMINISTRATOR];

/// One rule for each RPC; a test compares the list with the descriptor.
pub const RULES: &[Rule] = &[
    Rule { method: RAISE, permission: "concern.raise", clause: "RM1c", allow: &[ANY_AUTHENTICATED, "service:cases", "service:intake"] },
    Rule { method: "/ro.safety.v1.AlarmService/GetConcernReceipt", permission: "concern.receipt", clause: "RM1c", allow: &[ANY_GRANTED] },
    Rule { method: ACCEPT, permission: "concern.accept", clause: "R3e", allow: &[ANY_GRANTED] },
    Rule { method: HAND_OVER, permission: "concern.hand-over", clause: "R3e", allow: &role::ACCEPTORS },
    Rule { method: "/ro.safety.v1.AlarmService/AddConcernNote", permission: "concern.note", clause: "R3e", allow: &role::ACCEPTORS },
    Rule { method: "/ro.safety.v1.AlarmService/CloseConcern", permission: "concern.close", clause: "R3e", allow: &role::RJ_UNIT },
    Rule { method: ROUTE, permission: "concern.route", clause: "R3e", allow: &role::NHQ_ACCEPTORS },
    Rule { method: "/ro.safety.v1.AlarmService/ListConcerns", permission: "concern.list", clause: "R3e", allow: &[ANY_GRANTED] },
    Rule { method: "/ro.safety.v1.AlarmService/GetConcern", permission: "concern.read", clause: "R3e", allow: &[ANY_GRANTED] },
    Rule { method: WATCH, permission: "concern.watch", clause: "CARD3", allow: &[ANY_GRANTED] },
    Rule { method: "/ro.safety.v1.DirectoryService/ListSites", permission: "site.list", clause: "R3e", allow: &[ANY_GRANTED] },
    Rule { method: "/ro.safety.v1.DirectoryService/SetSiteZone", permission: "site.zone", clause: "R3e", allow: ADMINISTRATORS },
    Rule { method: "/ro.safety.v1.DirectoryService/AssignOffice", permission: "office.assign", clause: "R3e", allow: ADMINISTRATORS },
    Rule { method: "/ro.safety.v1.DirectoryService/EndOffice", permission: "office.end", clause: "R3e", allow: ADMINISTRATORS },
    Rule {
        method: "/ro.safety.v1.DirectoryService/ListOfficeHolders",
        permission: "office.list",
        clause: "R3e",
        allow: &[
            role::DIRECTORY_ADMINISTRATOR,
            role::NATIONAL_MANAGER,
            role::RJ_SUPERVISOR,
            role::RJ_OFFICER,
            role::NMC_SUPERVISOR,
            role::OPERATIONS,
        ],
    },
    Rule { method: "/ro.safety.v1.DirectoryService/ProposeGrants", permission: "grant.propose", clause: "A1", allow: ADMINISTRATORS },
    Rule { method: "/ro.safety.v1.DirectoryService/ConfirmChanges", permission: "change.confirm", clause: "A1", allow: ADMINISTRATORS },
    Rule { method: "/ro.safety.v1.DirectoryService/ListProposals", permission: "change.list", clause: "A1", allow: ADMINISTRATORS },
    Rule { method: "/ro.safety.v1.DirectoryService/EndGrant", permission: "grant.end", clause: "A1", allow: ADMINISTRATORS },
    Rule {
        method: "/ro.safety.v1.DirectoryService/ListGrants",
        permission: "grant.list",
        clause: "A1",
        allow: &[role::DIRECTORY_ADMINISTRATOR, role::NATIONAL_MANAGER],
    },
    Rule { method: "/ro.safety.v1.DirectoryService/ProposeDevice", permission: "device.propose", clause: "A1", allow: ADMINISTRATORS },
    Rule {
        method: "/ro.safety.v1.DirectoryService/ListDevices",
        permission: "device.list",
        clause: "A1",
        allow: &[role::DIRECTORY_ADMINISTRATOR, role::NATIONAL_MANAGER],
    },
    Rule { method: "/ro.safety.v1.DirectoryService/EndDevice", permission: "device.end", clause: "A1", allow: ADMINISTRATORS },
    Rule { method: "/ro.safety.v1.DirectoryService/ListPeople", permission: "person.list", clause: "R3e", allow: &role::NAME_READERS },
    Rule { method: "/ro.safety.v1.DirectoryService/NamePerson", permission: "person.name", clause: "A1", allow: ADMINISTRATORS },
    Rule { method: "/ro.safety.v1.DirectoryService/WhoAmI", permission: "grant.own", clause: "A1", allow: &[ANY_AUTHENTICATED] },
    Rule {
        method: "/ro.safety.v1.DrillService/BeginDrill",
        permission: "drill.begin",
        clause: "R3e",
        allow: &[role::NATIONAL_MANAGER, role::RJ_SUPERVISOR],
    },
    Rule {
        method: "/ro.safety.v1.DrillService/ListDrills",
        permission: "drill.list",
        clause: "R3e",
        allow: &[
            role::NATIONAL_MANAGER,
            role::RJ_SUPERVISOR,
            role::RJ_OFFICER,
            role::NMC_SUPERVISOR,
            role::INSTITUTIONAL_HEAD,
            role::DISTRICT_DIRECTOR,
            role::OPERATIONS,
        ],
    },
    Rule { method: COMPARE, permission: "concern.compare", clause: "R3e", allow: GUARDIAN },
    Rule { method: RESTORE, permission: "concern.restore", clause: "R3e", allow: GUARDIAN },
    Rule { method: TIES, permission: "concern.ties", clause: "RM1", allow: &["service:cases", "service:intake"] },
    Rule { method: FOLLOW, permission: "concern.follow-case", clause: "R3e", allow: &["service:cases"] },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rpc_of_the_alarm_has_exactly_one_rule() {
        let mut declared: Vec<String> = proto::rpcs("ro.safety.v1").map(|rpc| proto::path(&rpc)).collect();
        let mut ruled: Vec<String> = RULES.iter().map(|r| r.method.to_owned()).collect();
        declared.sort();
        ruled.sort();
        assert_eq!(declared, ruled);
    }

    #[test]
    fn a_device_may_call_only_rpcs_that_there_are_and_none_that_changes_who_is_rung_or_who_may_what() {
        let permission = |method: &&str| RULES.iter().find(|rule| rule.method == *method).map(|rule| rule.permission);
        let may: Vec<&str> = BY_DEVICE.iter().filter_map(permission).collect();
        assert_eq!(may, ["concern.raise", "concern.receipt", "concern.accept", "concern.list", "concern.read", "grant.own"]);
        assert_eq!(may.len(), BY_DEVICE.len());
    }
}
