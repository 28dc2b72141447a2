//! Streams of the bus, with what each holds and keeps.

use topology::{ConsumerSpec, Keeps, StreamSpec};

use super::name::{
    EVERY_CASES_FACT, EVERY_CONCERN_RECEIPT, EVERY_CONTACT, EVERY_INTAKE_FACT, EVERY_INTAKE_RECEIPT, EVERY_NOTIFICATION_FACT, EVERY_RAISE,
    EVERY_REFERRAL, EVERY_REPORTING_FACT, EVERY_RING, EVERY_SAFETY_FACT, EVERY_SERVICE_RAISE,
};

/// Days a consumer can be away and miss nothing. No service may delete a message, so this bounds its life. Far below the two years of the
/// law: what was sent while a case was in use is gone by the time it may be purged [LPR4].
const KEPT_DAYS: u16 = 30;
const MIB: i64 = 1024 * 1024;
/// Largest message among those with text written by people.
const LARGE: i32 = 256 * 1024;

pub const SUBMISSIONS: StreamSpec = until_heard("RO_SUBMISSIONS", &[EVERY_REFERRAL, EVERY_CONTACT], 4_096, 8_192);
/// The raises of sites. A site that floods fills its own lane and no other: all lanes together fit.
pub const RAISES: StreamSpec = until_heard("RO_RAISES", &[EVERY_RAISE], 256, 5_120);
/// The raises of our own services.
pub const SERVICE_RAISES: StreamSpec = until_heard("RO_SERVICE_RAISES", &[EVERY_SERVICE_RAISE], 2_048, 1_024);
pub const RINGS: StreamSpec = until_heard("RO_RINGS", &[EVERY_RING], 8_192, 2_048);
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
pub const INTAKE: StreamSpec = facts_of("RO_INTAKE", &[EVERY_INTAKE_FACT]);
pub const CASES: StreamSpec = facts_of("RO_CASES", &[EVERY_CASES_FACT]);
pub const SAFETY: StreamSpec = facts_of("RO_SAFETY", &[EVERY_SAFETY_FACT]);
pub const NOTIFICATION: StreamSpec = facts_of("RO_NOTIFICATION", &[EVERY_NOTIFICATION_FACT]);
pub const REPORTING: StreamSpec = facts_of("RO_REPORTING", &[EVERY_REPORTING_FACT]);
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

/// Consumer of a service on a stream.
pub(super) const fn consumer(
    service: &'static str,
    stream: &StreamSpec,
    name: &'static str,
    filters: &'static [&'static str],
) -> ConsumerSpec {
    ConsumerSpec { service, stream: stream.name, name, filters }
}
