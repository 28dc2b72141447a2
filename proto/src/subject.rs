//! Every subject, stream and durable consumer of the bus, and who may publish and read what.
//!
//! Subjects carry no personal data: a service, a kind, a site or region code, an audience. Nothing else in the
//! project writes a subject as text. `docs/asyncapi.yaml` and the NATS permissions are checked against this file.
//! A token from outside enters a subject only as a parsed code, which cannot hold a dot, a wildcard or a space (threat T18).

use std::fmt;

use crate::id::{Region, SiteCode};

/// What may stand as one token of a subject.
pub trait Token: fmt::Display + Sync {}

impl Token for SiteCode {}
impl Token for Region {}

/// The service that a subject of ours belongs to: every one begins with `ro.` and its name. Empty for a subject that is none of ours.
#[must_use]
pub fn owner(subject: &str) -> &str {
    subject.strip_prefix("ro.").and_then(|rest| rest.split('.').next()).unwrap_or_default()
}

// ---- submissions from outside -------------------------------------------------------------------------------------

/// A site's system submits a referral (protobuf `ro.intake.v1.Referral`) [R5a, R6a, R7a].
#[must_use]
pub fn submit_referral(site: &SiteCode) -> String {
    format!("ro.intake.submit.referral.{site}")
}

/// A region pushes a victim's contact (protobuf `ro.intake.v1.VictimContact`) [CARD5].
#[must_use]
pub fn submit_contact(region: Region) -> String {
    format!("ro.intake.submit.contact.{}", region.code())
}

/// Where a site or region reads the answer to a submission (protobuf `ro.intake.v1.SubmissionAnswer`).
#[must_use]
pub fn intake_receipt(site_or_region: &impl Token) -> String {
    format!("ro.intake.receipt.{site_or_region}")
}

/// A site raises a concern (protobuf `ro.safety.v1.Concern`); anything unreadable rings too [RM1c].
#[must_use]
pub fn raise_concern(site: &SiteCode) -> String {
    format!("ro.safety.raise.{site}")
}

/// The site token of a concern raised where no site is known.
pub const NO_SITE: &str = "unknown";

/// A concern raised by a service of ours for which the site is not known.
pub const RAISE_WITHOUT_SITE: &str = "ro.safety.raise.unknown";

/// Where a site reads the receipt of a concern (protobuf `ro.safety.v1.RaiseAnswer`).
#[must_use]
pub fn concern_receipt(site: Option<&SiteCode>) -> String {
    format!("ro.safety.receipt.{}", site.map_or(NO_SITE, SiteCode::as_str))
}

// ---- what safety tells notification to ring -----------------------------------------------------------------------

/// Ring NHQ now (protobuf `ro.safety.v1.Ring`). Notification alone reads it.
pub const RING_NHQ: &str = "ro.safety.ring.nhq";
/// Ring the responsible head now (protobuf `ro.safety.v1.Ring`). Notification alone reads it.
pub const RING_HEAD: &str = "ro.safety.ring.head";

// ---- facts --------------------------------------------------------------------------------------------------------

pub const REFERRAL_RECEIVED: &str = "ro.intake.event.referral-received";
pub const REFERRAL_SCREENED: &str = "ro.intake.event.referral-screened";
/// Another body came under the key of a referral that was decided on: whoever holds its case stops and looks.
pub const REFERRAL_CORRECTED: &str = "ro.intake.event.referral-corrected";
pub const CONTACT_PUSHED: &str = "ro.intake.event.contact-pushed";
pub const CASE_OPENED: &str = "ro.cases.event.case-opened";
pub const MEDIATOR_ASSIGNED: &str = "ro.cases.event.mediator-assigned";
pub const OFFICER_ASSIGNED: &str = "ro.cases.event.officer-assigned";
/// Every officer who is tied to a case, whenever that changes: intake shows its referral to them [R3c].
pub const CASE_TIES: &str = "ro.cases.event.case-ties";
pub const GLASS_BROKEN: &str = "ro.cases.event.glass-broken";
pub const GLASS_QUOTA_REACHED: &str = "ro.cases.event.glass-quota-reached";
pub const GLASS_REVIEW_DUE: &str = "ro.cases.event.glass-review-due";
pub const ASSESSMENT_RECORDED: &str = "ro.cases.event.assessment-recorded";
pub const CASE_MOVED: &str = "ro.cases.event.case-moved";
/// A case was purged: whoever holds anything of it destroys that and says so [LPR4].
pub const CASE_PURGED: &str = "ro.cases.event.case-purged";
/// What these two destroyed of a purged case.
pub const REFERRAL_PURGED: &str = "ro.intake.event.referral-purged";
pub const NOTICES_PURGED: &str = "ro.notification.event.notices-purged";
pub const CONCERN_RAISED: &str = "ro.safety.event.concern-raised";
pub const CONCERN_CHANGED: &str = "ro.safety.event.concern-changed";
/// A person's or system's role began, changed or ended; every service keeps a copy.
pub const GRANT_CHANGED: &str = "ro.safety.event.grant-changed";
pub const RING_DELIVERED: &str = "ro.notification.event.ring-delivered";
pub const CONTACT_TAKEN: &str = "ro.notification.event.contact-taken";

