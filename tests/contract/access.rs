//! Access declarations: every RPC has a rule, every field a class, and nothing above Open leaves in an event.

use std::{collections::BTreeSet, sync::LazyLock};

use auth::access::{self, ANY_AUTHENTICATED, ANY_GRANTED, Rule};
use base::Caller;
use proto::{DESCRIPTORS, class, role, wire::v1::Class};

use crate::topology::called;

/// The rules of each service, and the package of its gRPC services.
pub const RULES: [(&str, &str, &[Rule]); 6] = [
    ("intake", "ro.intake.v1", intake::access::RULES),
    ("cases", "ro.cases.v1", cases::access::RULES),
    ("safety", "ro.safety.v1", safety::access::RULES),
    ("notification", "ro.notification.v1", notification::access::RULES),
    ("oms-reader", "ro.oms.v1", oms_reader::access::RULES),
    ("reporting", "ro.reporting.v1", reporting::access::RULES),
];

/// The package that every service with a database serves in the same form, and its rules.
pub const OPERATIONS: &str = "ro.operations.v1";
static OF_OPERATIONS: LazyLock<[Rule; 3]> = LazyLock::new(|| {
    base::programme::set(proto::PROGRAMME);
    server::operations::rules()
});

/// Every package with whoever serves it, and its rules.
pub fn served() -> Vec<(&'static str, &'static str, &'static [Rule])> {
    RULES.into_iter().chain([("every service", OPERATIONS, OF_OPERATIONS.as_slice())]).collect()
}

#[test]
fn every_rpc_of_every_service_has_exactly_one_rule_and_no_rule_is_for_nothing() {
    let declared: BTreeSet<&str> = served().iter().map(|(_, package, _)| *package).collect();
    let ours: Vec<_> = DESCRIPTORS.services().filter(|s| s.full_name().starts_with("ro.")).collect();
    assert_eq!(ours.iter().map(|s| s.package_name()).collect::<BTreeSet<_>>(), declared, "a service without rules");
    for (name, package, rules) in served() {
        let methods: BTreeSet<String> = proto::rpcs(package).map(|rpc| proto::path(&rpc)).collect();
        assert_eq!(rules.len(), methods.len(), "{name}: as many rules as RPCs");
        assert_eq!(rules.iter().map(|r| r.method.to_owned()).collect::<BTreeSet<_>>(), methods, "{name}");
    }
}

#[test]
fn a_rule_names_roles_of_the_programme_or_services_and_never_nobody() {
    let services: Vec<String> = RULES.iter().map(|(name, _, _)| format!("service:{name}")).collect();
    for rule in served().iter().flat_map(|(_, _, rules)| *rules) {
        assert!(!rule.allow.is_empty() && !rule.permission.is_empty(), "{}", rule.method);
        for role in rule.allow {
            assert!(
                role::ALL.contains(role) || [ANY_GRANTED, ANY_AUTHENTICATED].contains(role) || services.iter().any(|s| s == role),
                "{}: {role}",
                rule.method
            );
        }
    }
}

/// Every service with every RPC there is, its own too, and whether the door lets it in.
pub fn matrix() -> Vec<(&'static str, &'static str, bool)> {
    let callers = RULES.map(|(name, ..)| name);
    let ask = |caller: &'static str| {
        let rules = served().into_iter().flat_map(|(_, _, rules)| rules.iter().map(move |rule| (rules, rule.method)));
        rules.map(move |(rules, method)| (caller, method, access::check(rules, method, &Caller::service(caller)).is_ok()))
    };
    callers.into_iter().flat_map(ask).collect()
}

/// Calls that a rule allows before the code makes them.
const AHEAD: [(&str, &str); 1] = [("cases", "/ro.oms.v1.OmsReaderService/ReadOffender")];

