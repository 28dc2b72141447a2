//! Use case: register an item that a participant gave for another one; it is held until it was reviewed [R4b, R8a].

use base::{Caller, Result};
use proto::id::CaseId;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    app::{App, access::need_to_know::lock, mode::mode_of, participant::named::participant},
    domain::{
        access::decision::Verb,
        document::Document,
        exchange::{Item, NewItem, Written, machine::State},
        text,
    },
    error,
    store::{document::metadata, exchange, participant as people, sealed::Unopened},
};

/// The request.
#[derive(Debug, Clone, Copy)]
pub struct Command<'a> {
    pub case_ref: &'a str,
    pub from: &'a str,
    pub to: &'a str,
    pub mode: &'a str,
    /// For mode other: the id of the described one.
    pub described: &'a str,
    /// Empty where there is none.
    pub document: &'a str,
    pub written: Written<'a>,
    /// The returned item in whose place it stands; empty where there is none.
    pub replaces: &'a str,
    /// Idempotency key of the caller; empty where each call is its own.
    pub key: &'a str,
}

/// Registers the item, or returns the one registered under the same key.
///
/// # Errors
/// Not found, or a refusal: an unknown or departed participant, a mode in which people meet, a document of another side, nothing to pass on.
pub async fn register_item(app: &App, caller: &Caller, command: Command<'_>) -> Result<Uuid> {
    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, Verb::RegisterItem, command.case_ref).await?;
    let everyone = people::of_case(&mut tx, &app.vault, file.id, Unopened::Refused).await?;
    let (from, to) = (participant(&everyone, command.from)?, participant(&everyone, command.to)?);
    let mode = mode_of(&mut tx, file.id, command.mode, command.described).await?;
    let document = document_of(&mut tx, app, file.id, command.document).await?;
    let known = exchange::of_case(&mut tx, &app.vault, file.id, Unopened::Refused).await?;
    let replaces = replaced(&known, command.replaces)?;
    let item = NewItem::parse((from, to), mode, document.as_ref(), command.written, replaces)?;
    let key = text::bounded(command.key, text::LINE, "idempotency_key")?;
    let under_key = if key.is_empty() { None } else { exchange::under_key(&mut tx, file.id, &caller.subject, &key).await? };
    if let Some(before) = under_key.and_then(|id| known.iter().find(|one| one.id == id)) {
        tx.commit().await?;
        return if before.registered == item { Ok(before.id) } else { Err(error::item_key_used().into()) };
    }
    let id = app.ids.uuid();
    exchange::add(&mut tx, &app.vault, file.id, (id, from.person.kind.side()), &item, &caller.subject, &key, at).await?;
    tx.commit().await?;
    tracing::info!(case.id = %file.id, "item registered");
    Ok(id)
}

async fn document_of(tx: &mut PgConnection, app: &App, case: CaseId, id: &str) -> Result<Option<Document>> {
    if id.trim().is_empty() {
        return Ok(None);
    }
    // One of another case is as unknown as none [TRAP-6].
    let id = Uuid::try_parse(id.trim()).map_err(|_| error::document_unknown())?;
    let found = metadata::find(tx, &app.vault, id).await?.filter(|(of, _)| *of == case);
    Ok(Some(found.ok_or_else(error::document_unknown)?.1))
}

fn replaced(known: &[Item], id: &str) -> Result<Option<Uuid>> {
    if id.trim().is_empty() {
        return Ok(None);
    }
    let item = super::step::named(known, id)?;
    if item.state() == State::Returned { Ok(Some(item.id)) } else { Err(error::item_not_returned().into()) }
}
