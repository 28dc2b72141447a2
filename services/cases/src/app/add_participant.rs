//! Adds a person to the file [D-RO]; nobody stands on both sides [CCRA 2(4)].

use chassis::{Caller, Result};
use proto::id::ParticipantId;

use super::{App, hold};
use crate::{
    domain::{
        decision::Verb,
        participant::{self as rules, Kind, NewParticipant},
    },
    store::{participant, sealed::Unopened},
};

/// What a caller asks for.
#[derive(Debug, Clone, Copy)]
pub struct Command<'a> {
    pub case_ref: &'a str,
    pub kind: Kind,
    pub name: &'a str,
    pub fps: &'a str,
    pub language: &'a str,
}

/// Adds the person; their new id.
///
/// # Errors
/// Not found, or a refusal: a broken field, a person on both sides, a case in which nobody can be added now.
pub async fn add_participant(app: &App, caller: &Caller, command: Command<'_>) -> Result<ParticipantId> {
    let mut tx = app.begin(caller).await?;
    let (file, at) = hold(&mut tx, &app.clock, caller, Verb::AddParticipant, command.case_ref).await?;
    let person = NewParticipant::parse(command.kind, command.name, command.fps, command.language)?;
    rules::refuse_both_sides(&person, &participant::of_case(&mut tx, &app.vault, file.id, Unopened::Refused).await?)?;
    let id = ParticipantId::new(app.ids.uuid());
    participant::add(&mut tx, &app.vault, file.id, id, &person, &caller.subject, at).await?;
    tx.commit().await?;
    Ok(id)
}
