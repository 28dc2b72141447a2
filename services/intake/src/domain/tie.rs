//! Officers tied to the case opened from a referral [R3c].

use proto::id::{CaseId, ReferralId};
use time::OffsetDateTime;

/// Ties to a case, as published by cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ties {
    pub referral: ReferralId,
    pub case: CaseId,
    pub revision: i64,
    pub told_at: OffsetDateTime,
    /// Officers with the case in their portfolio, and until when.
    pub officers: Vec<(String, Option<OffsetDateTime>)>,
    /// Officers with break-glass access, and until when.
    pub readers: Vec<(String, Option<OffsetDateTime>)>,
}
