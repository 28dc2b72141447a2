//! Who may publish and read what on the bus: the one declaration that the server's configuration is written from.

use crate::{
    id::{Region, SiteCode},
    subject::{
        CONCERN_CHANGED, CONCERN_RAISED, CONSUMERS, EVERY_CONCERN_RECEIPT, EVERY_INTAKE_RECEIPT, EVERY_RAISE, FACTS, FORMER,
        RAISE_BY_CASES, RAISE_BY_INTAKE, RING_HEAD, RING_NHQ, STREAMS, concern_receipt, intake_receipt, raise_concern, submit_contact,
        submit_referral,
    },
};

/// What the interface of JetStream is called in the account of each login: that of the account where the streams stand, call by call.
/// By the server's own name, `$JS.API`, a login reaches nothing but its own account, which holds nothing.
pub const JETSTREAM: &str = "JETSTREAM";

/// What one NATS credential may publish and subscribe to. Everything else is denied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permissions {
    pub publish: Vec<String>,
    pub subscribe: Vec<String>,
}

/// The prefix of reply subjects for a credential; nobody shares one.
#[must_use]
pub fn inbox_prefix(credential: &str) -> String {
    format!("_INBOX_{credential}")
}

/// A service: its own facts, and its own consumers.
#[must_use]
pub fn service_permissions(service: &str) -> Permissions {
    let own = format!("ro.{service}.event.");
    let mut publish: Vec<String> = FACTS.iter().filter(|fact| fact.starts_with(&own)).map(|fact| (*fact).to_owned()).collect();
    publish.extend(match service {
        "intake" => vec![EVERY_INTAKE_RECEIPT.into(), RAISE_BY_INTAKE.into()],
        "cases" => vec![RAISE_BY_CASES.into()],
        "safety" => vec![EVERY_CONCERN_RECEIPT.into(), RING_NHQ.into(), RING_HEAD.into()],
        _ => Vec::new(),
    });
    for stream in STREAMS {
        publish.push(format!("{JETSTREAM}.STREAM.INFO.{}", stream.name));
    }
    for consumer in CONSUMERS.iter().chain(&FORMER).filter(|c| c.service == service) {
        let (stream, name) = (consumer.stream, consumer.name);
        publish.push(format!("{JETSTREAM}.CONSUMER.INFO.{stream}.{name}"));
        publish.push(format!("{JETSTREAM}.CONSUMER.MSG.NEXT.{stream}.{name}"));
        // Token by token, in both forms the server has for it: an open end would let the second form stand for the first form of
        // another's consumer, and an acknowledgement may ask for that consumer's next message.
        publish.push(format!("$JS.ACK.{stream}.{name}.*.*.*.*.*"));
        publish.push(format!("$JS.ACK.*.*.{stream}.{name}.*.*.*.*.*.*"));
    }
    let mut subscribe = vec![format!("{}.>", inbox_prefix(service))];
    if service == "safety" {
        // Live, beside the stream: the server takes the second of two messages under one `Nats-Msg-Id` for a repetition and keeps it nowhere.
        subscribe.push(EVERY_RAISE.to_owned());
    }
    Permissions { publish, subscribe }
}

/// A site's system: submits for its own site, raises for its own site, reads its own receipts.
#[must_use]
pub fn site_permissions(site: &SiteCode) -> Permissions {
    Permissions {
        publish: vec![submit_referral(site), raise_concern(site)],
        subscribe: vec![intake_receipt(site), concern_receipt(Some(site)), format!("{}.>", inbox_prefix(&format!("site-{site}")))],
    }
}

/// A regional victim services system: pushes contacts of its own region, reads its own receipts.
#[must_use]
pub fn region_permissions(region: Region) -> Permissions {
    let code = region.code();
    Permissions {
        publish: vec![submit_contact(region)],
        subscribe: vec![intake_receipt(&region), format!("{}.>", inbox_prefix(&format!("region-{code}")))],
    }
}

/// An NHQ dashboard: content-free safety facts and nothing else.
#[must_use]
pub fn dashboard_permissions() -> Permissions {
    Permissions {
        publish: Vec::new(),
        subscribe: vec![CONCERN_RAISED.into(), CONCERN_CHANGED.into(), format!("{}.>", inbox_prefix("dashboard"))],
    }
}

/// The provisioner: creates the streams and consumers declared here, and nothing else.
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
