//! Signatures over receipts, acceptances and closings, with a key that the database does not hold: rows written directly into the database
//! silence no ring [R3e, THREAT-1, THREAT-3].

use base::clock::micros;
use proto::{receipt, safety::v1};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{app::App, report::Receipt};
use crate::{
    domain::alarm::concern::{Acceptance, AudienceStatus},
    store::alarm::concern::Closing,
};

const ACCEPTANCE: &str = "acceptance";
const CLOSING: &str = "closing";

/// Acceptance by an office of what was said so far, signed where there is a key: it binds the office, since when it owed, and what was
/// known, and so counts for no other office, no other routing, and nothing that was said later.
#[must_use]
pub fn acceptance(app: &App, concern: Uuid, status: &AudienceStatus, (by, knowing): (&str, u32), at: OffsetDateTime) -> Acceptance {
    let mut accepted = Acceptance { by: by.to_owned(), at, knowing, signature: None };
    accepted.signature =
        app.signer.as_ref().map(|signer| with_values(concern, status, &accepted, |values| signer.sign_row(ACCEPTANCE, values)));
    accepted
}

fn with_values<T>(concern: Uuid, status: &AudienceStatus, accepted: &Acceptance, read: impl FnOnce(&[&str]) -> T) -> T {
    let numbers = [micros(status.rung_from).to_string(), accepted.knowing.to_string(), micros(accepted.at).to_string()];
    let [since, knowing, at] = numbers.each_ref().map(String::as_str);
    read(&[&concern.to_string(), status.audience.code(), &status.office, since, knowing, &accepted.by, at])
}

/// Whether an acceptance is recorded that this service did not sign. Without a key every acceptance is believed; the process logs that at
/// its start.
#[must_use]
pub fn is_forged(app: &App, concern: Uuid, status: &AudienceStatus) -> bool {
    let (Some(accepted), Some(signer)) = (&status.accepted, &app.signer) else { return false };
    let signature = accepted.signature.as_deref().unwrap_or_default();
    !with_values(concern, status, accepted, |values| signer.signed_row(ACCEPTANCE, values, signature))
}

/// The offices of a concern, with only those acceptances that this service signed.
#[must_use]
pub fn believed(app: &App, concern: Uuid, mut statuses: Vec<AudienceStatus>) -> Vec<AudienceStatus> {
    for status in &mut statuses {
        if is_forged(app, concern, status) {
            tracing::error!(concern.id = %concern, "an acceptance was written behind this service's back: it does not count");
            status.accepted = None;
            if !status.ended {
                status.ring_anew(app.clock.now());
            }
        }
    }
    statuses
}

/// Closing, signed likewise.
#[must_use]
pub fn closing(app: &App, concern: Uuid, by: &str, at: OffsetDateTime) -> Closing {
    let values = [&concern.to_string(), by, &micros(at).to_string()];
    Closing { by: by.to_owned(), at, signature: app.signer.as_ref().map(|signer| signer.sign_row(CLOSING, &values)) }
}

/// Whether this service signed the closing.
#[must_use]
pub fn is_closed(app: &App, concern: Uuid, closing: &Closing) -> bool {
    let Some(signer) = &app.signer else { return true };
    let values = [&concern.to_string(), closing.by.as_str(), &micros(closing.at).to_string()];
    signer.signed_row(CLOSING, &values, closing.signature.as_deref().unwrap_or_default())
}

/// Signed receipt for the raiser: proof that the concern was recorded, whatever becomes of it here [RM1c].
#[must_use]
pub fn receipt(app: &App, recorded: &Receipt) -> v1::ConcernReceipt {
    let mut signed = v1::ConcernReceipt {
        concern_id: recorded.id.to_string(),
        reference: recorded.reference.clone(),
        recorded_at: Some(base::wire::timestamp(recorded.recorded_at)),
        already_known: recorded.already_known,
        signature: Vec::new(),
    };
    if let Some(signer) = &app.signer {
        signed.signature = signer.sign_row(receipt::KIND, &receipt::values(&signed).each_ref().map(String::as_str));
    }
    signed
}