pub const FACTS: [&str; 36] = [
    REFERRAL_RECEIVED,
    REFERRAL_SCREENED,
    REFERRAL_CORRECTED,
    CONTACT_PUSHED,
    CASE_OPENED,
    MEDIATOR_ASSIGNED,
    OFFICER_ASSIGNED,
    CASE_TIES,
    GLASS_BROKEN,
    GLASS_QUOTA_REACHED,
    GLASS_REVIEW_DUE,
    ASSESSMENT_RECORDED,
    CASE_MOVED,
    CASE_PURGED,
    REFERRAL_PURGED,
    NOTICES_PURGED,
    CONCERN_RAISED,
    CONCERN_CHANGED,
    GRANT_CHANGED,
    "ro.intake.event.checkpoint-sealed",
    "ro.intake.event.checkpoint-witnessed",
    "ro.intake.event.checkpoint-refused",
    "ro.cases.event.checkpoint-sealed",
    "ro.cases.event.checkpoint-witnessed",
    "ro.cases.event.checkpoint-refused",
    "ro.safety.event.checkpoint-sealed",
    "ro.safety.event.checkpoint-witnessed",
    "ro.safety.event.checkpoint-refused",
    "ro.notification.event.checkpoint-sealed",
    "ro.notification.event.checkpoint-witnessed",
    "ro.notification.event.checkpoint-refused",
    "ro.reporting.event.checkpoint-sealed",
    "ro.reporting.event.checkpoint-witnessed",
    "ro.reporting.event.checkpoint-refused",
    RING_DELIVERED,
    CONTACT_TAKEN,
];

// ---- streams and consumers ----------------------------------------------------------------------------------------

/// A stream as the provisioner creates it and every service checks it at start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stream {
    pub name: &'static str,
    pub subjects: &'static [&'static str],
    /// Largest message in bytes, headers included.
    pub max_message_bytes: i32,
    /// A message is gone after so many days, whoever has read it: no service may take one away, so this is what bounds its life. Far
    /// below the two years of the law: what was sent while a case was in use is gone by the time it may be purged [LPR4].
    pub kept_days: u16,
}

/// A consumer that was away for less misses nothing.
const KEPT_DAYS: u16 = 30;

pub const SUBMISSIONS: Stream = Stream {
    name: "RO_SUBMISSIONS",
    subjects: &["ro.intake.submit.>", "ro.intake.receipt.>"],
    max_message_bytes: 256 * 1024,
    kept_days: KEPT_DAYS,
};
pub const SAFETY: Stream = Stream {
    name: "RO_SAFETY",
    subjects: &["ro.safety.raise.*", "ro.safety.receipt.*", "ro.safety.ring.*", "ro.safety.event.*"],
    max_message_bytes: 256 * 1024,
    kept_days: KEPT_DAYS,
};
pub const EVENTS: Stream = Stream {
    name: "RO_EVENTS",
    subjects: &["ro.intake.event.*", "ro.cases.event.*", "ro.notification.event.*", "ro.reporting.event.*"],
    max_message_bytes: 64 * 1024,
    kept_days: KEPT_DAYS,
};
pub const STREAMS: [Stream; 3] = [SUBMISSIONS, SAFETY, EVENTS];

