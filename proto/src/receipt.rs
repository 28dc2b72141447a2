//! The receipt of a concern as its signature covers it: whoever holds the public key of safety checks it without safety [RM1c, TRAP-1].

use crate::safety::v1::ConcernReceipt;

/// What keeps the signature of a receipt from passing for that of another row.
pub const KIND: &str = "concern-receipt";

/// The values in the order that was signed. Whether it was known before is not among them: a repeat proves the same.
#[must_use]
pub fn values(of: &ConcernReceipt) -> [String; 3] {
    let at = of.recorded_at.as_ref().map(|at| format!("{}.{:09}", at.seconds, at.nanos)).unwrap_or_default();
    [of.concern_id.clone(), of.reference.clone(), at]
}
