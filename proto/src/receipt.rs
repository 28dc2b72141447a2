//! Signed values of a concern's receipt: with the public key of safety anyone can verify it without safety [RM1c, TRAP-1].

use crate::safety::v1::ConcernReceipt;

/// Domain separation: keeps the signature of a receipt from passing for that of another row.
pub const KIND: &str = "concern-receipt";

/// The values in signing order. Whether the concern was known before is not among them: a repeat proves the same.
#[must_use]
pub fn values(of: &ConcernReceipt) -> [String; 3] {
    let at = of.recorded_at.as_ref().map(|at| format!("{}.{:09}", at.seconds, at.nanos)).unwrap_or_default();
    [of.concern_id.clone(), of.reference.clone(), at]
}
