//! Audit log and its faults: pure functions for the service that writes and for the outside auditor.

use std::fmt::{self, Display};

use serde::{Deserialize, Serialize};

pub use super::key::{signed_bytes, unhex};
use super::{
    key::signed_by,
    merkle::{Hash, Tree, leaf},
};

/// Entry with its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub position: i64,
    /// Microseconds since 1970.
    pub at: i64,
    pub actor: String,
    pub action: String,
    pub kind: String,
    pub object: String,
    pub outcome: String,
    pub reason: String,
}

impl Row {
    /// Bytes that are hashed. Every text is preceded by its length: no two entries have the same bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.at.to_be_bytes().to_vec();
        for text in [&self.actor, &self.action, &self.kind, &self.object, &self.outcome, &self.reason] {
            bytes.extend((text.len() as u64).to_be_bytes());
            bytes.extend(text.as_bytes());
        }
        bytes
    }
}

/// State of the log at one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    pub size: i64,
    pub root: Vec<u8>,
    /// Microseconds since 1970.
    pub at: i64,
    pub signature: Option<Vec<u8>>,
}

/// Checkpoint that an auditor keeps between two visits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownCheckpoint {
    pub size: i64,
    /// Root, in hexadecimal digits.
    pub root: String,
    /// Public key that signed it, in hexadecimal digits.
    pub key: String,
}

/// Fault of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    Gap { expected: i64, found: i64 },
    Root { size: i64 },
    Signature { size: i64 },
    Unsigned { size: i64 },
    Uncovered { size: i64, covered: i64 },
    Shorter { size: i64, covered: i64 },
    Rewritten { held: i64 },
    Cut { size: i64, held: i64 },
    Key,
    Witnessed { size: i64 },
    SetBack { size: i64, witnessed: i64 },
}

impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gap { expected, found } => write!(f, "entry {expected} is missing: the next one is {found}"),
            Self::Root { size } => write!(f, "the first {size} entries are not those that were sealed"),
            Self::Signature { size } => write!(f, "the signature of the checkpoint at {size} is not the service's"),
            Self::Unsigned { size } => write!(f, "the checkpoint at {size} is not signed"),
            Self::Uncovered { size, covered } => write!(f, "there are {size} entries, and the last checkpoint covers {covered}"),
            Self::Shorter { size, covered } => write!(f, "there are {size} entries, and a checkpoint covers {covered}"),
            Self::Rewritten { held } => write!(f, "the first {held} entries are not those of the checkpoint you hold"),
            Self::Cut { size, held } => {
                write!(f, "the log covers {size} entries, and the checkpoint you hold {held}: it was cut or set back")
            }
            Self::Witnessed { size } => write!(f, "the first {size} entries are not those that its witness has co-signed"),
            Self::SetBack { size, witnessed } => {
                write!(f, "the log covers {size} entries, and its witness has co-signed {witnessed}: it was cut or set back")
            }
            Self::Key => f.write_str("the key is not the one of the checkpoint you hold"),
        }
    }
}

/// Checker of a log, entry by entry in order; it stores none of them.
pub struct Examiner<'a> {
    log: &'a str,
    key: &'a [u8],
    held: Option<&'a KnownCheckpoint>,
    witnessed: std::iter::Peekable<std::vec::IntoIter<(i64, Vec<u8>)>>,
    checkpoints: std::iter::Peekable<std::vec::IntoIter<Checkpoint>>,
    covered: i64,
    last: Option<Checkpoint>,
    tree: Tree,
    faults: Vec<Fault>,
}

/// Largest number of faults reported.
const MAX_FINDINGS: usize = 20;

