//! Use case: plan a session of participants; it takes place only once it was confirmed [R4b, D-VOM].

use base::{Caller, Result};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    app::{App, access::need_to_know::lock, mode::mode_of},
    domain::{
        access::decision::Verb,
        session::{NewSession, Written},
        text,
    },
    error,
    store::{participant as people, sealed::Unopened, session},
};

/// The request.
#[derive(Debug, Clone, Copy)]
pub struct Command<'a> {
    pub case_ref: &'a str,
    pub mode: &'a str,
    /// For mode other: the id of the described one.
    pub described: &'a str,
    pub starts_at: Option<OffsetDateTime>,
    pub participants: &'a [String],
    pub written: Written<'a>,
    /// Idempotency key of the caller; empty where each call is its own.
    pub key: &'a str,
}

/// Plans the session, or returns the one planned under the same key.
///
/// # Errors
/// Not found, or a refusal: a mode of letters, a moment that has passed, fewer than two participants, somebody unknown, no place.
pub async fn plan_session(app: &App, caller: &Caller, command: Command<'_>) -> Result<Uuid> {
    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, Verb::PlanSession, command.case_ref).await?;
    let everyone = people::of_case(&mut tx, &app.vault, file.id, Unopened::Marked).await?;
    let mode = mode_of(&mut tx, file.id, command.mode, command.described).await?;
    let planned = NewSession::parse(mode, command.starts_at, command.participants, &everyone, command.written, at)?;
    let key = text::bounded(command.key, text::LINE, "idempotency_key")?;
    let under_key = if key.is_empty() { None } else { session::under_key(&mut tx, file.id, &caller.subject, &key).await? };
    if let Some(id) = under_key {
        let known = session::of_case(&mut tx, &app.vault, file.id, Unopened::Refused).await?;
        tx.commit().await?;
        let is_same = known.iter().any(|one| one.id == id && one.planned == planned);
        return if is_same { Ok(id) } else { Err(error::session_key_used().into()) };
    }
    let id = app.ids.uuid();
    session::add(&mut tx, &app.vault, (file.id, id), &planned, (&caller.subject, &key), at).await?;
    tx.commit().await?;
    tracing::info!(case.id = %file.id, "session planned");
    Ok(id)
}
