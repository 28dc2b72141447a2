//! Permission table of notification: which roles may call which RPC. Whose inbox it is, is decided by the use case.

use auth::access::{ANY_GRANTED, Rule};
use proto::role;

const RING: &str = "/ro.notification.v1.InboxService/DeliverRing";
/// RPCs without a quota and on the urgent lane: the direct delivery of a ring [R3e].
pub const URGENT: &[&str] = &[RING];

/// One rule for every RPC of the service.
pub const RULES: &[Rule] = &[
    Rule { method: "/ro.notification.v1.InboxService/ListInbox", permission: "inbox.read", clause: "R3e", allow: &[ANY_GRANTED] },
    Rule { method: "/ro.notification.v1.InboxService/MarkRead", permission: "inbox.mark-read", clause: "R3e", allow: &[ANY_GRANTED] },
    Rule {
        method: "/ro.notification.v1.PreferenceService/SetPreferences",
        permission: "preference.write",
        clause: "LOLA",
        allow: &[ANY_GRANTED],
    },
    Rule {
        method: "/ro.notification.v1.PreferenceService/ConfirmAddress",
        permission: "preference.confirm",
        clause: "TS1a",
        allow: &[ANY_GRANTED],
    },
    Rule {
        method: "/ro.notification.v1.PreferenceService/GetPreferences",
        permission: "preference.read",
        clause: "LOLA",
        allow: &[ANY_GRANTED],
    },
    Rule { method: "/ro.notification.v1.ChannelService/ListChannels", permission: "channel.list", clause: "R3e", allow: &[ANY_GRANTED] },
    Rule { method: "/ro.notification.v1.ChannelService/AddChannel", permission: "channel.add", clause: "R3e", allow: &[ANY_GRANTED] },
    Rule {
        method: "/ro.notification.v1.ChannelService/ConfirmChannel",
        permission: "channel.confirm",
        clause: "R3e",
        allow: &[ANY_GRANTED],
    },
    Rule { method: "/ro.notification.v1.ChannelService/RemoveChannel", permission: "channel.remove", clause: "R3e", allow: &[ANY_GRANTED] },
    Rule {
        method: "/ro.notification.v1.DeliveryService/ListDeliveries",
        permission: "delivery.list",
        clause: "R3b",
        allow: &role::LEDGER_READERS,
    },
    Rule { method: RING, permission: "ring.deliver", clause: "R3e", allow: &["service:safety"] },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rpc_of_the_service_has_exactly_one_rule_and_no_rule_is_for_nothing() {
        let methods: Vec<String> = proto::rpcs("ro.notification.v1").map(|rpc| proto::path(&rpc)).collect();
        for method in &methods {
            assert_eq!(RULES.iter().filter(|rule| rule.method == method).count(), 1, "{method}");
        }
        assert_eq!(RULES.len(), methods.len());
    }

    #[test]
    fn the_ledger_is_open_to_the_rj_unit_and_operations_and_rings_come_from_safety_alone() {
        let allowed = |rpc: &str| RULES.iter().find(|rule| rule.method.ends_with(rpc)).unwrap().allow;
        assert!(role::RJ_UNIT.iter().all(|role| allowed("ListDeliveries").contains(role)));
        assert!(role::ALL.iter().filter(|role| allowed("ListDeliveries").contains(role)).count() == role::RJ_UNIT.len() + 1);
        assert_eq!(allowed("DeliverRing"), ["service:safety"]);
    }
}
