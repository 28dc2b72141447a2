//! Use case: add a person to the file [D-RO]; no person is on both sides [CCRA 2(4)], and a returning one keeps their history [IM1c].

use base::{Caller, Result};
use proto::id::ParticipantId;

use crate::{
    app::{
        App,
        access::need_to_know::{lock, recorder},
    },
    domain::{
        access::decision::Verb,
        participant::{
            former,
            kind::Kind,
            person::{self as rules, NewParticipant},
        },
        text,
    },
    store::{consent, participant, sealed::Unopened},
};

/// The request.
#[derive(Debug, Clone, Copy)]
pub struct Command<'a> {
    pub case_ref: &'a str,
    pub kind: Kind,
    pub name: &'a str,
    pub fps: &'a str,
    pub language: &'a str,
    /// Idempotency key of the caller; empty where each call is its own.
    pub key: &'a str,
    /// The caller has checked that this is not the person of the same name on the other side, nor one of that name who left.
    pub is_another_person: bool,
}

/// The person added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Added {
    pub id: ParticipantId,
    /// Their former entry, where they left and come back.
    pub formerly: Option<ParticipantId>,
}

/// Adds the person, or returns who was added under the same key.
///
/// # Errors
/// Not found, or a refusal: an invalid field, a person on both sides, a case to which no one can be added now.
pub async fn add_participant(app: &App, caller: &Caller, command: Command<'_>) -> Result<Added> {
    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, Verb::AddParticipant, command.case_ref).await?;
    let person = NewParticipant::parse(command.kind, command.name, command.fps, command.language)?;
    let key = text::bounded(command.key, text::LINE, "idempotency_key")?;
    let everyone = participant::of_case(&mut tx, &app.vault, file.id, Unopened::Refused).await?;
    let under_key = if key.is_empty() { None } else { participant::under_key(&mut tx, file.id, &caller.subject, &key).await? };
    let known = everyone.iter().find(|p| Some(p.id) == under_key);
    if let Some(id) = rules::same_again(known, &person)? {
        tx.commit().await?;
        return Ok(Added { id, formerly: known.and_then(|known| known.formerly) });
    }
    rules::refuse_both_sides(&person, &everyone, command.is_another_person)?;
    let withdrawn: Vec<ParticipantId> = consent::withdrawn(&mut tx, file.id).await?.into_iter().map(|(who, _)| who).collect();
    let formerly = former::formerly(&person, &everyone, &withdrawn, command.is_another_person, recorder(&file, caller));
    let id = ParticipantId::new(app.ids.uuid());
    participant::add(&mut tx, &app.vault, file.id, id, &person, &caller.subject, &key, formerly, at).await?;
    tx.commit().await?;
    Ok(Added { id, formerly })
}
