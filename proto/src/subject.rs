//! Every subject, stream and durable consumer of the bus, and who may publish and read what.
//!
//! Subjects carry no personal data: a service, a kind, a site or region code, an audience. Nothing else in the
//! project writes a subject as text. `docs/asyncapi.yaml` and the NATS permissions are checked against this file.
//! A token from outside enters a subject only as a parsed code, which cannot hold a dot, a wildcard or a space (THREAT-18).

use std::fmt;

use topology::{ConsumerSpec, Keeps, StreamSpec};

use crate::id::{Region, SiteCode};

/// A value that is valid as one token of a subject.
pub trait Token: fmt::Display + Sync {}

impl Token for SiteCode {}
impl Token for Region {}

/// The service that owns a subject of ours: every one begins with `ro.` and its name. Empty for any other subject.
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

/// Subject on which a site or region reads the answer to a submission (protobuf `ro.intake.v1.SubmissionAnswer`).
#[must_use]
pub fn intake_receipt(site_or_region: &impl Token) -> String {
    format!("ro.intake.receipt.{site_or_region}")
}

/// A site raises a concern (protobuf `ro.safety.v1.Concern`); anything unreadable rings too [RM1c].
#[must_use]
pub fn raise_concern(site: &SiteCode) -> String {
    format!("ro.safety.raise.{site}")
}

/// Pattern of the raises of every site.
pub const EVERY_RAISE: &str = "ro.safety.raise.*";

/// Subject on which a service of ours raises a concern (protobuf `ro.safety.v1.Concern`). The site is in the body: no site's login may
/// publish here, receives its answers, or shares its space.
pub const RAISE_BY_CASES: &str = "ro.safety.raise.service.cases";
pub const RAISE_BY_INTAKE: &str = "ro.safety.raise.service.intake";

/// The service that raised, for a subject of a service.
#[must_use]
pub fn raising_service(subject: &str) -> Option<&str> {
    let service = subject.strip_prefix("ro.safety.raise.service.")?;
    (!service.is_empty() && !service.contains('.')).then_some(service)
}

/// Token for an unknown site.
pub const NO_SITE: &str = "unknown";

/// Subject on which a site reads the receipt of a concern (protobuf `ro.safety.v1.RaiseAnswer`).
#[must_use]
pub fn concern_receipt(site: Option<&SiteCode>) -> String {
    format!("ro.safety.receipt.{}", site.map_or(NO_SITE, SiteCode::as_str))
}

/// Patterns of the receipts of every site, and of every site and region.
pub const EVERY_CONCERN_RECEIPT: &str = "ro.safety.receipt.*";
pub const EVERY_INTAKE_RECEIPT: &str = "ro.intake.receipt.*";

// ---- rings from safety to notification ----------------------------------------------------------------------------

/// Ring an audience now (protobuf `ro.safety.v1.Ring`): NHQ or the responsible head, as the message says. Only notification reads it. Rings
/// that wait together share a batch.
pub const RING_DUE: &str = "ro.safety.ring.due";

// ---- facts --------------------------------------------------------------------------------------------------------

