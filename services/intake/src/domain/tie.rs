//! Who is tied to the case that was opened from a referral [R3c].

use proto::id::{CaseId, ReferralId};
use time::OffsetDateTime;

/// Who is tied to a case, as cases told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ties {
    pub referral: ReferralId,
    pub case: CaseId,
    pub revision: i64,
    pub told_at: OffsetDateTime,
    /// Who has the case in their portfolio, and until when.
    pub officers: Vec<(String, Option<OffsetDateTime>)>,
    /// Who broke the glass.
    pub readers: Vec<(String, Option<OffsetDateTime>)>,
}
