//! State of an audit log as its service signs it, and its check against what a witness knows: pure.

use prost::Message;
use signed_messages::CheckpointSealed;

/// Bytes that the service signs: everything but the signature.
#[must_use]
pub fn signed_bytes(checkpoint: &CheckpointSealed) -> Vec<u8> {
    let unsigned = CheckpointSealed { signature: Vec::new(), ..checkpoint.clone() };
    [b"audit statement 1\n".as_slice(), &unsigned.encode_to_vec()].concat()
}

/// Bytes that a witness signs. The witness's name keeps its signature from standing for another's.
#[must_use]
pub fn cosigned_bytes(log: &str, epoch: i64, size: i64, root: &[u8], witness: &str) -> Vec<u8> {
    let mut bytes = format!("audit cosignature 1\n{log}\n{epoch}\n{size}\n{witness}\n").into_bytes();
    bytes.extend(root);
    bytes
}

/// Bytes that a service signs when an operator accepts a restore.
#[must_use]
pub fn epoch_bytes(log: &str, epoch: i64, size: i64, root: &[u8], reason: &str) -> Vec<u8> {
    let mut bytes = format!("audit epoch 1\n{log}\n{epoch}\n{size}\n{}\n{reason}\n", reason.len()).into_bytes();
    bytes.extend(root);
    bytes
}

/// Checkpoint stored by a witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub epoch: i64,
    pub size: i64,
    pub root: Vec<u8>,
    /// When it was first stated, by the clock of the log's service.
    pub stated_at: i64,
}

/// What a witness knows of a log, as far as one statement needs it.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    /// Largest of the newest epoch.
    pub newest: Option<Known>,
    /// Of the statement's epoch and size.
    pub same: Option<Known>,
    /// Of the statement's epoch and former size.
    pub former: Option<Known>,
}

/// Judgement of a statement by a witness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It continues from what is known, or was known before.
    Sound,
    /// It was stated before something that is known, and arrived late: without consequence.
    Late,
    /// The same size has another root.
    Rewritten,
    /// Later than what is known, and it holds less.
    SetBack,
}

impl Verdict {
    /// Stable code of the fault, if any.
    #[must_use]
    pub const fn fault(self) -> Option<&'static str> {
        match self {
            Self::Sound | Self::Late => None,
            Self::Rewritten => Some("rewritten"),
            Self::SetBack => Some("set-back"),
        }
    }
}

/// Compares a statement with what is known. The order of arrival does not matter, only when each was stated: the bus may deliver an old
/// statement late, and several instances of one service state what the same database holds.
#[must_use]
pub fn judge(statement: &CheckpointSealed, memory: &Memory) -> Verdict {
    let Some(newest) = &memory.newest else { return Verdict::Sound };
    let later = statement.stated_at > newest.stated_at;
    if statement.epoch < newest.epoch {
        return if later { Verdict::SetBack } else { Verdict::Late };
    }
    if statement.epoch > newest.epoch {
        return Verdict::Sound;
    }
    let differs = |known: &Option<Known>, root: &[u8]| known.as_ref().is_some_and(|known| known.root != root);
    if differs(&memory.same, &statement.root) || differs(&memory.former, &statement.former_root) {
        return Verdict::Rewritten;
    }
    // If the log grew, it must have grown from the newest known size, or from one not known yet.
    if later && (statement.size < newest.size || statement.former_size < newest.size && statement.size > newest.size) {
        return Verdict::SetBack;
    }
    Verdict::Sound
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(size: i64, stated_at: i64) -> Known {
        Known { epoch: 0, size, root: vec![u8::try_from(size).unwrap()], stated_at }
    }

    /// Judges `statement` beside what is known.
    fn judged(statement: &CheckpointSealed, all: &[Known]) -> Verdict {
        let of = |size: i64| all.iter().find(|k| k.epoch == statement.epoch && k.size == size).cloned();
        let newest = all.iter().max_by_key(|k| (k.epoch, k.size)).cloned();
        judge(statement, &Memory { newest, same: of(statement.size), former: of(statement.former_size) })
    }

    fn grown(from: i64, to: i64, stated_at: i64) -> CheckpointSealed {
        let root = |size: i64| vec![u8::try_from(size).unwrap()];
        CheckpointSealed {
            log: "x".into(),
            epoch: 0,
            size: to,
            root: root(to),
            former_size: from,
            former_root: root(from),
            stated_at,
            signature: vec![],
        }
    }

    #[test]
    fn a_log_that_grows_is_sound_in_whatever_order_its_statements_arrive() {
        let (a, b, c) = (grown(0, 10, 100), grown(10, 20, 200), grown(20, 30, 300));
        for order in [[&a, &b, &c], [&c, &b, &a], [&b, &c, &a], [&a, &c, &b]] {
            let mut all: Vec<Known> = Vec::new();
            for statement in order {
                assert_eq!(judged(statement, &all), Verdict::Sound, "{} after {all:?}", statement.size);
                all.push(Known { epoch: 0, size: statement.size, root: statement.root.clone(), stated_at: statement.stated_at });
            }
        }
    }

    #[test]
    fn a_log_that_was_set_back_is_noticed_at_rest_while_growing_and_once_it_is_longer_than_before() {
        let all = [known(10, 100), known(20, 200)];
        assert_eq!(judged(&grown(10, 10, 300), &all), Verdict::SetBack, "stated at start");
        assert_eq!(judged(&grown(10, 15, 300), &all), Verdict::SetBack, "grown again, but not as far");
        assert_eq!(judged(&grown(10, 25, 300), &all), Verdict::SetBack, "grown past what is known");
        let other = CheckpointSealed { root: vec![99], ..grown(10, 20, 300) };
        assert_eq!(judged(&other, &all), Verdict::Rewritten, "grown to the very size");
        let from = CheckpointSealed { former_root: vec![99], ..grown(20, 30, 300) };
        assert_eq!(judged(&from, &all), Verdict::Rewritten, "goes on from another past");
        assert_eq!(judged(&grown(20, 20, 300), &all), Verdict::Sound, "the same, stated again");
    }

    #[test]
    fn an_accepted_restore_begins_a_new_epoch_and_a_service_that_forgot_it_is_noticed() {
        let all = [known(20, 200), Known { epoch: 1, ..known(10, 300) }];
        assert_eq!(judged(&CheckpointSealed { epoch: 1, ..grown(10, 12, 400) }, &all), Verdict::Sound);
        assert_eq!(judged(&CheckpointSealed { epoch: 2, ..grown(5, 5, 400) }, &all), Verdict::Sound);
        assert_eq!(judged(&grown(20, 21, 250), &all), Verdict::Late);
        assert_eq!(judged(&grown(20, 21, 400), &all), Verdict::SetBack);
    }
}
