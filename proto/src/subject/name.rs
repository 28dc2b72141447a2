//! Names of the subjects of the bus.
//!
//! They carry no personal data: a service, a kind, a site or region code, an audience. Nothing else in the project writes a subject as
//! text. A token from outside enters a subject only as a parsed code, which cannot hold a dot, a wildcard or a space (THREAT-18).

use std::fmt;

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

/// Patterns of the submissions of every site and of every region.
pub const EVERY_REFERRAL: &str = "ro.intake.submit.referral.*";
pub const EVERY_CONTACT: &str = "ro.intake.submit.contact.*";

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

/// Pattern of the raises of every service of ours.
pub const EVERY_SERVICE_RAISE: &str = "ro.safety.raise.service.*";

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

/// Pattern of every ring.
pub const EVERY_RING: &str = "ro.safety.ring.*";

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
/// The engagement of a mediator ends in 60 or 30 days, with cases to hand over [D-mediator].
pub const ENGAGEMENT_ENDING: &str = "ro.cases.event.engagement-ending";
/// Something of a case, or of the registry of mediators, is due soon, due now or overdue [R3a].
pub const THING_DUE: &str = "ro.cases.event.thing-due";
pub const ASSESSMENT_RECORDED: &str = "ro.cases.event.assessment-recorded";
/// An advice on a condition is addressed to the staff member who drafts it [GL2c/2d].
pub const CONDITION_ADVISED: &str = "ro.cases.event.condition-advised";
pub const CASE_MOVED: &str = "ro.cases.event.case-moved";
/// Something that was released or confirmed is blocked, or clear again; told to whoever works on the case.
pub const GATE_CHANGED: &str = "ro.cases.event.gate-changed";
/// A participant of a case must not be contacted for it now, or may be again: what waits for them is not sent [IM1c, L26-6].
pub const CONTACT_STOPPED: &str = "ro.cases.event.contact-stopped";
pub const CONTACT_CLEAR: &str = "ro.cases.event.contact-clear";
/// Something happened to an entry to a site; told to whoever decides on it, or works on the case.
pub const ENTRY_CHANGED: &str = "ro.cases.event.entry-changed";
/// Something happened to a request for information; told to its addressee, or to whoever works on the case.
pub const REQUEST_CHANGED: &str = "ro.cases.event.request-changed";
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
pub const RING_UNREACHED: &str = "ro.notification.event.ring-unreached";
pub const CONTACT_TAKEN: &str = "ro.notification.event.contact-taken";

pub const FACTS: [&str; 45] = [
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
    ENGAGEMENT_ENDING,
    THING_DUE,
    ASSESSMENT_RECORDED,
    CONDITION_ADVISED,
    CASE_MOVED,
    GATE_CHANGED,
    CONTACT_STOPPED,
    CONTACT_CLEAR,
    ENTRY_CHANGED,
    REQUEST_CHANGED,
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
    RING_UNREACHED,
    CONTACT_TAKEN,
];

/// Patterns of the facts of each service.
pub const EVERY_INTAKE_FACT: &str = "ro.intake.event.*";
pub const EVERY_CASES_FACT: &str = "ro.cases.event.*";
pub const EVERY_SAFETY_FACT: &str = "ro.safety.event.*";
pub const EVERY_NOTIFICATION_FACT: &str = "ro.notification.event.*";
pub const EVERY_REPORTING_FACT: &str = "ro.reporting.event.*";
