//! Refusals and errors: every refusal has a stable reason, the clause behind it, and words in both languages; every error maps to a status
//! here and nowhere else.

use std::{borrow::Cow, collections::HashMap, time::Duration};

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use crate::programme::{self, clause_of};

/// What kind of answer a refusal is, whatever carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The request must be corrected.
    Invalid,
    /// The present state does not allow it.
    Precondition,
    /// The caller may not do this.
    Denied,
    /// Another caller was first.
    Conflict,
    /// Absent, or hidden from this caller.
    NotFound,
    /// Nobody has proved who calls.
    Unauthenticated,
    /// More than this caller may ask, or than there is room for.
    Exhausted,
    /// Not possible for the moment; nothing was recorded.
    Unavailable,
    /// Not done within its time.
    TooLate,
    /// A fault of ours.
    Internal,
}

impl From<Kind> for Code {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Invalid => Self::InvalidArgument,
            Kind::Precondition => Self::FailedPrecondition,
            Kind::Denied => Self::PermissionDenied,
            Kind::Conflict => Self::AlreadyExists,
            Kind::NotFound => Self::NotFound,
            Kind::Unauthenticated => Self::Unauthenticated,
            Kind::Exhausted => Self::ResourceExhausted,
            Kind::Unavailable => Self::Unavailable,
            Kind::TooLate => Self::DeadlineExceeded,
            Kind::Internal => Self::Internal,
        }
    }
}

/// Request that was understood and is not granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub kind: Kind,
    /// Stable, kebab-case; the same in gRPC, on the bus, in the command and in the dashboard.
    pub reason: &'static str,
    /// Clause of the programme's rules.
    pub clause: &'static str,
    pub en: Cow<'static, str>,
    pub fr: Cow<'static, str>,
    /// Request field to correct, where there is one.
    pub field: Option<&'static str>,
    /// When the same call may succeed, where that is known.
    pub retry_after: Option<Duration>,
}

type Words = Cow<'static, str>;

impl Refusal {
    /// A field of the request must be corrected.
    pub fn invalid(reason: &'static str, clause: &'static str, field: &'static str, en: impl Into<Words>, fr: impl Into<Words>) -> Self {
        Self { field: Some(field), ..Self::new(Kind::Invalid, reason, clause, en, fr) }
    }

    /// The request is valid, the present state does not allow it.
    pub fn precondition(reason: &'static str, clause: &'static str, en: impl Into<Words>, fr: impl Into<Words>) -> Self {
        Self::new(Kind::Precondition, reason, clause, en, fr)
    }

    /// The caller may know of the object, and may not do this.
    pub fn denied(reason: &'static str, clause: &'static str, en: impl Into<Words>, fr: impl Into<Words>) -> Self {
        Self::new(Kind::Denied, reason, clause, en, fr)
    }

    /// Another caller was first.
    pub fn conflict(reason: &'static str, clause: &'static str, en: impl Into<Words>, fr: impl Into<Words>) -> Self {
        Self::new(Kind::Conflict, reason, clause, en, fr)
    }

    fn new(kind: Kind, reason: &'static str, clause: &'static str, en: impl Into<Words>, fr: impl Into<Words>) -> Self {
        Self { kind, reason, clause, en: en.into(), fr: fr.into(), field: None, retry_after: None }
    }
}

/// Error of a use case.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("refused: {}", .0.reason)]
    Refused(Refusal),
    /// Absent, or hidden from this caller: the two are the same answer.
    #[error("not found")]
    NotFound,
    #[error("the database did not do what was asked")]
    Database(#[source] sqlx::Error),
    #[error("{what} does not answer")]
    Unavailable { what: &'static str },
    #[error("{0}")]
    Internal(String),
}

pub type Result<T> = std::result::Result<T, Error>;

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        // One entry only: a map of two is written in any order, and equal refusals must be equal bytes.
        let clause = HashMap::from([("clause".to_owned(), refusal.clause.to_owned())]);
        let mut details = ErrorDetails::with_error_info(refusal.reason, programme::get().name, clause);
        details.set_localized_message("fr-CA", refusal.fr.to_string());
        if let Some(after) = refusal.retry_after {
            details.set_retry_info(Some(after));
        }
        if let Some(field) = refusal.field {
            details.add_bad_request_violation(field, refusal.en.to_string());
        }
        Self::with_error_details(refusal.kind.into(), format!("{} [{}: {}]", refusal.en, refusal.clause, refusal.reason), details)
    }
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::NotFound => not_found(),
            Error::Database(source) if is_passing(&source) => {
                tracing::warn!(error = %store_error(&source), "the database is not available");
                try_again()
            }
            Error::Unavailable { what } => {
                tracing::warn!(peer = what, "a service does not answer");
                try_again()
            }
            Error::Database(source) => {
                tracing::error!(error = %store_error(&source), "the database refused a statement");
                internal()
            }
            Error::Internal(what) => {
                tracing::error!(error = what, "a request failed");
                internal()
            }
        }
    }
}

