//! Contact with a participant of a case: stopped, or clear again, in the order in which cases told it and not in which it came.

use std::collections::BTreeMap;

use proto::id::{CaseId, ParticipantId};
use time::OffsetDateTime;

/// What cases told of a participant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    pub participant: ParticipantId,
    pub case: CaseId,
    /// The highest is the newest.
    pub sequence: i64,
    pub stopped: bool,
    pub at: OffsetDateTime,
}

/// The newest of each participant; of two with one sequence the stop, whichever comes first.
#[must_use]
pub fn newest(changes: &[Change]) -> Vec<Change> {
    let mut newest: BTreeMap<ParticipantId, Change> = BTreeMap::new();
    for change in changes {
        let kept = newest.entry(change.participant).or_insert(*change);
        if (change.sequence, change.stopped) > (kept.sequence, kept.stopped) {
            *kept = *change;
        }
    }
    newest.into_values().collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn change(participant: u128, sequence: i64, stopped: bool) -> Change {
        let (participant, case) = (ParticipantId::new(Uuid::from_u128(participant)), CaseId::new(Uuid::from_u128(9)));
        Change { participant, case, sequence, stopped, at: OffsetDateTime::UNIX_EPOCH }
    }

    #[test]
    fn in_whatever_order_they_come_the_newest_of_each_participant_counts() {
        let (stop, clear, other) = (change(1, 2, true), change(1, 1, false), change(2, 1, false));
        for order in [[stop, clear, other], [clear, other, stop], [other, stop, clear]] {
            assert_eq!(newest(&order), [stop, other]);
        }
        let again = change(1, 2, false);
        assert_eq!((newest(&[stop, again]), newest(&[again, stop])), (vec![stop], vec![stop]));
        assert!(newest(&[]).is_empty());
    }
}