pub const REFERRALS_RECEIVED: &str = "ro.intake.event.referrals-received";
pub const REFERRAL_SCREENED: &str = "ro.intake.event.referral-screened";
/// Another body came under the key of a decided referral: cases stops its case until it is checked.
pub const REFERRAL_CORRECTED: &str = "ro.intake.event.referral-corrected";
pub const CONTACT_PUSHED: &str = "ro.intake.event.contact-pushed";
pub const CASE_OPENED: &str = "ro.cases.event.case-opened";
pub const MEDIATOR_ASSIGNED: &str = "ro.cases.event.mediator-assigned";
pub const OFFICER_ASSIGNED: &str = "ro.cases.event.officer-assigned";
/// Every officer who is tied to a case, on every change: intake shows its referral to them [R3c].
pub const CASE_TIES: &str = "ro.cases.event.case-ties";
pub const BREAK_GLASS_OPENED: &str = "ro.cases.event.break-glass-opened";
pub const BREAK_GLASS_QUOTA_REACHED: &str = "ro.cases.event.break-glass-quota-reached";
pub const BREAK_GLASS_REVIEW_DUE: &str = "ro.cases.event.break-glass-review-due";
pub const ASSESSMENT_RECORDED: &str = "ro.cases.event.assessment-recorded";
pub const CASE_MOVED: &str = "ro.cases.event.case-moved";
/// A case was purged: services that store data of it destroy that and report it [LPR4].
pub const CASE_PURGED: &str = "ro.cases.event.case-purged";
/// What intake and notification destroyed of a purged case.
pub const REFERRAL_PURGED: &str = "ro.intake.event.referral-purged";
pub const NOTICES_PURGED: &str = "ro.notification.event.notices-purged";
pub const CONCERN_RAISED: &str = "ro.safety.event.concern-raised";
pub const CONCERN_CHANGED: &str = "ro.safety.event.concern-changed";
/// A person's or system's role began, changed or ended; every service keeps a copy.
pub const GRANT_CHANGED: &str = "ro.safety.event.grant-changed";
pub const RING_DELIVERED: &str = "ro.notification.event.ring-delivered";
pub const CONTACT_TAKEN: &str = "ro.notification.event.contact-taken";

