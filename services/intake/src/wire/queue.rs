//! Lists, states and decisions of the queue on the wire.

use base::{Refusal, wire::instant};
use proto::intake::v1 as wire;

use super::referral::origin;
use crate::domain::{
    Disposition, State,
    queue::list::{Asked, List},
};

/// The list that is asked for, narrowed.
///
/// # Errors
/// A site that is no code, or too many.
pub fn asked(request: &wire::ListQueueRequest) -> Result<Asked, Refusal> {
    let list = List::ALL.iter().copied().find(|list| list_code(*list) == request.list());
    let asked = Asked::from(list.unwrap_or(if request.include_screened { List::All } else { List::Waiting }));
    let asked = Asked {
        origin: origin(request.origin),
        received_from: request.received_from.as_ref().and_then(instant),
        received_before: request.received_before.as_ref().and_then(instant),
        newest_first: request.newest_first,
        ..asked
    };
    asked.of_sites(&request.sites)
}

#[must_use]
pub fn count(list: List, n: i64, is_more: bool) -> wire::ListCount {
    wire::ListCount { list: list_code(list).into(), count: i32::try_from(n).unwrap_or(i32::MAX), is_more }
}

const fn list_code(list: List) -> wire::QueueList {
    match list {
        List::Waiting => wire::QueueList::Waiting,
        List::Received => wire::QueueList::Received,
        List::NeedsClarification => wire::QueueList::NeedsClarification,
        List::Corrected => wire::QueueList::Corrected,
        List::Deferred => wire::QueueList::Deferred,
        List::Closed => wire::QueueList::Closed,
        List::All => wire::QueueList::All,
    }
}

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
    fn every_list_of_the_wire_is_one_of_the_domain_and_where_none_is_named_the_old_question_is_answered() {
        let list =
            |list: i32, include_screened| asked(&wire::ListQueueRequest { list, include_screened, ..Default::default() }).unwrap().list;
        for number in 1..=7 {
            assert_eq!(list_code(list(number, false)) as i32, number);
        }
        assert_eq!((list(0, false), list(0, true), list(99, false)), (List::Waiting, List::All, List::Waiting));
    }

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
