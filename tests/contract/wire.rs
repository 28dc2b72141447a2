//! Wire compatibility: no message, enum or RPC changes incompatibly; the baseline is proto/baseline.binpb.

use std::{collections::BTreeMap, fs};

use prost::Message;
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet,
    field_descriptor_proto::{Label, Type},
};

use crate::repo;

const BASELINE: &str = "proto/baseline.binpb";

/// Our files without comments: what the wire is, and nothing else.
fn current() -> FileDescriptorSet {
    let mut set = FileDescriptorSet::decode(proto::DESCRIPTOR_BYTES).unwrap();
    set.file.retain(|file| file.package().starts_with("ro."));
    for file in &mut set.file {
        file.source_code_info = None;
    }
    set
}

#[test]
fn nothing_that_was_ever_sent_reads_differently_today() {
    let current = current();
    let held = match fs::read(repo::path(BASELINE)) {
        Ok(bytes) => FileDescriptorSet::decode(bytes.as_slice()).expect("proto/baseline.binpb is broken"),
        Err(_) if repo::updating() => current.clone(),
        Err(error) => panic!("{BASELINE}: {error}"),
    };
    // A break is never written into the baseline.
    assert_eq!(broken(&held, &current), Vec::<String>::new(), "the wire changed for those who already speak it");
    if repo::updating() {
        fs::write(repo::path(BASELINE), current.encode_to_vec()).unwrap();
    } else {
        assert!(held == current, "the wire has grown: `UPDATE_GOLDEN=1 cargo test -p tests --test contract` remembers it");
    }
}

/// Everything in `held` that `now` no longer says the same way.
fn broken(held: &FileDescriptorSet, now: &FileDescriptorSet) -> Vec<String> {
    let (before, after) = (facts(held), facts(now));
    before
        .into_iter()
        .filter_map(|(what, was)| match after.get(&what) {
            Some(is) if *is == was => None,
            Some(is) => Some(format!("{what}: was {was}, is {is}")),
            None => Some(format!("{what}: gone (was {was})")),
        })
        .collect()
}

fn facts(set: &FileDescriptorSet) -> BTreeMap<String, String> {
    let mut facts = BTreeMap::new();
    for file in &set.file {
        let package = file.package();
        file.message_type.iter().for_each(|message| of_message(package, message, &mut facts));
        file.enum_type.iter().for_each(|one| of_enum(package, one, &mut facts));
        of_services(file, &mut facts);
    }
    facts
}

fn of_message(scope: &str, message: &DescriptorProto, facts: &mut BTreeMap<String, String>) {
    let name = format!("{scope}.{}", message.name());
    facts.insert(format!("message {name}"), "there".into());
    for field in &message.field {
        facts.insert(format!("field {} of {name}", field.number()), shape(message, field));
    }
    message.nested_type.iter().for_each(|inner| of_message(&name, inner, facts));
    message.enum_type.iter().for_each(|inner| of_enum(&name, inner, facts));
}

fn shape(message: &DescriptorProto, field: &FieldDescriptorProto) -> String {
    let oneof = field.oneof_index.and_then(|index| message.oneof_decl.get(usize::try_from(index).ok()?)).map(|o| o.name());
    let repeated = if field.label() == Label::Repeated { "repeated " } else { "" };
    let kind = match field.r#type() {
        Type::Message | Type::Enum => field.type_name().to_owned(),
        other => other.as_str_name().to_owned(),
    };
    format!("{repeated}{kind} {} {}", field.name(), oneof.unwrap_or_default())
}

fn of_enum(scope: &str, one: &EnumDescriptorProto, facts: &mut BTreeMap<String, String>) {
    for value in &one.value {
        facts.insert(format!("value {} of {scope}.{}", value.number(), one.name()), value.name().to_owned());
    }
}

fn of_services(file: &FileDescriptorProto, facts: &mut BTreeMap<String, String>) {
    for service in &file.service {
        for method in &service.method {
            let streams = (method.client_streaming(), method.server_streaming());
            let shape = format!("{} -> {} {streams:?}", method.input_type(), method.output_type());
            facts.insert(format!("rpc {}.{}/{}", file.package(), service.name(), method.name()), shape);
        }
    }
}

#[test]
fn a_field_that_is_renumbered_retyped_renamed_or_removed_is_noticed_and_a_new_one_is_not() {
    let held = current();
    let change = |change: fn(&mut DescriptorProto)| {
        let mut set = current();
        let file = set.file.iter_mut().find(|f| f.package() == "ro.safety.v1").unwrap();
        change(file.message_type.iter_mut().find(|m| m.name() == "Concern").unwrap());
        broken(&held, &set).len()
    };
    assert_eq!(change(|_| ()), 0);
    assert_eq!(change(|m| m.field[0].number = Some(99)), 1);
    assert_eq!(change(|m| m.field[0].r#type = Some(Type::Int32 as i32)), 1);
    assert_eq!(change(|m| m.field[0].name = Some("other".into())), 1);
    assert_eq!(change(|m| drop(m.field.remove(3))), 1);
    assert_eq!(change(|m| m.field.push(FieldDescriptorProto { number: Some(77), ..FieldDescriptorProto::default() })), 0);
}