/// A durable consumer: the name begins with the service that owns it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consumer {
    pub service: &'static str,
    pub stream: &'static str,
    pub name: &'static str,
    pub filters: &'static [&'static str],
}

const fn consumer(service: &'static str, stream: &Stream, name: &'static str, filters: &'static [&'static str]) -> Consumer {
    Consumer { service, stream: stream.name, name, filters }
}

pub const INTAKE_REFERRALS: Consumer = consumer("intake", &SUBMISSIONS, "intake-referrals", &["ro.intake.submit.referral.*"]);
pub const INTAKE_CONTACTS: Consumer = consumer("intake", &SUBMISSIONS, "intake-contacts", &["ro.intake.submit.contact.*"]);
pub const CASES_SCREENED: Consumer = consumer("cases", &EVENTS, "cases-referral-screened", &[REFERRAL_SCREENED, REFERRAL_CORRECTED]);
pub const SAFETY_RAISES: Consumer = consumer("safety", &SAFETY, "safety-raises", &["ro.safety.raise.*"]);
pub const SAFETY_DELIVERED: Consumer = consumer("safety", &EVENTS, "safety-ring-delivered", &[RING_DELIVERED]);
pub const NOTIFICATION_RINGS: Consumer = consumer("notification", &SAFETY, "notification-rings", &["ro.safety.ring.*"]);
pub const NOTIFICATION_FACTS: Consumer =
    consumer("notification", &EVENTS, "notification-facts", &[REFERRAL_RECEIVED, CONTACT_PUSHED, CASE_OPENED, MEDIATOR_ASSIGNED]);
/// Who was let to a case. On its own: a break-glass is told within a minute, whatever import stands in line before it.
pub const NOTIFICATION_ACCESS: Consumer =
    consumer("notification", &EVENTS, "notification-access", &[OFFICER_ASSIGNED, GLASS_BROKEN, GLASS_QUOTA_REACHED, GLASS_REVIEW_DUE]);
/// An acceptance stops what is still on its way to that audience.
pub const NOTIFICATION_CONCERNS: Consumer = consumer("notification", &SAFETY, "notification-concerns", &[CONCERN_CHANGED]);
/// Both streams that hold facts feed reporting, each through its own consumer.
pub const REPORTING_FACTS: Consumer =
    consumer("reporting", &EVENTS, "reporting-facts", &[REFERRAL_RECEIVED, REFERRAL_SCREENED, CASE_OPENED, CASE_MOVED]);
pub const REPORTING_CONCERNS: Consumer = consumer("reporting", &SAFETY, "reporting-concerns", &[CONCERN_RAISED, CONCERN_CHANGED]);
/// What people may do is asked of a service's own copy, so that a call waits for no other service.
pub const INTAKE_GRANTS: Consumer = consumer("intake", &SAFETY, "intake-grants", &[GRANT_CHANGED]);
pub const CASES_GRANTS: Consumer = consumer("cases", &SAFETY, "cases-grants", &[GRANT_CHANGED]);
pub const NOTIFICATION_GRANTS: Consumer = consumer("notification", &SAFETY, "notification-grants", &[GRANT_CHANGED]);
pub const REPORTING_GRANTS: Consumer = consumer("reporting", &SAFETY, "reporting-grants", &[GRANT_CHANGED]);
pub const CASES_CONCERNS: Consumer = consumer("cases", &SAFETY, "cases-concerns", &[CONCERN_RAISED, CONCERN_CHANGED]);
/// Who may read what was accepted: a referral is no way around the case that was opened from it.
pub const INTAKE_TIES: Consumer = consumer("intake", &EVENTS, "intake-ties", &[CASE_TIES]);
/// Safety has a concern that travelled with a submission: it need not be sent again.
pub const INTAKE_CONCERNS: Consumer = consumer("intake", &SAFETY, "intake-concerns", &[CONCERN_RAISED, CONCERN_CHANGED]);
/// On their own: a purge waits behind no import, and holds nothing up.
pub const INTAKE_PURGES: Consumer = consumer("intake", &EVENTS, "intake-purges", &[CASE_PURGED]);
pub const NOTIFICATION_PURGES: Consumer = consumer("notification", &EVENTS, "notification-purges", &[CASE_PURGED]);
pub const CASES_PURGE_OBEYED: Consumer = consumer("cases", &EVENTS, "cases-purge-obeyed", &[REFERRAL_PURGED, NOTICES_PURGED]);

