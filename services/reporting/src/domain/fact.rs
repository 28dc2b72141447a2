//! Facts as counted: ids, codes and times. There is no field for a name or a text [IM1].

use time::OffsetDateTime;
use uuid::Uuid;

use super::code::{Audience, Disposition, Grade, Origin, Region, Stage};

/// One fact reported by another service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    ReferralReceived {
        referral: Uuid,
        origin: Origin,
        site: String,
        region: Region,
        at: OffsetDateTime,
    },
    ReferralScreened {
        referral: Uuid,
        disposition: Disposition,
        at: OffsetDateTime,
    },
    CaseOpened {
        case: Uuid,
        referral: Uuid,
        at: OffsetDateTime,
    },
    CaseMoved {
        case: Uuid,
        stage: Stage,
        at: OffsetDateTime,
    },
    ConcernRaised {
        concern: Uuid,
        grade: Grade,
        site: String,
        region: Region,
        at: OffsetDateTime,
    },
    ConcernSaidGraver {
        concern: Uuid,
        grade: Grade,
        at: OffsetDateTime,
    },
    ConcernAccepted {
        concern: Uuid,
        audience: Audience,
        at: OffsetDateTime,
    },
    ConcernClosed {
        concern: Uuid,
        at: OffsetDateTime,
    },
    /// A valid fact that no count uses, for example that a concern rang again.
    NotCounted,
}
