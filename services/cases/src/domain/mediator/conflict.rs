//! Conflicts of interest of a mediator: with a site, or with a person of a case [D-mediator].

use base::Refusal;
use proto::id::{CaseId, ParticipantId, SiteCode};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{domain::site, error};

/// With whom or what the conflict is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum With {
    Site(String),
    /// A person, by their entry on the file of a case. Readers of the registry learn neither who it is nor of which case.
    Person(CaseId, ParticipantId),
}

/// A conflict that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    pub id: Uuid,
    pub with: With,
    pub recorded_at: OffsetDateTime,
}

/// A site that is known.
///
/// # Errors
/// Refuses any other.
pub fn at_site(code: &str) -> Result<SiteCode, Refusal> {
    let code: SiteCode = code.trim().parse().map_err(|_| error::site_unknown())?;
    if site::is_known(&code) { Ok(code) } else { Err(error::site_unknown()) }
}