#[test]
fn a_service_may_make_the_calls_it_makes_and_not_one_other() {
    let pairs = matrix();
    assert!(pairs.len() >= 5 * 35, "only {} pairs were looked at", pairs.len());
    let allowed: BTreeSet<(String, String)> =
        pairs.iter().filter(|(.., allowed)| *allowed).map(|(caller, method, _)| ((*caller).to_owned(), (*method).to_owned())).collect();
    let path = |service: &str, rpc: &str| {
        let (_, package, _) = RULES.iter().find(|(name, ..)| *name == service).unwrap();
        proto::path(&proto::rpcs(package).find(|found| found.name() == rpc).unwrap())
    };
    let made = RULES.iter().flat_map(|(name, ..)| called(name).into_iter().map(|(other, rpc)| ((*name).to_owned(), path(&other, &rpc))));
    let made = made.chain(AHEAD.map(|(caller, method)| (caller.to_owned(), method.to_owned())));
    assert_eq!(allowed, made.collect(), "allowed on the left, made by the code on the right");
}

#[test]
fn who_is_no_service_of_ours_may_call_nothing_as_a_service() {
    for caller in ["", "postgres", "dashboard", "nats", "Cases", "cases ", "*"] {
        for (_, _, rules) in served() {
            for rule in rules {
                assert!(access::check(rules, rule.method, &Caller::service(caller)).is_err(), "{caller}: {}", rule.method);
            }
        }
    }
}

#[test]
fn what_anyone_may_call_is_this_and_nothing_else() {
    let open = |to: &str| -> BTreeSet<&str> {
        let rules = served().into_iter().flat_map(|(_, _, rules)| rules).filter(|rule| rule.allow.contains(&to));
        rules.map(|rule| rule.method.rsplit('/').next().unwrap_or_default()).collect()
    };
    // What of the alarm a caller may know and accept is decided for each concern, so that hidden and absent read the same.
    let expected = [
        "AcceptConcern",
        "AddChannel",
        "ConfirmAddress",
        "ConfirmChannel",
        "GetClause",
        "GetConcern",
        "GetConcernReceipt",
        "GetPreferences",
        "GetReceipt",
        "ListChannels",
        "ListClauses",
        "ListConcerns",
        "ListInbox",
        "ListReceipts",
        "ListSites",
        "MarkRead",
        "RemoveChannel",
        "SetPreferences",
        "WatchConcerns",
    ];
    assert_eq!(open(ANY_GRANTED), BTreeSet::from(expected), "a person with any role reaches something new: is that meant?");
    assert_eq!(
        open(ANY_AUTHENTICATED),
        BTreeSet::from(["RaiseConcern", "WhoAmI"]),
        "a person without a role does more than raise and be told so"
    );
}

#[test]
fn every_field_on_the_wire_has_a_class() {
    let option = DESCRIPTORS.get_extension_by_name("ro.wire.v1.class").unwrap();
    let mut seen = 0;
    for message in DESCRIPTORS.all_messages().filter(|m| m.package_name().starts_with("ro.") && !m.is_map_entry()) {
        for field in message.fields() {
            assert!(field.options().has_extension(&option), "{}", field.full_name());
            assert_ne!(class::of(&field), Class::Unspecified, "{}", field.full_name());
            seen += 1;
        }
    }
    assert!(seen > 200, "only {seen} fields were looked at");
}

#[test]
fn no_event_carries_a_field_above_open() {
    let events = crate::asyncapi::channels().into_iter().filter(|c| c.address.contains(".event."));
    let mut seen = 0;
    for channel in events {
        let message = DESCRIPTORS.get_message_by_name(&channel.message).unwrap();
        let mut waiting = vec![message];
        while let Some(message) = waiting.pop() {
            for field in message.fields() {
                assert_eq!(class::of(&field), Class::Open, "{} carries {}", channel.address, field.full_name());
                if let prost_reflect::Kind::Message(inner) = field.kind()
                    && inner.package_name().starts_with("ro.")
                {
                    waiting.push(inner);
                }
            }
        }
        seen += 1;
    }
    assert!(seen >= 11, "only {seen} events were looked at");
}