/// A service's place in the ring of witnesses: every service holds what its neighbour's audit log was, in another database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Witnessing {
    pub service: &'static str,
    /// Whose log it witnesses.
    pub ward: &'static str,
    /// Who witnesses its own.
    pub witness: &'static str,
    /// What it states of its own log (protobuf `ro.audit.v1.CheckpointSealed`).
    pub sealed: &'static str,
    /// What it answers its ward (protobuf `ro.audit.v1.CheckpointWitnessed`, `ro.audit.v1.CheckpointRefused`).
    pub witnessed: &'static str,
    pub refused: &'static str,
    pub wards: Consumer,
    pub answers: Consumer,
}

/// The ring: intake is witnessed by cases, cases by safety, safety by notification, notification by reporting, reporting by intake.
pub const WITNESSES: [Witnessing; 5] = [
    Witnessing {
        service: "intake",
        ward: "reporting",
        witness: "cases",
        sealed: "ro.intake.event.checkpoint-sealed",
        witnessed: "ro.intake.event.checkpoint-witnessed",
        refused: "ro.intake.event.checkpoint-refused",
        wards: consumer("intake", &EVENTS, "intake-checkpoints", &["ro.reporting.event.checkpoint-sealed"]),
        answers: consumer(
            "intake",
            &EVENTS,
            "intake-checkpoint-answers",
            &["ro.cases.event.checkpoint-witnessed", "ro.cases.event.checkpoint-refused"],
        ),
    },
    Witnessing {
        service: "cases",
        ward: "intake",
        witness: "safety",
        sealed: "ro.cases.event.checkpoint-sealed",
        witnessed: "ro.cases.event.checkpoint-witnessed",
        refused: "ro.cases.event.checkpoint-refused",
        wards: consumer("cases", &EVENTS, "cases-checkpoints", &["ro.intake.event.checkpoint-sealed"]),
        answers: consumer(
            "cases",
            &SAFETY,
            "cases-checkpoint-answers",
            &["ro.safety.event.checkpoint-witnessed", "ro.safety.event.checkpoint-refused"],
        ),
    },
    Witnessing {
        service: "safety",
        ward: "cases",
        witness: "notification",
        sealed: "ro.safety.event.checkpoint-sealed",
        witnessed: "ro.safety.event.checkpoint-witnessed",
        refused: "ro.safety.event.checkpoint-refused",
        wards: consumer("safety", &EVENTS, "safety-checkpoints", &["ro.cases.event.checkpoint-sealed"]),
        answers: consumer(
            "safety",
            &EVENTS,
            "safety-checkpoint-answers",
            &["ro.notification.event.checkpoint-witnessed", "ro.notification.event.checkpoint-refused"],
        ),
    },
    Witnessing {
        service: "notification",
        ward: "safety",
        witness: "reporting",
        sealed: "ro.notification.event.checkpoint-sealed",
        witnessed: "ro.notification.event.checkpoint-witnessed",
        refused: "ro.notification.event.checkpoint-refused",
        wards: consumer("notification", &SAFETY, "notification-checkpoints", &["ro.safety.event.checkpoint-sealed"]),
        answers: consumer(
            "notification",
            &EVENTS,
            "notification-checkpoint-answers",
            &["ro.reporting.event.checkpoint-witnessed", "ro.reporting.event.checkpoint-refused"],
        ),
    },
    Witnessing {
        service: "reporting",
        ward: "notification",
        witness: "intake",
        sealed: "ro.reporting.event.checkpoint-sealed",
        witnessed: "ro.reporting.event.checkpoint-witnessed",
        refused: "ro.reporting.event.checkpoint-refused",
        wards: consumer("reporting", &EVENTS, "reporting-checkpoints", &["ro.notification.event.checkpoint-sealed"]),
        answers: consumer(
            "reporting",
            &EVENTS,
            "reporting-checkpoint-answers",
            &["ro.intake.event.checkpoint-witnessed", "ro.intake.event.checkpoint-refused"],
        ),
    },
];

