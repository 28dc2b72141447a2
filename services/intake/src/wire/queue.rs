//! States and decisions of the queue on the wire.

use proto::intake::v1 as wire;

use crate::domain::{Disposition, State};

#[must_use]
pub const fn state_code(state: State) -> wire::ReferralState {
    match state {
        State::Received => wire::ReferralState::Received,
        State::NeedsClarification => wire::ReferralState::NeedsClarification,
        State::Accepted => wire::ReferralState::ScreenedAccepted,
        State::IndirectOnly => wire::ReferralState::ScreenedIndirectOnly,
        State::Deferred => wire::ReferralState::ScreenedDeferred,
        State::Closed => wire::ReferralState::ScreenedClosed,
    }
}

/// `None`: not stated, or unknown to this version.
#[must_use]
pub fn disposition(number: i32) -> Option<Disposition> {
    Disposition::ALL.iter().copied().find(|d| disposition_code(*d) as i32 == number)
}

#[must_use]
pub const fn disposition_code(disposition: Disposition) -> wire::Disposition {
    match disposition {
        Disposition::Accepted => wire::Disposition::Accepted,
        Disposition::IndirectOnly => wire::Disposition::IndirectOnly,
        Disposition::DeferredForPreparation => wire::Disposition::DeferredForPreparation,
        Disposition::OtherPartyInaccessible => wire::Disposition::OtherPartyInaccessible,
        Disposition::OtherPartyUnwilling => wire::Disposition::OtherPartyUnwilling,
        Disposition::MotivationNotAppropriate => wire::Disposition::MotivationNotAppropriate,
        Disposition::NoContactPermitted => wire::Disposition::NoContactPermitted,
        Disposition::Withdrawn => wire::Disposition::Withdrawn,
        Disposition::OutOfJurisdiction => wire::Disposition::OutOfJurisdiction,
        Disposition::Duplicate => wire::Disposition::Duplicate,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_disposition_of_the_wire_is_one_of_the_domain() {
        for number in 1..=10 {
            assert_eq!(disposition(number).map(|d| disposition_code(d) as i32), Some(number));
        }
        for number in [-1, 0, 11, i32::MAX] {
            assert_eq!(disposition(number), None);
        }
    }
}
