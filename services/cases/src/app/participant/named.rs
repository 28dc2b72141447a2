//! Participant of a case that a request names.

use base::Result;
use proto::id::ParticipantId;

use crate::{domain::participant::person::Participant, error};

/// The participant of a case that a request names.
pub(crate) fn participant<'a>(people: &'a [Participant], id: &str) -> Result<&'a Participant> {
    let id: Option<ParticipantId> = id.trim().parse().ok();
    Ok(people.iter().find(|p| Some(p.id) == id).ok_or_else(error::participant_unknown)?)
}