/// The place of a service; that of the first for a name that is none.
#[must_use]
pub fn witnessing(service: &str) -> Witnessing {
    WITNESSES.into_iter().find(|place| place.service == service).unwrap_or(WITNESSES[0])
}

pub const CONSUMERS: [Consumer; 31] = [
    INTAKE_CONCERNS,
    INTAKE_REFERRALS,
    INTAKE_CONTACTS,
    INTAKE_GRANTS,
    CASES_GRANTS,
    CASES_SCREENED,
    CASES_CONCERNS,
    CASES_PURGE_OBEYED,
    INTAKE_TIES,
    INTAKE_PURGES,
    NOTIFICATION_PURGES,
    WITNESSES[0].wards,
    WITNESSES[0].answers,
    WITNESSES[1].wards,
    WITNESSES[1].answers,
    WITNESSES[2].wards,
    WITNESSES[2].answers,
    WITNESSES[3].wards,
    WITNESSES[3].answers,
    WITNESSES[4].wards,
    WITNESSES[4].answers,
    SAFETY_RAISES,
    SAFETY_DELIVERED,
    NOTIFICATION_RINGS,
    NOTIFICATION_FACTS,
    NOTIFICATION_GRANTS,
    NOTIFICATION_ACCESS,
    NOTIFICATION_CONCERNS,
    REPORTING_GRANTS,
    REPORTING_FACTS,
    REPORTING_CONCERNS,
];

// ---- who may do what ----------------------------------------------------------------------------------------------

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
        "intake" => vec!["ro.intake.receipt.*".into(), "ro.safety.raise.*".into()],
        "cases" => vec!["ro.safety.raise.*".into()],
        "safety" => vec!["ro.safety.receipt.*".into(), RING_NHQ.into(), RING_HEAD.into()],
        _ => Vec::new(),
    });
    for stream in STREAMS {
        publish.push(format!("{JETSTREAM}.STREAM.INFO.{}", stream.name));
    }
    for consumer in CONSUMERS.iter().filter(|c| c.service == service) {
        let (stream, name) = (consumer.stream, consumer.name);
        publish.push(format!("{JETSTREAM}.CONSUMER.INFO.{stream}.{name}"));
        publish.push(format!("{JETSTREAM}.CONSUMER.MSG.NEXT.{stream}.{name}"));
        // Token by token, in both forms the server has for it: an open end would let the second form stand for the first form of
        // another's consumer, and an acknowledgement may ask for that consumer's next message.
        publish.push(format!("$JS.ACK.{stream}.{name}.*.*.*.*.*"));
        publish.push(format!("$JS.ACK.*.*.{stream}.{name}.*.*.*.*.*.*"));
    }
    Permissions { publish, subscribe: vec![format!("{}.>", inbox_prefix(service))] }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_consumer_reads_a_stream_that_holds_its_subjects_and_belongs_to_its_service() {
        for consumer in CONSUMERS {
            let stream = STREAMS.iter().find(|s| s.name == consumer.stream).unwrap();
            assert!(consumer.name.starts_with(consumer.service), "{}", consumer.name);
            for filter in consumer.filters {
                let held = stream.subjects.iter().any(|s| {
                    let root = s.trim_end_matches('>').trim_end_matches('*');
                    filter.starts_with(root)
                });
                assert!(held, "{filter} is not in {}", stream.name);
            }
        }
    }

    // [LPR4]
    #[test]
    fn no_message_outlives_three_months_on_the_bus_far_below_the_two_years_of_the_law() {
        for stream in STREAMS {
            assert!((1..=92).contains(&stream.kept_days), "{}", stream.name);
        }
    }

    #[test]
    fn no_subject_stands_in_two_streams() {
        let all: Vec<_> = STREAMS.iter().flat_map(|s| s.subjects).collect();
        for (i, one) in all.iter().enumerate() {
            for other in &all[i + 1..] {
                let root = |s: &str| s.trim_end_matches('>').trim_end_matches('*').to_owned();
                assert!(!root(one).starts_with(&root(other)) && !root(other).starts_with(&root(one)), "{one} {other}");
            }
        }
    }
}
