//! The statement of a log's witness about it, and what it means for the person who verifies the log.

use anyhow::Context as _;
use audit_log::{
    Conflict, Cosigned, Epoch,
    log::Checkpoint,
    signed_by,
    statement::{Known, cosigned_bytes},
};
use sqlx::{Connection, PgConnection};

/// Age in microseconds after which a checkpoint should be co-signed.
const COSIGN_WITHIN: i64 = 60 * 1_000_000;

pub async fn connect(service: &str, url: &str) -> anyhow::Result<PgConnection> {
    PgConnection::connect(url).await.map_err(|_| anyhow::anyhow!("the database of {service} cannot be reached"))
}

/// The witness's records of a log, read before the log itself: whatever they contain, the log contained before.
pub struct Witness {
    pub name: &'static str,
    pub key: Vec<u8>,
    known: Vec<Known>,
    conflicts: Vec<Conflict>,
}

/// Data of the log's own database, beside its entries.
pub struct Own<'a> {
    pub log: &'a str,
    pub cosigned: Vec<Cosigned>,
    /// Newest first.
    pub epochs: Vec<Epoch>,
    pub checkpoints: &'a [Checkpoint],
    /// Microseconds since 1970.
    pub now: i64,
}

/// Findings of a verification: faults make it fail, notes do not.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Findings {
    pub faults: Vec<String>,
    pub notes: Vec<String>,
    /// Sizes and roots that the log must still have.
    pub beside: Vec<(i64, Vec<u8>)>,
}

impl Witness {
    /// # Errors
    /// The database cannot be reached or read.
    pub async fn read(name: &'static str, key: Vec<u8>, url: &str, log: &str) -> anyhow::Result<Self> {
        let mut db = connect(name, url).await?;
        let known = audit_log::witnessed(&mut db, log).await.context("what the witness holds cannot be read")?;
        let conflicts = audit_log::conflicts(&mut db, log).await.context("what the witness holds cannot be read")?;
        Ok(Self { name, key, known, conflicts })
    }

    /// Compares both databases, except the entries themselves.
    pub fn compare(&self, own: &Own<'_>) -> Findings {
        let mut found = Findings::default();
        let current = own.epochs.first().map_or(0, |newest| newest.epoch);
        for known in &self.known {
            if known.epoch > current {
                let (epoch, size) = (known.epoch, known.size);
                found
                    .faults
                    .push(format!("{} has co-signed {size} entries of epoch {epoch}, which this database does not know", self.name));
            } else if known.size <= own.limit(known.epoch) {
                found.beside.push((known.size, known.root.clone()));
            }
        }
        self.check_cosignatures(own, &mut found);
        for conflict in &self.conflicts {
            let Conflict { epoch, size, kind, known_size } = conflict;
            let line = format!("{} holds evidence: {kind}, {size} entries stated where {known_size} were known (epoch {epoch})", self.name);
            if *epoch < current { found.notes.push(line) } else { found.faults.push(line) }
        }
        for epoch in &own.epochs {
            let Epoch { epoch, size, reason, .. } = epoch;
            found.notes.push(format!("a restore to {size} entries was accepted (epoch {epoch}): {reason}"));
        }
        found
    }

    fn check_cosignatures(&self, own: &Own<'_>, found: &mut Findings) {
        for Cosigned { epoch, size, root, witness, signature } in &own.cosigned {
            let bytes = cosigned_bytes(own.log, *epoch, *size, root, witness);
            if witness != self.name || !signed_by(&self.key, &bytes, signature) {
                found.faults.push(format!("the co-signature at {size} is not that of {}", self.name));
            } else if !self.known.iter().any(|known| (known.epoch, known.size, &known.root) == (*epoch, *size, root)) {
                found
                    .faults
                    .push(format!("{} has co-signed {size} entries and does not know it any more: its database was set back", self.name));
            } else if *size <= own.limit(*epoch) {
                found.beside.push((*size, root.clone()));
            }
        }
        let current = own.epochs.first().map_or(0, |newest| newest.epoch);
        let covered = self.known.iter().filter(|known| known.epoch == current).map(|known| known.size).max().unwrap_or(-1);
        let waiting = own.checkpoints.iter().filter(|c| c.size > covered && own.now - c.at > COSIGN_WITHIN).count();
        if waiting > 0 {
            found.notes.push(format!("{waiting} checkpoints have waited for more than a minute to be co-signed by {}", self.name));
        }
    }
}

impl Own<'_> {
    /// Size up to which the co-signed entries of an epoch must still exist: those lost by an accepted restore are not checked.
    fn limit(&self, epoch: i64) -> i64 {
        self.epochs.iter().filter(|later| later.epoch > epoch).map(|later| later.size).min().unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(epoch: i64, size: i64) -> Known {
        Known { epoch, size, root: vec![1], stated_at: 0 }
    }

    fn own(epochs: Vec<Epoch>) -> Own<'static> {
        Own { log: "cases", cosigned: Vec::new(), epochs, checkpoints: &[], now: 0 }
    }

    #[test]
    fn what_an_accepted_restore_lost_is_a_note_and_what_was_lost_without_one_is_looked_for() {
        let witness = Witness { name: "safety", key: vec![], known: vec![known(0, 10), known(0, 20), known(1, 12)], conflicts: vec![] };
        let accepted = Epoch { epoch: 1, size: 10, root: vec![1], reason: "disk".into(), signature: vec![] };
        let found = witness.compare(&own(vec![accepted]));
        assert_eq!(found.beside, [(10, vec![1]), (12, vec![1])]);
        assert!(found.faults.is_empty() && found.notes.len() == 1, "{found:?}");
        let found = witness.compare(&own(vec![]));
        assert_eq!(found.beside, [(10, vec![1]), (20, vec![1])]);
        assert_eq!(found.faults.len(), 1, "{found:?}");
    }

    #[test]
    fn a_co_signature_that_the_witness_has_forgotten_is_a_fault_of_its_database() {
        let witness = Witness { name: "safety", key: vec![], known: vec![], conflicts: vec![] };
        let cosigned = Cosigned { epoch: 0, size: 5, root: vec![1], witness: "notification".into(), signature: vec![] };
        let found = witness.compare(&Own { cosigned: vec![cosigned], ..own(vec![]) });
        assert_eq!(found.faults, ["the co-signature at 5 is not that of safety"]);
    }
}
