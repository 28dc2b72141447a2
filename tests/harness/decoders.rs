//! Every decoder of untrusted input, as a function of bytes: run briefly by the tests and for hours by `fuzz/`.
//!
//! Each panics where a decoder breaks its promise; a refusal is no fault.

use std::sync::LazyLock;

use auth::{identity::Verifier, keys::Keys};
use prost::Message;
use proto::{
    cases::v1 as cases,
    id::{ConcernId, Region, SiteCode},
    intake::v1 as intake,
    notification::v1 as notification,
    reference,
    safety::v1 as safety,
};

/// A decoder and its name, which is also the name of its fuzz target and of the folder of its seeds.
pub type Decoder = (&'static str, fn(&[u8]));

pub const ALL: [Decoder; 15] = [
    ("referral", message::<intake::Referral>),
    ("contact", message::<intake::VictimContact>),
    ("submission_answer", message::<intake::SubmissionAnswer>),
    ("concern", message::<safety::Concern>),
    ("raise_answer", message::<safety::RaiseAnswer>),
    ("ring", message::<safety::Ring>),
    ("envelope", message::<safety::Envelope>),
    ("facts", facts),
    ("page_token", page_token),
    ("ladder", ladder),
    ("reference_number", reference_number),
    ("site_code", site_code),
    ("identifier", identifier),
    ("access_token", access_token),
    ("certificate", certificate),
];

/// Checks that a decoded value decodes again from its encoding.
fn message<M: Message + Default + PartialEq>(bytes: &[u8]) {
    let Ok(read) = M::decode(bytes) else { return };
    let written = read.encode_to_vec();
    let again = M::decode(written.as_slice());
    assert!(again.is_ok_and(|again| again.encode_to_vec() == written), "a message changed when it was written");
}

fn facts(bytes: &[u8]) {
    message::<intake::ReferralsReceived>(bytes);
    message::<intake::ReferralScreened>(bytes);
    message::<intake::ContactPushed>(bytes);
    message::<cases::CaseOpened>(bytes);
    message::<cases::MediatorAssigned>(bytes);
    message::<cases::OfficerAssigned>(bytes);
    message::<cases::ConditionAdvised>(bytes);
    message::<cases::GateChanged>(bytes);
    message::<cases::EntryChanged>(bytes);
    message::<cases::ContactStopped>(bytes);
    message::<cases::ContactClear>(bytes);
    message::<cases::RequestChanged>(bytes);
    message::<cases::BreakGlassOpened>(bytes);
    message::<cases::BreakGlassQuotaReached>(bytes);
    message::<cases::BreakGlassReviewDue>(bytes);
    message::<cases::EngagementEnding>(bytes);
    message::<cases::ThingDue>(bytes);
    message::<cases::AssessmentRecorded>(bytes);
    message::<cases::CaseMoved>(bytes);
    message::<safety::ConcernRaised>(bytes);
    message::<safety::ConcernChanged>(bytes);
    message::<notification::RingDelivered>(bytes);
    message::<notification::RingUnreached>(bytes);
    message::<notification::ContactTaken>(bytes);
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

fn page_token(bytes: &[u8]) {
    if let Ok(Some(position)) = base::page::decode::<(i64, String)>(text(bytes)) {
        let again = base::page::decode::<(i64, String)>(&base::page::encode(&position));
        assert!(again.is_ok_and(|again| again.as_ref() == Some(&position)), "a page token changed");
    }
}

/// A ladder that is accepted rings at once and is never silent [TRAP-2].
fn ladder(bytes: &[u8]) {
    let Ok(ladder) = text(bytes).parse::<::safety::domain::alarm::ladder::Ladder>() else { return };
    assert!(ladder.due(0).is_zero(), "the first ring is late");
    for step in [0, 1, 7, 1_000, 1_000_000] {
        assert!(ladder.due(step + 1) > ladder.due(step), "a step does not come after the one before");
        assert!(ladder.reach(step + 1) >= ladder.reach(step), "a step reaches less far");
    }
}

fn reference_number(bytes: &[u8]) {
    if let Some(number) = reference::parse("RO", text(bytes)) {
        assert_eq!(reference::parse("RO", &number), Some(number), "a reference number changed");
    }
}

fn site_code(bytes: &[u8]) {
    if let Ok(site) = text(bytes).parse::<SiteCode>() {
        assert_eq!(site.as_str(), text(bytes), "a site code changed");
        assert!(site.as_str().bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "a site code holds more");
    }
    if let Ok(region) = text(bytes).parse::<Region>() {
        assert_eq!(region.code(), text(bytes), "a region changed");
    }
}

fn identifier(bytes: &[u8]) {
    if let Ok(id) = text(bytes).parse::<ConcernId>() {
        let written = id.to_string();
        assert!(written.len() == 36 && written.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-'), "an id holds more than an id");
    }
}

/// The example key of RFC 7517: nobody signs with it, so no token is accepted.
static VERIFIER: LazyLock<Option<Verifier>> = LazyLock::new(|| {
    let keys = br#"{"keys":[{"kty":"EC","crv":"P-256","alg":"ES256","kid":"1",
        "x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]}"#;
    Some(Verifier::new(Keys::from_bytes(keys).ok()?, "ro-local", "ro"))
});

fn access_token(bytes: &[u8]) {
    let verifier = VERIFIER.as_ref();
    assert!(verifier.is_some(), "the key cannot be used");
    assert!(verifier.is_some_and(|v| v.verify(text(bytes)).is_err()), "a token that nobody signed was believed");
}

/// Checks that a certificate names a service by one plain word or not at all.
fn certificate(bytes: &[u8]) {
    if let Some(name) = server::tls::service_named(bytes) {
        assert!(!name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "a service is named by more than a word");
    }
}
