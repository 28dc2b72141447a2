//! Use case: read an offender of a case in OMS, and keep what it says on the file [TS1b].
//!
//! No transaction waits for OMS: the case is looked at before, and locked after.

use base::{Caller, Result};
use uuid::Uuid;

use crate::{
    app::{
        App,
        access::need_to_know::{find, lock},
    },
    domain::{
        access::decision::Verb,
        extract::{Extract, NewExtract, Purpose},
        text,
    },
    error,
    store::{extract, participant as people, sealed::Unopened},
};

/// The request.
#[derive(Debug, Clone, Copy)]
pub struct Command<'a> {
    pub case_ref: &'a str,
    pub participant: &'a str,
    pub purpose: Purpose,
    pub reason: &'a str,
    /// Idempotency key of the caller; empty where each call is its own.
    pub key: &'a str,
}

/// Reads and keeps it, or returns what was read under the same key.
///
/// # Errors
/// Not found, or a refusal: somebody who is no offender of the case, no number, no reason; OMS does not answer, and nothing is kept.
pub async fn pull_extract(app: &App, caller: &Caller, command: Command<'_>) -> Result<Extract> {
    let mut tx = app.begin(caller).await?;
    let file = find(&mut tx, app.clock.now(), caller, Verb::PullExtract, command.case_ref).await?;
    let everyone = people::of_case(&mut tx, &app.vault, file.id, Unopened::Refused).await?;
    let (asked, number) = NewExtract::parse(&everyone, command.participant, command.purpose, command.reason)?;
    let key = text::bounded(command.key, text::LINE, "idempotency_key")?;
    if let Some(id) = extract::under_key(&mut tx, file.id, &caller.subject, &key).await? {
        let known = extract::of_case(&mut tx, &app.vault, file.id, Unopened::Refused).await?;
        tx.commit().await?;
        return known.into_iter().find(|one| one.id == id && one.asked == asked).ok_or_else(|| error::extract_key_used().into());
    }
    tx.commit().await?;

    let oms = app.oms.as_ref().ok_or_else(error::oms_not_configured)?;
    let (said, read_at) = oms.read(&number).await?;

    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, Verb::PullExtract, command.case_ref).await?;
    let read = Extract { id: app.ids.uuid(), asked, said, read_at, pulled_by: caller.subject.clone() };
    let id = extract::add(&mut tx, &app.vault, file.id, &read, &key, at).await?;
    tx.commit().await?;
    tracing::info!(case.id = %file.id, "an extract was kept");
    Ok(Extract { id: id.unwrap_or(Uuid::nil()), ..read })
}
