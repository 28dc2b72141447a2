//! Naming rules of the protobuf files, like `buf lint` (STANDARD): those whose breach troubles a client in another language.

use std::collections::BTreeMap;

use prost_reflect::{EnumDescriptor, ServiceDescriptor};
use proto::DESCRIPTORS;

/// `ParticipantKind` as `PARTICIPANT_KIND_`.
fn prefix(name: &str) -> String {
    let mut text = String::new();
    for (place, letter) in name.char_indices() {
        if letter.is_ascii_uppercase() && place > 0 {
            text.push('_');
        }
        text.push(letter.to_ascii_uppercase());
    }
    text + "_"
}

fn of_enum(one: &EnumDescriptor, faults: &mut Vec<String>) {
    let prefix = prefix(one.name());
    for value in one.values().filter(|value| !value.name().starts_with(&prefix)) {
        faults.push(format!("{}: begins with {prefix}", value.full_name()));
    }
    if one.get_value(0).is_none_or(|zero| zero.name() != format!("{prefix}UNSPECIFIED")) {
        faults.push(format!("{}: its value 0 is {prefix}UNSPECIFIED", one.full_name()));
    }
}

fn of_service(service: &ServiceDescriptor, faults: &mut Vec<String>) {
    if !service.name().ends_with("Service") {
        faults.push(format!("{}: ends with Service", service.full_name()));
    }
    for rpc in service.methods() {
        let named = [(rpc.input(), format!("{}Request", rpc.name())), (rpc.output(), format!("{}Response", rpc.name()))];
        faults.extend(
            named.iter().filter(|(message, name)| message.name() != name).map(|(_, name)| format!("{}: takes {name}", rpc.full_name())),
        );
    }
}

#[test]
fn names_on_the_wire_are_those_that_a_client_in_any_language_expects() {
    let mut faults = Vec::new();
    DESCRIPTORS.all_enums().filter(|one| one.package_name().starts_with("ro.")).for_each(|one| of_enum(&one, &mut faults));
    let services: Vec<_> = DESCRIPTORS.services().filter(|service| service.package_name().starts_with("ro.")).collect();
    services.iter().for_each(|service| of_service(service, &mut faults));
    assert_eq!(faults, Vec::<String>::new());
    assert!(services.len() >= 15, "a service each for what belongs together: {}", services.len());
}

#[test]
fn a_proto_file_stands_where_its_package_says_and_holds_one_service_at_most() {
    let mut services: BTreeMap<String, usize> = BTreeMap::new();
    for file in DESCRIPTORS.files().filter(|file| file.package_name().starts_with("ro.")) {
        let folder = file.package_name().replace('.', "/");
        assert!(file.name().starts_with(&format!("{folder}/")), "{} is of {}", file.name(), file.package_name());
        services.insert(file.name().to_owned(), file.services().len());
    }
    let crowded: Vec<_> = services.iter().filter(|(_, number)| **number > 1).collect();
    assert!(crowded.is_empty() && services.len() >= 20, "{services:?}");
}
