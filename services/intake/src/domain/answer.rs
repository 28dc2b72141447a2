//! Answers to submitters: a receipt that discloses nothing of what follows [TRAP-4], or a refusal with what to mend.

use base::Refusal;
use time::OffsetDateTime;

/// The answer to one submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Recorded(Receipt),
    Refused {
        refusal: Refusal,
        /// The key as submitted.
        key: String,
    },
}

/// Proof that a submission was received, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub number: String,
    pub received_at: OffsetDateTime,
    pub key: String,
    pub repeat: Repeat,
}

/// Whether the key was already known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    First,
    SameBody,
    /// Another body, stored beside the first.
    OtherBody,
}
