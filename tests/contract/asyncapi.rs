//! The document docs/asyncapi.yaml: the subjects of the bus, generated from `proto::subject` and from the messages' names.

use std::fmt::Write as _;

use proto::{
    DESCRIPTORS,
    id::{Region, SiteCode},
    subject::{self, CONSUMERS, STREAMS},
};

use crate::{bus::matches, repo};

/// One subject, or one family of subjects that differ in a site, a region or an audience.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    pub name: String,
    /// With `{site}` or `{region}` where the subject has such a token.
    pub address: String,
    pub message: String,
    pub stream: &'static str,
    pub publishers: Vec<String>,
    pub consumers: Vec<String>,
}

/// Every channel, in the order of the document.
pub fn channels() -> Vec<Channel> {
    let site: SiteCode = "site".parse().unwrap();
    let region = Region::Pacific;
    let family = |subject: String, token: &str, name: &str, message: &str| {
        let (root, _) = subject.rsplit_once('.').unwrap();
        channel(name, format!("{root}.{{{token}}}"), &subject, message)
    };
    let mut all = vec![
        family(subject::submit_referral(&site), "site", "submit-referral", "ro.intake.v1.Referral"),
        family(subject::submit_contact(region), "region", "submit-contact", "ro.intake.v1.VictimContact"),
        family(subject::intake_receipt(&site), "siteOrRegion", "submission-answer", "ro.intake.v1.SubmissionAnswer"),
        family(subject::raise_concern(&site), "site", "raise-concern", "ro.safety.v1.Concern"),
        family(subject::concern_receipt(Some(&site)), "site", "raise-answer", "ro.safety.v1.RaiseAnswer"),
        channel("raise-by-cases", subject::RAISE_BY_CASES.to_owned(), subject::RAISE_BY_CASES, "ro.safety.v1.Concern"),
        channel("raise-by-intake", subject::RAISE_BY_INTAKE.to_owned(), subject::RAISE_BY_INTAKE, "ro.safety.v1.Concern"),
        channel("ring-due", subject::RING_DUE.to_owned(), subject::RING_DUE, "ro.safety.v1.Ring"),
    ];
    all.extend(facts().into_iter().map(|(_, subject)| {
        let mut tokens = subject.split('.');
        let (service, name) = (tokens.nth(1).unwrap(), tokens.nth(1).unwrap());
        channel(name, subject.clone(), &subject, &format!("ro.{service}.v1.{}", pascal(name)))
    }));
    for place in subject::WITNESSES {
        for (kind, address) in [("Sealed", place.sealed), ("Witnessed", place.witnessed), ("Refused", place.refused)] {
            let name = format!("{}-checkpoint-{}", place.service, kind.to_lowercase());
            all.push(channel(&name, address.to_owned(), address, &format!("ro.audit.v1.Checkpoint{kind}")));
        }
    }
    all
}

/// The name of the constant and the subject of every fact.
pub fn facts() -> Vec<(String, String)> {
    let text = repo::read("proto/src/subject/name.rs");
    let fact = |line: &str| {
        let (name, subject) = line.strip_prefix("pub const ")?.split_once(": &str = \"")?;
        let subject = subject.strip_suffix("\";")?;
        (subject.contains(".event.") && !subject.ends_with('*')).then(|| (name.to_owned(), subject.to_owned()))
    };
    text.lines().filter_map(fact).collect()
}

/// `sample` is a subject as it really stands on the bus.
fn channel(name: &str, address: String, sample: &str, message: &str) -> Channel {
    let stream = STREAMS.iter().find(|s| s.subjects.iter().any(|p| matches(p, sample)));
    let credentials = crate::bus::credentials();
    let publishes = |p: &&(String, subject::Permissions)| p.1.publish.iter().any(|pattern| matches(pattern, sample));
    let mut publishers: Vec<String> = credentials.iter().filter(publishes).map(|(name, _)| name.clone()).collect();
    publishers.dedup();
    let consumes = |c: &&messaging::bus::ConsumerSpec| c.filters.iter().any(|filter| matches(filter, sample));
    let durable = CONSUMERS.iter().filter(consumes).map(|c| format!("{} ({})", c.service, c.name));
    let live = credentials.iter().filter(|(_, p)| p.subscribe.iter().any(|pattern| matches(pattern, sample))).map(|(name, _)| {
        if crate::bus::SERVICES.contains(&name.as_str()) { format!("{name} (beside the stream)") } else { format!("{name} (live)") }
    });
    let mut consumers: Vec<String> = durable.chain(live).collect();
    consumers.dedup();
    Channel { name: name.to_owned(), stream: stream.map_or("", |s| s.name), message: message.to_owned(), address, publishers, consumers }
}

