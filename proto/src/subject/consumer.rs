//! Durable consumers of the bus: which service reads what.

use topology::ConsumerSpec;

use super::{
    name::{
        BREAK_GLASS_OPENED, BREAK_GLASS_QUOTA_REACHED, BREAK_GLASS_REVIEW_DUE, CASE_MOVED, CASE_OPENED, CASE_PURGED, CASE_TIES,
        CONCERN_CHANGED, CONCERN_RAISED, CONDITION_ADVISED, CONTACT_CLEAR, CONTACT_PUSHED, CONTACT_STOPPED, ENGAGEMENT_ENDING,
        ENTRY_CHANGED, EVERY_CONTACT, EVERY_RAISE, EVERY_REFERRAL, EVERY_RING, EVERY_SERVICE_RAISE, GATE_CHANGED, GRANT_CHANGED,
        MEDIATOR_ASSIGNED, NOTICES_PURGED, OFFICER_ASSIGNED, REFERRAL_CORRECTED, REFERRAL_PURGED, REFERRAL_SCREENED, REFERRALS_RECEIVED,
        REQUEST_CHANGED, RING_DELIVERED, RING_UNREACHED, THING_DUE,
    },
    stream::{CASES, INTAKE, NOTIFICATION, RAISES, RINGS, SAFETY, SERVICE_RAISES, SUBMISSIONS, consumer},
    witness::WITNESSES,
};

pub const INTAKE_REFERRALS: ConsumerSpec = consumer("intake", &SUBMISSIONS, "intake-referrals", &[EVERY_REFERRAL]);
pub const INTAKE_CONTACTS: ConsumerSpec = consumer("intake", &SUBMISSIONS, "intake-contacts", &[EVERY_CONTACT]);
pub const CASES_SCREENED: ConsumerSpec = consumer("cases", &INTAKE, "cases-referral-screened", &[REFERRAL_SCREENED, REFERRAL_CORRECTED]);
pub const SAFETY_RAISES: ConsumerSpec = consumer("safety", &RAISES, "safety-raises", &[EVERY_RAISE]);
pub const SAFETY_SERVICE_RAISES: ConsumerSpec = consumer("safety", &SERVICE_RAISES, "safety-service-raises", &[EVERY_SERVICE_RAISE]);
pub const SAFETY_DELIVERED: ConsumerSpec = consumer("safety", &NOTIFICATION, "safety-ring-delivered", &[RING_DELIVERED]);
/// On its own: what reached nobody waits behind no delivery.
pub const SAFETY_UNREACHED: ConsumerSpec = consumer("safety", &NOTIFICATION, "safety-ring-unreached", &[RING_UNREACHED]);
pub const NOTIFICATION_RINGS: ConsumerSpec = consumer("notification", &RINGS, "notification-rings", &[EVERY_RING]);
/// Consumers of the facts of which notification informs people, one for each of two services' streams.
pub const NOTIFICATION_FACTS: ConsumerSpec = consumer("notification", &INTAKE, "notification-facts", &[REFERRALS_RECEIVED, CONTACT_PUSHED]);
pub const NOTIFICATION_CASE_FACTS: ConsumerSpec = consumer(
    "notification",
    &CASES,
    "notification-case-facts",
    &[CASE_OPENED, MEDIATOR_ASSIGNED, GATE_CHANGED, ENTRY_CHANGED, REQUEST_CHANGED],
);
/// Access to cases. On its own: supervisors are notified of a break-glass within a minute, whatever import is queued.
pub const NOTIFICATION_ACCESS: ConsumerSpec = consumer(
    "notification",
    &CASES,
    "notification-access",
    &[OFFICER_ASSIGNED, BREAK_GLASS_OPENED, BREAK_GLASS_QUOTA_REACHED, BREAK_GLASS_REVIEW_DUE],
);
/// Advice to staff who draft a condition: outside the RO file, and apart from what is told inside it.
pub const NOTIFICATION_ADVICE: ConsumerSpec = consumer("notification", &CASES, "notification-advice", &[CONDITION_ADVISED]);
/// Engagements that end. On their own, so that the consumers before them keep what they read.
pub const NOTIFICATION_MEDIATORS: ConsumerSpec = consumer("notification", &CASES, "notification-mediators", &[ENGAGEMENT_ENDING]);
/// What is due. On its own, for the same reason.
pub const NOTIFICATION_DUE: ConsumerSpec = consumer("notification", &CASES, "notification-due", &[THING_DUE]);
/// Who must not be contacted now. On its own: a stop waits behind nothing.
pub const NOTIFICATION_STOPS: ConsumerSpec = consumer("notification", &CASES, "notification-stops", &[CONTACT_STOPPED, CONTACT_CLEAR]);
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

/// The durable consumers. The subjects of a name never change: a version that consumes others does so under a new name (`…-2`), and the
/// former is in [`FORMER`] until no version of the service uses it.
pub const CONSUMERS: [ConsumerSpec; 40] = [
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
    SAFETY_UNREACHED,
    NOTIFICATION_RINGS,
    NOTIFICATION_FACTS,
    NOTIFICATION_CASE_FACTS,
    NOTIFICATION_GRANTS,
    NOTIFICATION_ACCESS,
    NOTIFICATION_ADVICE,
    NOTIFICATION_MEDIATORS,
    NOTIFICATION_DUE,
    NOTIFICATION_STOPS,
    NOTIFICATION_CONCERNS,
    REPORTING_GRANTS,
    REPORTING_FACTS,
    REPORTING_CASE_FACTS,
    REPORTING_CONCERNS,
];

/// Consumers of former versions that may still run: they keep their place and their permissions, and this version does not read them.
pub const FORMER: [ConsumerSpec; 0] = [];
