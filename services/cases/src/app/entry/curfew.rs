//! Use cases of curfews and times to report: record one, or that it is over. Meetings and entries that clash are checked at once [R7d].

use base::{Caller, Result};
use uuid::Uuid;

use crate::{
    app::{App, access::need_to_know::lock, gate::recheck::recheck},
    domain::{
        access::decision::Verb,
        entry::curfew::{Kind, NewCurfew, Written},
        text,
    },
    error,
    store::{entry::curfew, participant as people, sealed::Unopened},
};

/// The request.
#[derive(Debug, Clone, Copy)]
pub struct Command<'a> {
    pub case_ref: &'a str,
    pub kind: Kind,
    pub written: Written<'a>,
    /// Idempotency key of the caller; empty where each call is its own.
    pub key: &'a str,
}

/// Records a curfew, or finds the one recorded under the same key.
///
/// # Errors
/// Not found, or a refusal: somebody who is no offender of the case, hours or days that are none.
pub async fn record_curfew(app: &App, caller: &Caller, command: Command<'_>) -> Result<Uuid> {
    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, Verb::RecordCurfew, command.case_ref).await?;
    let everyone = people::of_case(&mut tx, &app.vault, file.id, Unopened::Marked).await?;
    let new = NewCurfew::parse(command.kind, command.written, &everyone)?;
    let key = text::bounded(command.key, text::LINE, "idempotency_key")?;
    if let Some(id) = curfew::under_key(&mut tx, file.id, &caller.subject, &key).await? {
        let known = curfew::of_case(&mut tx, file.id).await?;
        tx.commit().await?;
        let is_same = known.iter().any(|one| one.id == id && one.said == new);
        return if is_same { Ok(id) } else { Err(error::entry_key_used().into()) };
    }
    let id = app.ids.uuid();
    curfew::add(&mut tx, (file.id, id), &new, (&caller.subject, &key), at).await?;
    recheck(&mut tx, app, file.id, at).await?;
    tx.commit().await?;
    app.outbox.wake();
    tracing::info!(case.id = %file.id, "a curfew or a time to report was recorded");
    Ok(id)
}

/// Records that a curfew is over; one that was over changes nothing.
///
/// # Errors
/// Not found, or a curfew that the case does not have.
pub async fn end_curfew(app: &App, caller: &Caller, case_ref: &str, curfew: &str) -> Result<()> {
    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, Verb::EndCurfew, case_ref).await?;
    let id = Uuid::try_parse(curfew.trim()).map_err(|_| error::curfew_unknown())?;
    let known = curfew::of_case(&mut tx, file.id).await?;
    if !known.iter().any(|one| one.id == id) {
        return Err(error::curfew_unknown().into());
    }
    if curfew::end(&mut tx, file.id, id, &caller.subject, at).await? {
        recheck(&mut tx, app, file.id, at).await?;
    }
    tx.commit().await?;
    app.outbox.wake();
    tracing::info!(case.id = %file.id, "a curfew or a time to report is over");
    Ok(())
}
