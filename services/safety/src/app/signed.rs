//! What was recorded, who accepted and who closed is signed with a key that the database does not hold: what was written behind this service's back
//! silences nobody [R3e, threats T1, T3].

use chassis::clock::micros;
use proto::{receipt, safety::v1};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Tools, raise_concern::Receipt};
use crate::{
    domain::concern::{Acceptance, Audience, AudienceStatus},
    store::concern::Closing,
};

const ACCEPTANCE: &str = "acceptance";
const CLOSING: &str = "closing";

/// An acceptance, signed where there is a key.
#[must_use]
pub fn acceptance(tools: &Tools, concern: Uuid, audience: Audience, by: &str, at: OffsetDateTime) -> Acceptance {
    let told = [&concern.to_string(), audience.code(), by, &micros(at).to_string()];
    Acceptance { by: by.to_owned(), at, signature: tools.signer.as_ref().map(|signer| signer.sign_row(ACCEPTANCE, &told)) }
}

/// Whether this service wrote the acceptance of the audience; one without any is nobody's. Without a key everything is believed, as
/// the start of the process says.
#[must_use]
pub fn is_accepted(tools: &Tools, concern: Uuid, status: &AudienceStatus) -> bool {
    let Some(accepted) = &status.accepted else { return false };
    let Some(signer) = &tools.signer else { return true };
    let told = [&concern.to_string(), status.audience.code(), &accepted.by, &micros(accepted.at).to_string()];
    signer.signed_row(ACCEPTANCE, &told, accepted.signature.as_deref().unwrap_or_default())
}

/// A closing, likewise.
#[must_use]
pub fn closing(tools: &Tools, concern: Uuid, by: &str, at: OffsetDateTime) -> Closing {
    let told = [&concern.to_string(), by, &micros(at).to_string()];
    Closing { by: by.to_owned(), at, signature: tools.signer.as_ref().map(|signer| signer.sign_row(CLOSING, &told)) }
}

/// Whether this service wrote the closing.
#[must_use]
pub fn is_closed(tools: &Tools, concern: Uuid, closing: &Closing) -> bool {
    let Some(signer) = &tools.signer else { return true };
    let told = [&concern.to_string(), closing.by.as_str(), &micros(closing.at).to_string()];
    signer.signed_row(CLOSING, &told, closing.signature.as_deref().unwrap_or_default())
}

/// What the raiser is told, signed: whoever keeps it can prove that the concern was recorded, whatever becomes of it here [RM1c].
#[must_use]
pub fn receipt(tools: &Tools, recorded: &Receipt) -> v1::ConcernReceipt {
    let mut told = v1::ConcernReceipt {
        concern_id: recorded.id.to_string(),
        reference: recorded.reference.clone(),
        recorded_at: Some(chassis::wire::timestamp(recorded.recorded_at)),
        already_known: recorded.already_known,
        signature: Vec::new(),
    };
    if let Some(signer) = &tools.signer {
        told.signature = signer.sign_row(receipt::KIND, &receipt::values(&told).each_ref().map(String::as_str));
    }
    told
}