/// Fault that travels as a database error, through code that knows only those, in words that cannot hold a value.
#[derive(Debug, thiserror::Error)]
#[error("{words}")]
pub struct Known {
    pub words: String,
    /// Whether the same call may succeed in a moment.
    pub passing: bool,
    /// The fault itself, for who knows its type.
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

impl From<Known> for sqlx::Error {
    fn from(known: Known) -> Self {
        Self::Decode(Box::new(known))
    }
}

/// Fault of ours behind a database error, if any.
#[must_use]
pub fn known(error: &sqlx::Error) -> Option<&Known> {
    match error {
        sqlx::Error::Decode(source) => source.downcast_ref(),
        _ => None,
    }
}

/// Database error in words that cannot hold a value: PostgreSQL repeats rows in its detail texts.
#[must_use]
pub fn store_error(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(db) => {
            format!("sqlstate {} constraint {}", db.code().unwrap_or_default(), db.constraint().unwrap_or("none"))
        }
        sqlx::Error::Io(io) => format!("connection: {:?}", io.kind()),
        sqlx::Error::PoolTimedOut => "no connection became free in time, or the server refuses connections".to_owned(),
        sqlx::Error::Decode(_) if known(error).is_some() => known(error).map(|known| known.words.clone()).unwrap_or_default(),
        sqlx::Error::ColumnDecode { index, .. } => format!("column {index} cannot be read"),
        other => format!("{:?}", std::mem::discriminant(other)),
    }
}

/// Whether an error is temporary: connection trouble, restarts, lock waits, deadlocks, serialization failures and a key store that is away
/// are; a constraint is not.
#[must_use]
pub fn is_passing(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(db) => {
            let code = db.code().unwrap_or_default();
            ["08", "25006", "40", "53", "55P03", "57"].iter().any(|class| code.starts_with(class))
        }
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => true,
        _ => known(error).is_some_and(|known| known.passing),
    }
}

fn not_found() -> Status {
    Refusal {
        kind: Kind::NotFound,
        ..Refusal::precondition("not-found", clause_of("not-found"), "not found, or not for you", "introuvable, ou pas pour vous")
    }
    .into()
}

/// Reason code of a service that could not do it just now, and recorded nothing.
pub const TRY_AGAIN: &str = "try-again";

fn try_again() -> Status {
    Refusal {
        kind: Kind::Unavailable,
        ..Refusal::precondition(
            TRY_AGAIN,
            clause_of(TRY_AGAIN),
            "not available for a moment: nothing was recorded, please send it again with the same key",
            "indisponible pour un instant : rien n'a été consigné, veuillez renvoyer avec la même clé",
        )
    }
    .into()
}

fn internal() -> Status {
    Refusal {
        kind: Kind::Internal,
        ..Refusal::precondition(
            "internal",
            clause_of("internal"),
            "something went wrong on our side; it is in the log of this service",
            "une erreur s'est produite de notre côté; elle est au journal de ce service",
        )
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_carries_its_reason_its_clause_and_both_languages() {
        let status = Status::from(Refusal::invalid("shelf-unknown", "7a", "book.shelf", "no such shelf", "aucun tel rayon"));
        let info = status.get_details_error_info().unwrap();
        assert_eq!((info.reason.as_str(), info.metadata["clause"].as_str()), ("shelf-unknown", "7a"));
        assert_eq!(status.get_details_localized_message().unwrap().message, "aucun tel rayon");
        assert_eq!(status.get_details_bad_request().unwrap().field_violations[0].field, "book.shelf");
    }

    #[test]
    fn hidden_and_absent_are_the_same_bytes() {
        let first = Status::from(Error::NotFound);
        for _ in 0..50 {
            let again = Status::from(Error::NotFound);
            assert_eq!((first.code(), first.message(), first.details()), (again.code(), again.message(), again.details()));
        }
    }

    #[test]
    fn what_failed_inside_is_not_told_outside() {
        let status = Status::from(Error::Internal("secret detail".into()));
        assert!(!status.message().contains("secret"));
    }
}