impl<'a> Examiner<'a> {
    /// Checker with the log's checkpoints, in order of their size.
    #[must_use]
    pub fn new(log: &'a str, key: &'a [u8], held: Option<&'a KnownCheckpoint>, mut checkpoints: Vec<Checkpoint>) -> Self {
        checkpoints.sort_by_key(|c| c.size);
        let covered = checkpoints.last().map_or(0, |c| c.size);
        let mut faults = Vec::new();
        if held.is_some_and(|held| held.key != hex::encode(key)) {
            faults.push(Fault::Key);
        }
        let checkpoints = checkpoints.into_iter().peekable();
        let witnessed = Vec::new().into_iter().peekable();
        let mut examiner = Self { log, key, held, witnessed, checkpoints, covered, last: None, tree: Tree::default(), faults };
        examiner.compare();
        examiner
    }

    /// Adds sizes and roots that another service has co-signed; to be called before the first entry.
    #[must_use]
    pub fn beside(mut self, mut witnessed: Vec<(i64, Vec<u8>)>) -> Self {
        witnessed.sort();
        self.witnessed = witnessed.into_iter().peekable();
        self.compare();
        self
    }

    fn size(&self) -> i64 {
        i64::try_from(self.tree.size()).unwrap_or(i64::MAX)
    }

    fn fault(&mut self, fault: Fault) {
        if self.faults.len() < MAX_FINDINGS {
            self.faults.push(fault);
        }
    }

    /// Checks the next entry.
    pub fn push(&mut self, row: &Row) {
        let expected = self.size();
        if row.position != expected {
            self.fault(Fault::Gap { expected, found: row.position });
        }
        self.tree.push(leaf(&row.bytes()));
        self.compare();
    }

    /// Compares the tree with the checkpoints, sealed or kept by the auditor, at its present size.
    fn compare(&mut self) {
        let size = self.size();
        let holds = self.held.filter(|held| held.size == size);
        let seen = self.witnessed.peek().is_some_and(|(seen, _)| *seen <= size);
        if holds.is_none() && !seen && self.checkpoints.peek().is_none_or(|c| c.size > size) {
            return;
        }
        let root = self.tree.root();
        while let Some((seen, theirs)) = self.witnessed.next_if(|(seen, _)| *seen <= size) {
            if seen != size || theirs != root {
                self.fault(Fault::Witnessed { size: seen });
            }
        }
        if let Some(held) = holds
            && held.root != hex::encode(root)
        {
            self.fault(Fault::Rewritten { held: size });
        }
        while let Some(checkpoint) = self.checkpoints.next_if(|c| c.size <= size) {
            self.check(&checkpoint, &root);
            self.last = Some(checkpoint);
        }
    }

    fn check(&mut self, checkpoint: &Checkpoint, root: &Hash) {
        let size = checkpoint.size;
        if size != self.size() || checkpoint.root != root {
            self.fault(Fault::Root { size });
        }
        let Some(signature) = &checkpoint.signature else { return self.fault(Fault::Unsigned { size }) };
        let signed = signed_bytes(self.log, size, &checkpoint.root, checkpoint.at);
        if !signed_by(self.key, &signed, signature) {
            self.fault(Fault::Signature { size });
        }
    }

    /// All faults, or the checkpoint that the auditor keeps from now on.
    ///
    /// # Errors
    /// The faults, at most twenty.
    pub fn finish(mut self) -> Result<KnownCheckpoint, Vec<Fault>> {
        let (size, covered) = (self.size(), self.covered);
        if size > covered {
            self.fault(Fault::Uncovered { size, covered });
        }
        if size < covered {
            self.fault(Fault::Shorter { size, covered });
        }
        if let Some(held) = self.held.filter(|held| held.size > covered.min(size)) {
            self.fault(Fault::Cut { size, held: held.size });
        }
        if let Some((witnessed, _)) = self.witnessed.by_ref().last() {
            self.fault(Fault::SetBack { size, witnessed });
        }
        if self.faults.is_empty() {
            let root = self.last.map_or_else(|| hex::encode(self.tree.root()), |last| hex::encode(&last.root));
            Ok(KnownCheckpoint { size, root, key: hex::encode(self.key) })
        } else {
            Err(self.faults)
        }
    }
}
