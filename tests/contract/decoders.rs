//! Every decoder on its seeds and on thousands of corrupted ones, from a fixed seed: a short form of what `fuzz/` does for hours.

use std::fs;

use base64::Engine as _;
use harness::{decoders, hostile::Hostile};
use prost::Message;
use prost_reflect::{DynamicMessage, Kind, MessageDescriptor, Value};
use proto::DESCRIPTORS;

use crate::{asyncapi, repo};

/// Broken inputs for each decoder.
const ROUNDS: usize = 4_000;

fn seeds(name: &str) -> Vec<Vec<u8>> {
    let folder = repo::path(&format!("fuzz/seeds/{name}"));
    let mut files: Vec<_> = fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    files.sort();
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

#[test]
fn no_decoder_breaks_its_promise_over_its_seeds_and_thousands_of_broken_ones() {
    for (number, (name, decode)) in decoders::ALL.into_iter().enumerate() {
        let (seeds, hostile) = (seeds(name), Hostile::seeded(number as u64));
        assert!(!seeds.is_empty(), "{name} has no seeds");
        seeds.iter().for_each(|seed| decode(seed));
        decode(b"");
        for round in 0..ROUNDS {
            decode(&hostile.mutated(&seeds[round % seeds.len()]));
            if round % 8 == 0 {
                decode(hostile.text().as_bytes());
            }
        }
    }
}

#[test]
fn a_message_nested_a_hundred_thousand_deep_is_refused_and_not_followed() {
    // Groups of an unknown field, each in the one before it: the one nesting that every message of ours can be sent.
    let (begin, end) = ([0xc3_u8, 0x3e], [0xc4_u8, 0x3e]);
    let deep = begin.repeat(100_000);
    for name in ["ro.safety.v1.Concern", "ro.intake.v1.Referral"] {
        assert!(DynamicMessage::decode(DESCRIPTORS.get_message_by_name(name).unwrap(), deep.as_slice()).is_err());
    }
    assert!(proto::safety::v1::Concern::decode(deep.as_slice()).is_err());
    assert!(proto::intake::v1::Referral::decode(deep.as_slice()).is_err());
    // Within the limit it is passed over, as every unknown field is.
    let shallow = [begin.repeat(50), end.repeat(50)].concat();
    assert!(proto::safety::v1::Concern::decode(shallow.as_slice()).is_ok());
}

#[test]
fn every_decoder_has_a_fuzz_target_and_every_fuzz_target_a_decoder() {
    let manifest = repo::read("fuzz/Cargo.toml");
    let targets: Vec<&str> = manifest.lines().filter_map(|l| l.strip_prefix("path = \"targets/")?.strip_suffix(".rs\"")).collect();
    let names: Vec<&str> = decoders::ALL.iter().map(|(name, _)| *name).collect();
    assert_eq!(targets, names);
    for name in names {
        let target = repo::read(&format!("fuzz/targets/{name}.rs"));
        assert!(target.contains(&format!("fuzz::run(\"{name}\"")), "{name}");
    }
}

/// A message with something in every field.
fn filled(of: &MessageDescriptor, depth: usize) -> DynamicMessage {
    let mut message = DynamicMessage::new(of.clone());
    for field in of.fields() {
        let value = match field.kind() {
            Kind::String => Value::String("Alex Exemple, é".into()),
            Kind::Bytes => Value::Bytes(vec![1, 2, 3].into()),
            Kind::Bool => Value::Bool(true),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(7),
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(7),
            Kind::Uint32 | Kind::Fixed32 => Value::U32(7),
            Kind::Uint64 | Kind::Fixed64 => Value::U64(7),
            Kind::Float => Value::F32(0.5),
            Kind::Double => Value::F64(0.5),
            Kind::Enum(_) => Value::EnumNumber(1),
            Kind::Message(_) if depth == 0 => continue,
            Kind::Message(inner) => Value::Message(filled(&inner, depth - 1)),
        };
        message.set_field(&field, if field.is_list() { Value::List(vec![value]) } else { value });
    }
    message
}

/// A certificate that names the service `cases`; its key was thrown away.
const CERTIFICATE: &str = "\
    MIIBjDCCATKgAwIBAgIUbhLTWsBEYjqcmf0VdRmcJta+rOUwCgYIKoZIzj0EAwIwDDEKMAgGA1UEAwwBeDAeFw0yNjExMjYxMTMwMzJaFw0zNj\
    ExMjMxMTMwMzJaMAwxCjAIBgNVBAMMAXgwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATa/dp6fguRDLW5HxLaKZFsEwgFQ0orzPANTkpgBJFj\
    wqVvszn9IuuoAjgoJo+Oa0RAV/lmO4krTUn7+RRUkpwao3IwcDAdBgNVHQ4EFgQUGuVvQEyooWITy/hTmR43hXudbVkwHwYDVR0jBBgwFoAUGu\
    VvQEyooWITy/hTmR43hXudbVkwDwYDVR0TAQH/BAUwAwEB/zAdBgNVHREEFjAUhhJybzovL3NlcnZpY2UvY2FzZXMwCgYIKoZIzj0EAwIDSAAw\
    RQIgUD31w/dnb9OXBMJqmxM7gyRl3avzVKI94L4Wg9xEKeICIQCbRQPek7Na52h26AwVEBB8qbVV0f1QrO9p0JyAVfJD0A==\
    ";

/// What the seeds are made of; `UPDATE_GOLDEN=1` writes them again.
fn made() -> Vec<(&'static str, Vec<u8>)> {
    let whole = |name: &str| filled(&DESCRIPTORS.get_message_by_name(name).unwrap(), 4).encode_to_vec();
    let mut all = vec![
        ("referral", whole("ro.intake.v1.Referral")),
        ("contact", whole("ro.intake.v1.VictimContact")),
        ("submission_answer", whole("ro.intake.v1.SubmissionAnswer")),
        ("concern", whole("ro.safety.v1.Concern")),
        ("raise_answer", whole("ro.safety.v1.RaiseAnswer")),
        ("ring", whole("ro.safety.v1.Ring")),
        ("envelope", whole("ro.safety.v1.Envelope")),
    ];
    let facts = asyncapi::channels().into_iter().filter(|channel| channel.address.contains(".event."));
    all.extend(facts.map(|channel| ("facts", whole(&channel.message))));
    let header = "eyJhbGciOiJFUzI1NiIsImtpZCI6IjEifQ";
    for (name, text) in [
        ("page_token", base::page::encode(&(7, "é"))),
        ("page_token", base::page::encode(&(i64::MAX, ""))),
        ("ladder", "0s:holder,2m:holder,5m:deputy,10m:everyone,every 5m".into()),
        ("ladder", "0s:everyone,every 1s".into()),
        ("reference_number", proto::reference::make("RO", 123_456_789_012)),
        ("reference_number", proto::reference::make("RO", u64::MAX).to_lowercase()),
        ("site_code", "federal-training-centre".into()),
        ("site_code", "pacific".into()),
        ("identifier", "01890a5d-ac96-774b-bcce-b302099a8057".into()),
        ("access_token", format!("{header}.eyJzdWIiOiJ4In0.AAAA")),
        ("access_token", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.".into()),
    ] {
        all.push((name, text.into_bytes()));
    }
    all.push(("certificate", base64::engine::general_purpose::STANDARD.decode(CERTIFICATE).unwrap()));
    all
}

#[test]
fn the_seeds_are_whole_messages_of_the_wire_as_it_is() {
    let mut numbers = std::collections::BTreeMap::new();
    for (name, bytes) in made() {
        let number = numbers.entry(name).and_modify(|n| *n += 1).or_insert(1);
        let file = repo::path(&format!("fuzz/seeds/{name}/{number}"));
        if repo::updating() {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, &bytes).unwrap();
        }
        assert!(
            fs::read(&file).unwrap_or_default() == bytes,
            "fuzz/seeds/{name}/{number}: `UPDATE_GOLDEN=1 cargo test -p tests --test contract` writes it again"
        );
    }
}
