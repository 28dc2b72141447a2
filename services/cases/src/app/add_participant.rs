//! Adds a person to the file [D-RO]; nobody stands on both sides [CCRA 2(4)].

use chassis::{Caller, Result};
use proto::id::ParticipantId;

use super::{App, hold};
use crate::{
    domain::{
        decision::Verb,
        participant::{self as rules, Kind, NewParticipant},
        text,
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
    /// The caller's own; empty where each call is its own.
    pub key: &'a str,
    /// The caller has made sure that it is nobody of the same name on the other side.
    pub is_another_person: bool,
}

/// Adds the person, or answers who was added under the same key.
///
/// # Errors
/// Not found, or a refusal: a broken field, a person on both sides, a case in which nobody can be added now.
pub async fn add_participant(app: &App, caller: &Caller, command: Command<'_>) -> Result<ParticipantId> {
    let mut tx = app.begin(caller).await?;
    let (file, at) = hold(&mut tx, &app.clock, caller, Verb::AddParticipant, command.case_ref).await?;
    let person = NewParticipant::parse(command.kind, command.name, command.fps, command.language)?;
    let key = text::bounded(command.key, text::LINE, "idempotency_key")?;
    let present = participant::of_case(&mut tx, &app.vault, file.id, Unopened::Refused).await?;
    let under_key = if key.is_empty() { None } else { participant::under_key(&mut tx, file.id, &caller.subject, &key).await? };
    if let Some(known) = rules::same_again(present.iter().find(|p| Some(p.id) == under_key), &person)? {
        tx.commit().await?;
        return Ok(known);
    }
    rules::refuse_both_sides(&person, &present, command.is_another_person)?;
    let id = ParticipantId::new(app.ids.uuid());
    participant::add(&mut tx, &app.vault, file.id, id, &person, &caller.subject, &key, at).await?;
    tx.commit().await?;
    Ok(id)
}