pub const FACTS: [&str; 36] = [
    REFERRALS_RECEIVED,
    REFERRAL_SCREENED,
    REFERRAL_CORRECTED,
    CONTACT_PUSHED,
    CASE_OPENED,
    MEDIATOR_ASSIGNED,
    OFFICER_ASSIGNED,
    CASE_TIES,
    BREAK_GLASS_OPENED,
    BREAK_GLASS_QUOTA_REACHED,
    BREAK_GLASS_REVIEW_DUE,
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

/// Days a consumer can be away and miss nothing. No service may delete a message, so this bounds its life. Far below the two years of the
/// law: what was sent while a case was in use is gone by the time it may be purged [LPR4].
const KEPT_DAYS: u16 = 30;
const MIB: i64 = 1024 * 1024;
/// Largest message among those with text written by people.
const LARGE: i32 = 256 * 1024;

pub const SUBMISSIONS: StreamSpec =
    until_heard("RO_SUBMISSIONS", &["ro.intake.submit.referral.*", "ro.intake.submit.contact.*"], 4_096, 8_192);
/// The raises of sites. A site that floods fills its own lane and no other: all lanes together fit.
pub const RAISES: StreamSpec = until_heard("RO_RAISES", &[EVERY_RAISE], 256, 5_120);
/// The raises of our own services.
pub const SERVICE_RAISES: StreamSpec = until_heard("RO_SERVICE_RAISES", &["ro.safety.raise.service.*"], 2_048, 1_024);
pub const RINGS: StreamSpec = until_heard("RO_RINGS", &["ro.safety.ring.*"], 8_192, 2_048);
/// Answers to sites and regions, which read them live.
pub const RECEIPTS: StreamSpec = StreamSpec {
    name: "RO_RECEIPTS",
    subjects: &[EVERY_INTAKE_RECEIPT, EVERY_CONCERN_RECEIPT],
    keeps: Keeps::WhileNewest,
    max_message_bytes: LARGE,
    max_bytes: 1_024 * MIB,
    max_per_subject: Some(256),
    kept_days: KEPT_DAYS,
};
pub const INTAKE: StreamSpec = facts_of("RO_INTAKE", &["ro.intake.event.*"]);
pub const CASES: StreamSpec = facts_of("RO_CASES", &["ro.cases.event.*"]);
pub const SAFETY: StreamSpec = facts_of("RO_SAFETY", &["ro.safety.event.*"]);
pub const NOTIFICATION: StreamSpec = facts_of("RO_NOTIFICATION", &["ro.notification.event.*"]);
pub const REPORTING: StreamSpec = facts_of("RO_REPORTING", &["ro.reporting.event.*"]);
/// The streams, as the provisioner creates them and every service checks them at start. Only its own publishers can fill one: input from
/// outside is bounded by subject, and each subject has one login; each service's facts are in a stream of their own. What does not fit is
/// refused to its publisher, who keeps it and retries.
pub const STREAMS: [StreamSpec; 10] =
    [RAISES, SERVICE_RAISES, RINGS, SUBMISSIONS, RECEIPTS, INTAKE, CASES, SAFETY, NOTIFICATION, REPORTING];

const fn until_heard(name: &'static str, subjects: &'static [&'static str], max_per_subject: i64, mib: i64) -> StreamSpec {
    StreamSpec {
        name,
        subjects,
        keeps: Keeps::UntilHeard,
        max_message_bytes: LARGE,
        max_bytes: mib * MIB,
        max_per_subject: Some(max_per_subject),
        kept_days: KEPT_DAYS,
    }
}

const fn facts_of(name: &'static str, subjects: &'static [&'static str]) -> StreamSpec {
    StreamSpec {
        name,
        subjects,
        keeps: Keeps::ToItsAge,
        max_message_bytes: 64 * 1024,
        max_bytes: 2_048 * MIB,
        max_per_subject: None,
        kept_days: KEPT_DAYS,
    }
}

pub(crate) const fn consumer(
    service: &'static str,
    stream: &StreamSpec,
    name: &'static str,
    filters: &'static [&'static str],
) -> ConsumerSpec {
    ConsumerSpec { service, stream: stream.name, name, filters }
}

pub const INTAKE_REFERRALS: ConsumerSpec = consumer("intake", &SUBMISSIONS, "intake-referrals", &["ro.intake.submit.referral.*"]);
pub const INTAKE_CONTACTS: ConsumerSpec = consumer("intake", &SUBMISSIONS, "intake-contacts", &["ro.intake.submit.contact.*"]);
pub const CASES_SCREENED: ConsumerSpec = consumer("cases", &INTAKE, "cases-referral-screened", &[REFERRAL_SCREENED, REFERRAL_CORRECTED]);
pub const SAFETY_RAISES: ConsumerSpec = consumer("safety", &RAISES, "safety-raises", &[EVERY_RAISE]);
pub const SAFETY_SERVICE_RAISES: ConsumerSpec =
    consumer("safety", &SERVICE_RAISES, "safety-service-raises", &["ro.safety.raise.service.*"]);
pub const SAFETY_DELIVERED: ConsumerSpec = consumer("safety", &NOTIFICATION, "safety-ring-delivered", &[RING_DELIVERED]);
pub const NOTIFICATION_RINGS: ConsumerSpec = consumer("notification", &RINGS, "notification-rings", &["ro.safety.ring.*"]);
/// Consumers of the facts of which notification informs people, one for each of two services' streams.
pub const NOTIFICATION_FACTS: ConsumerSpec = consumer("notification", &INTAKE, "notification-facts", &[REFERRALS_RECEIVED, CONTACT_PUSHED]);
pub const NOTIFICATION_CASE_FACTS: ConsumerSpec =
    consumer("notification", &CASES, "notification-case-facts", &[CASE_OPENED, MEDIATOR_ASSIGNED]);
/// Access to cases. On its own: supervisors are notified of a break-glass within a minute, whatever import is queued.
pub const NOTIFICATION_ACCESS: ConsumerSpec = consumer(
    "notification",
    &CASES,
    "notification-access",
    &[OFFICER_ASSIGNED, BREAK_GLASS_OPENED, BREAK_GLASS_QUOTA_REACHED, BREAK_GLASS_REVIEW_DUE],
);
/// An acceptance stops what is not yet delivered to that audience.
pub const NOTIFICATION_CONCERNS: ConsumerSpec = consumer("notification", &SAFETY, "notification-concerns", &[CONCERN_CHANGED]);
/// Consumers of the facts that reporting counts, one for each stream.
pub const REPORTING_FACTS: ConsumerSpec = consumer("reporting", &INTAKE, "reporting-facts", &[REFERRALS_RECEIVED, REFERRAL_SCREENED]);
pub const REPORTING_CASE_FACTS: ConsumerSpec = consumer("reporting", &CASES, "reporting-case-facts", &[CASE_OPENED, CASE_MOVED]);
pub const REPORTING_CONCERNS: ConsumerSpec = consumer("reporting", &SAFETY, "reporting-concerns", &[CONCERN_RAISED, CONCERN_CHANGED]);
/// Grants are read from a service's own copy, so that a call waits for no other service.
pub const INTAKE_GRANTS: ConsumerSpec = consumer("intake", &SAFETY, "intake-grants", &[GRANT_CHANGED]);
pub const CASES_GRANTS: ConsumerSpec = consumer("cases", &SAFETY, "cases-grants", &[GRANT_CHANGED]);
pub const NOTIFICATION_GRANTS: ConsumerSpec = consumer("notification", &SAFETY, "notification-grants", &[GRANT_CHANGED]);
pub const REPORTING_GRANTS: ConsumerSpec = consumer("reporting", &SAFETY, "reporting-grants", &[GRANT_CHANGED]);
pub const CASES_CONCERNS: ConsumerSpec = consumer("cases", &SAFETY, "cases-concerns", &[CONCERN_RAISED, CONCERN_CHANGED]);
/// Who may read an accepted referral, so that it does not bypass the access rules of its case.
pub const INTAKE_TIES: ConsumerSpec = consumer("intake", &CASES, "intake-ties", &[CASE_TIES]);
/// Safety has a concern that travelled with a submission: it need not be resent.
pub const INTAKE_CONCERNS: ConsumerSpec = consumer("intake", &SAFETY, "intake-concerns", &[CONCERN_RAISED, CONCERN_CHANGED]);
/// On their own: a purge waits behind no import, and delays nothing.
pub const INTAKE_PURGES: ConsumerSpec = consumer("intake", &CASES, "intake-purges", &[CASE_PURGED]);
pub const NOTIFICATION_PURGES: ConsumerSpec = consumer("notification", &CASES, "notification-purges", &[CASE_PURGED]);
pub const CASES_PURGE_OBEYED: ConsumerSpec = consumer("cases", &INTAKE, "cases-purge-obeyed", &[REFERRAL_PURGED]);
pub const CASES_PURGE_NOTICES: ConsumerSpec = consumer("cases", &NOTIFICATION, "cases-purge-notices", &[NOTICES_PURGED]);

pub use crate::witness::{WITNESSES, witnessing};

/// The durable consumers. The subjects of a name never change: a version that consumes others does so under a new name (`…-2`), and the
/// former is in [`FORMER`] until no version of the service uses it.
pub const CONSUMERS: [ConsumerSpec; 35] = [
    INTAKE_CONCERNS,
    INTAKE_REFERRALS,
    INTAKE_CONTACTS,
    INTAKE_GRANTS,
    CASES_GRANTS,
    CASES_SCREENED,
    CASES_CONCERNS,
    CASES_PURGE_OBEYED,
    INTAKE_TIES,
    CASES_PURGE_NOTICES,
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
    SAFETY_SERVICE_RAISES,
    SAFETY_DELIVERED,
    NOTIFICATION_RINGS,
    NOTIFICATION_FACTS,
    NOTIFICATION_CASE_FACTS,
    NOTIFICATION_GRANTS,
    NOTIFICATION_ACCESS,
    NOTIFICATION_CONCERNS,
    REPORTING_GRANTS,
    REPORTING_FACTS,
    REPORTING_CASE_FACTS,
    REPORTING_CONCERNS,
];

/// Consumers of former versions that may still run: they keep their place and their permissions, and this version does not read them.
pub const FORMER: [ConsumerSpec; 0] = [];

pub use crate::permission::{
    JETSTREAM, Permissions, dashboard_permissions, inbox_prefix, provisioner_permissions, region_permissions, service_permissions,
    site_permissions,
};

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a subject, or a pattern that is no wider, matches a pattern.
    fn holds(pattern: &str, subject: &str) -> bool {
        let (pattern, subject): (Vec<_>, Vec<_>) = (pattern.split('.').collect(), subject.split('.').collect());
        pattern.len() == subject.len() && pattern.iter().zip(&subject).all(|(a, b)| *a == "*" || a == b)
    }

    #[test]
    fn every_consumer_reads_a_stream_that_holds_its_subjects_and_belongs_to_its_service() {
        for consumer in CONSUMERS {
            let stream = STREAMS.iter().find(|s| s.name == consumer.stream).unwrap();
            assert!(consumer.name.starts_with(consumer.service), "{}", consumer.name);
            for filter in consumer.filters {
                assert!(stream.subjects.iter().any(|subject| holds(subject, filter)), "{filter} is not in {}", stream.name);
            }
        }
    }

    #[test]
    fn what_is_kept_until_it_is_heard_has_one_reader() {
        for stream in STREAMS.into_iter().filter(|stream| stream.keeps == Keeps::UntilHeard) {
            let filters: Vec<_> = CONSUMERS.iter().filter(|c| c.stream == stream.name).flat_map(|c| c.filters).collect();
            assert!(!filters.is_empty(), "nobody hears {}", stream.name);
            for (i, one) in filters.iter().enumerate() {
                assert!(!filters.iter().skip(i + 1).any(|other| holds(one, other) || holds(other, one)), "{one} has two readers");
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
                assert!(!holds(one, other) && !holds(other, one), "{one} {other}");
            }
        }
    }

    /// Most bytes one login can put into a stream, by the bounds of its subjects.
    fn most_of(login: &Permissions, stream: &StreamSpec) -> i64 {
        let own = login.publish.iter().filter(|said| stream.subjects.iter().any(|subject| holds(subject, said)));
        let each = stream.max_per_subject.map_or(stream.max_bytes, |most| most * i64::from(stream.max_message_bytes));
        each * i64::try_from(own.count()).unwrap()
    }

    #[test]
    fn no_site_region_or_service_can_fill_a_stream_that_another_one_writes() {
        let services = ["intake", "cases", "safety", "notification", "reporting"].map(service_permissions);
        let site = site_permissions(&"mission".parse().unwrap());
        let outside = [site.clone(), region_permissions(Region::Pacific)];
        for stream in STREAMS {
            let writers = services.iter().filter(|login| most_of(login, &stream) > 0).count();
            let from_outside = outside.iter().any(|login| most_of(login, &stream) > 0);
            assert!(writers <= 1 || stream.max_per_subject.is_some(), "{} services fill {}", writers, stream.name);
            assert!(writers == 0 || !from_outside, "{} is written by services and from outside", stream.name);
            for login in &outside {
                assert!(most_of(login, &stream) * 8 <= stream.max_bytes, "one login fills an eighth of {}", stream.name);
            }
        }
        // Two services raise; together they fit.
        let raises: i64 = services.iter().map(|login| most_of(login, &SERVICE_RAISES)).sum();
        assert!((1..=SERVICE_RAISES.max_bytes).contains(&raises), "{raises}");
        // There are fewer sites than that.
        assert!(most_of(&site, &RAISES) * 80 <= RAISES.max_bytes, "a flood of every site at once closes the lane of another");
        assert!(most_of(&site, &RECEIPTS) == 0, "a site writes receipts");
    }

    #[test]
    fn a_service_raises_in_its_own_name_and_a_site_only_in_that_of_the_site() {
        assert_eq!(raising_service(RAISE_BY_CASES), Some("cases"));
        assert_eq!(raising_service(RAISE_BY_INTAKE), Some("intake"));
        for code in ["service", "cases", "mission"] {
            assert_eq!(raising_service(&raise_concern(&code.parse().unwrap())), None, "{code}");
        }
        assert_eq!([raising_service("ro.safety.raise.service."), raising_service("ro.safety.raise.service.a.b")], [None, None]);
        for (service, own) in [("cases", RAISE_BY_CASES), ("intake", RAISE_BY_INTAKE)] {
            let raises: Vec<_> = service_permissions(service).publish.into_iter().filter(|said| said.contains(".raise.")).collect();
            assert_eq!(raises, [own]);
        }
    }
}