fn pascal(name: &str) -> String {
    let capital = |word: &str| word.chars().take(1).map(|c| c.to_ascii_uppercase()).chain(word.chars().skip(1)).collect::<String>();
    name.split('-').map(capital).collect()
}

#[test]
fn every_channel_has_a_message_a_stream_a_publisher_and_somebody_who_reads_it() {
    // Nobody needs to act on these yet; they are kept for reporting and audit.
    let unread = ["ro.cases.event.assessment-recorded", "ro.notification.event.contact-taken"];
    for channel in channels() {
        assert!(DESCRIPTORS.get_message_by_name(&channel.message).is_some(), "{}: no message {}", channel.address, channel.message);
        assert!(!channel.stream.is_empty(), "{} stands in no stream", channel.address);
        assert!(!channel.publishers.is_empty(), "nobody may publish {}", channel.address);
        assert_eq!(channel.consumers.is_empty(), unread.contains(&channel.address.as_str()), "readers of {}", channel.address);
    }
}

#[test]
fn every_fact_is_published_by_the_service_whose_name_it_bears_and_by_no_other() {
    for (constant, subject) in facts() {
        let owner = subject.split('.').nth(1).unwrap();
        let channel = channels().into_iter().find(|c| c.address == subject).unwrap();
        assert_eq!(channel.publishers, [owner], "{subject}");
        let written = repo::sources(&format!("services/{owner}/src")).iter().any(|(_, text)| text.contains(&constant));
        assert!(written, "{owner} never mentions {constant}");
    }
}

#[test]
fn the_document_of_the_bus_says_what_the_code_says() {
    let document = document();
    let _parsed: serde_yaml_ng::Value = serde_yaml_ng::from_str(&document).expect("the document is not YAML");
    repo::golden("docs/asyncapi.yaml", &document);
}

const HEAD: &str = "# Generated from proto/src/subject/ by tests/contract/asyncapi.rs. Do not edit.
asyncapi: 3.0.0
info:
  title: Restorative Opportunities bus
  version: 1.0.0
  description: >-
    Subjects of NATS JetStream. Bodies are protobuf; headers are CloudEvents 1.0 (ce-id, ce-source, ce-type, ce-time) and
    traceparent. Facts (`*.event.*`) carry ids and codes only. A consumer applies an event once per ce-id and acknowledges after
    its own commit. Publishers from outside send no Nats-Msg-Id, or a random UUID, and publish again when told `duplicate` for what they
    had not sent. A message that is answered with an error (`maximum messages per subject exceeded`) was not taken: publish it again
    later, and raise a concern at the other door.
defaultContentType: application/protobuf
servers:
  nats:
    host: nats:4222
    protocol: nats
    description: TLS with the authority's certificate, and an NKey per login. Every login may publish and read what stands here for it and nothing else.
";

fn document() -> String {
    let all = channels();
    let mut text = String::from(HEAD);
    text += "channels:\n";
    for c in &all {
        let short = c.message.rsplit('.').next().unwrap_or_default();
        let _ = write!(text, "  {}:\n    address: \"{}\"\n", c.name, c.address);
        if let Some((_, token)) = c.address.split_once('{') {
            let token = token.trim_end_matches('}');
            let _ = write!(text, "    parameters:\n      {token}:\n        description: {}\n", meaning(token));
        }
        let _ =
            write!(text, "    messages:\n      {short}:\n        $ref: \"#/components/messages/{short}\"\n    x-stream: {}\n", c.stream);
    }
    text += "operations:\n";
    for c in &all {
        let reference = format!("    channel:\n      $ref: \"#/channels/{}\"\n", c.name);
        let _ = write!(text, "  publish-{}:\n    action: send\n{reference}    x-by: [{}]\n", c.name, c.publishers.join(", "));
        if !c.consumers.is_empty() {
            let _ = write!(text, "  consume-{}:\n    action: receive\n{reference}    x-by: [{}]\n", c.name, c.consumers.join(", "));
        }
    }
    text += "components:\n  messages:\n";
    let mut messages: Vec<&str> = all.iter().map(|c| c.message.as_str()).collect();
    messages.sort_unstable();
    messages.dedup();
    for message in messages {
        let (package, short) = message.rsplit_once('.').unwrap_or_default();
        let file = format!("{}/{}.proto", package.replace('.', "/"), package.split('.').nth(1).unwrap_or_default());
        let _ = write!(
            text,
            "    {short}:\n      name: {message}\n      contentType: application/protobuf\n      payload:\n        schemaFormat: application/vnd.google.protobuf;version=3\n        schema:\n          $ref: \"../proto/{file}\"\n"
        );
    }
    text
}

fn meaning(token: &str) -> &'static str {
    match token {
        "site" => "Code of the site the message is of; a login of one site may not use another's.",
        "region" => "Code of the region; a login of one region may not use another's.",
        _ => "Code of the site or region that submitted.",
    }
}
