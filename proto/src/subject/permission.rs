//! Permissions on the bus: who may publish and read what. The server's configuration is generated from this declaration.

use crate::id::{Region, SiteCode};

use super::{
    consumer::{CONSUMERS, FORMER},
    name::{
        CONCERN_CHANGED, CONCERN_RAISED, EVERY_CONCERN_RECEIPT, EVERY_INTAKE_RECEIPT, EVERY_RAISE, FACTS, RAISE_BY_CASES, RAISE_BY_INTAKE,
        RING_DUE, concern_receipt, intake_receipt, raise_concern, submit_contact, submit_referral,
    },
    stream::STREAMS,
};

/// Prefix of the JetStream API in the account of each login: it maps, call by call, to the API of the account with the streams. By the
/// server's own name, `$JS.API`, a login reaches nothing but its own account, which has no streams.
pub const JETSTREAM: &str = "JETSTREAM";

/// Publish and subscribe permissions of one NATS credential. Everything else is denied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permissions {
    pub publish: Vec<String>,
    pub subscribe: Vec<String>,
}

/// The prefix of reply subjects for a credential; each has its own.
#[must_use]
pub fn inbox_prefix(credential: &str) -> String {
    format!("_INBOX_{credential}")
}

/// Permissions of a service: its own facts, and its own consumers.
#[must_use]
pub fn service_permissions(service: &str) -> Permissions {
    let own = format!("ro.{service}.event.");
    let mut publish: Vec<String> = FACTS.iter().filter(|fact| fact.starts_with(&own)).map(|fact| (*fact).to_owned()).collect();
    publish.extend(match service {
        "intake" => vec![EVERY_INTAKE_RECEIPT.into(), RAISE_BY_INTAKE.into()],
        "cases" => vec![RAISE_BY_CASES.into()],
        "safety" => vec![EVERY_CONCERN_RECEIPT.into(), RING_DUE.into()],
        _ => Vec::new(),
    });
    for stream in STREAMS {
        publish.push(format!("{JETSTREAM}.STREAM.INFO.{}", stream.name));
    }
    for consumer in CONSUMERS.iter().chain(&FORMER).filter(|c| c.service == service) {
        let (stream, name) = (consumer.stream, consumer.name);
        publish.push(format!("{JETSTREAM}.CONSUMER.INFO.{stream}.{name}"));
        publish.push(format!("{JETSTREAM}.CONSUMER.MSG.NEXT.{stream}.{name}"));
        // Token by token, in both forms the server has for it: with an open end the second form could match the first form of another's
        // consumer, and an acknowledgement may request that consumer's next message.
        publish.push(format!("$JS.ACK.{stream}.{name}.*.*.*.*.*"));
        publish.push(format!("$JS.ACK.*.*.{stream}.{name}.*.*.*.*.*.*"));
    }
    let mut subscribe = vec![format!("{}.>", inbox_prefix(service))];
    if service == "safety" {
        // Live, beside the stream: the server drops the second of two messages under one `Nats-Msg-Id` as a repetition.
        subscribe.push(EVERY_RAISE.to_owned());
    }
    Permissions { publish, subscribe }
}

/// Permissions of a site's system: submit for its own site, raise for its own site, read its own receipts.
#[must_use]
pub fn site_permissions(site: &SiteCode) -> Permissions {
    Permissions {
        publish: vec![submit_referral(site), raise_concern(site)],
        subscribe: vec![intake_receipt(site), concern_receipt(Some(site)), format!("{}.>", inbox_prefix(&format!("site-{site}")))],
    }
}

/// Permissions of a regional victim services system: push contacts of its own region, read its own receipts.
#[must_use]
pub fn region_permissions(region: Region) -> Permissions {
    let code = region.code();
    Permissions {
        publish: vec![submit_contact(region)],
        subscribe: vec![intake_receipt(&region), format!("{}.>", inbox_prefix(&format!("region-{code}")))],
    }
}

/// Permissions of an NHQ dashboard: content-free safety facts and nothing else.
#[must_use]
pub fn dashboard_permissions() -> Permissions {
    Permissions {
        publish: Vec::new(),
        subscribe: vec![CONCERN_RAISED.into(), CONCERN_CHANGED.into(), format!("{}.>", inbox_prefix("dashboard"))],
    }
}

/// Permissions of the provisioner: create the streams and consumers declared here, and nothing else.
#[must_use]
pub fn provisioner_permissions() -> Permissions {
    let mut publish = vec![format!("{JETSTREAM}.INFO")];
    for stream in STREAMS {
        for verb in ["CREATE", "UPDATE", "INFO"] {
            publish.push(format!("{JETSTREAM}.STREAM.{verb}.{}", stream.name));
        }
    }
    for consumer in CONSUMERS {
        let (stream, name) = (consumer.stream, consumer.name);
        publish.push(format!("{JETSTREAM}.CONSUMER.CREATE.{stream}.{name}"));
        publish.push(format!("{JETSTREAM}.CONSUMER.CREATE.{stream}.{name}.>"));
        publish.push(format!("{JETSTREAM}.CONSUMER.DURABLE.CREATE.{stream}.{name}"));
        publish.push(format!("{JETSTREAM}.CONSUMER.INFO.{stream}.{name}"));
    }
    Permissions { publish, subscribe: vec![format!("{}.>", inbox_prefix("provisioner"))] }
}
