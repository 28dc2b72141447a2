//! Data keys of a case: one for each side, and one for what belongs to the file alone. The key of one side opens nothing of another, so
//! that disclosing one side never opens the other [IM1a].

use base::Private;
use proto::id::CaseId;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::{DataKey, Fault, Owner, Vault};

use crate::domain::participant::kind::Side;

/// The kind of the keys of a case.
pub(crate) const CASE: &str = "case";

/// Placeholder for a text that cannot be opened where an answer is needed nevertheless.
pub const CANNOT_BE_READ: &str = "[cannot be read at the moment: call NHQ · illisible pour l'instant : appelez l'AC]";

/// Key owner for a participant's side. Participants of neither side share the key of the file.
pub(crate) fn owner(case: Uuid, side: Option<Side>) -> Owner {
    Owner { kind: CASE, object: case, side: side_code(side) }
}

/// Code of what belongs to the file and to neither side.
pub(crate) const OF_THE_FILE: &str = "file";

/// Code of a side, or of the file, in tables and with the keys.
pub(crate) fn side_code(side: Option<Side>) -> &'static str {
    side.map_or(OF_THE_FILE, Side::code)
}

/// Every side for which a case can have a key.
pub const SIDES: [&str; 3] = [Side::Victim.code(), Side::Offender.code(), OF_THE_FILE];

/// The key of one side of a case, for data about to leave the file.
///
/// # Errors
/// A statement failed, or the vault has no key.
pub async fn key(tx: &mut PgConnection, vault: &Vault, case: CaseId, side: Option<Side>, at: OffsetDateTime) -> sqlx::Result<DataKey> {
    vault.key(tx, owner(case.uuid(), side), at).await
}

/// What to do with a text whose key is not available.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unopened {
    /// The read fails: the caller tries again.
    Refused,
    /// It reads [`CANNOT_BE_READ`]: acting on a risk or ending a consent never waits for a key.
    Marked,
}

impl Unopened {
    pub(crate) fn text(self, opened: Result<Private<String>, Fault>) -> sqlx::Result<Private<String>> {
        match (self, opened) {
            (_, Ok(text)) => Ok(text),
            (Self::Refused, Err(fault)) => Err(fault.into()),
            (Self::Marked, Err(fault)) => {
                tracing::error!(error = %fault, "a text of a case cannot be opened");
                Ok(CANNOT_BE_READ.to_owned().into())
            }
        }
    }
}
