//! Use cases: record a condition that forbids contact, or state that there is none [R8d, R7a].

use base::{Caller, Result};
use uuid::Uuid;

use crate::{
    app::{
        App,
        access::need_to_know::{lock, recorder},
        gate::{check, recheck::recheck},
        review::call::call_for,
    },
    domain::{
        access::decision::Verb,
        condition::entry::{self, Kind, NewCondition, Written},
        review::Trigger,
        text,
    },
    error,
    store::{
        condition::{answer, register},
        gate::Ground,
        participant,
        sealed::Unopened,
    },
};

/// Records a condition, or finds the one recorded under the same key; returns its id. One that forbids contact today pauses mediation in the
/// same transaction.
///
/// # Errors
/// Not found, or a refusal: no text, an impossible day, an unknown participant, exception words stated by the mediator.
pub async fn record_condition(app: &App, caller: &Caller, case_ref: &str, kind: Kind, written: Written<'_>, key: &str) -> Result<Uuid> {
    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, Verb::RecordCondition, case_ref).await?;
    let everyone = participant::of_case(&mut tx, &app.vault, file.id, Unopened::Marked).await?;
    let new = NewCondition::parse(kind, written, &everyone, recorder(&file, caller))?;
    let key = text::bounded(key, text::LINE, "idempotency_key")?;
    if let Some(id) = register::under_key(&mut tx, file.id, &caller.subject, &key).await? {
        let recorded = register::of_case(&mut tx, &app.vault, file.id).await?;
        let is_same = recorded.iter().any(|condition| condition.id == id && condition.said == new);
        tx.commit().await?;
        return if is_same { Ok(id) } else { Err(error::condition_key_used().into()) };
    }
    let id = app.ids.uuid();
    register::add(&mut tx, &app.vault, (file.id, id), &new, (&caller.subject, &key), at).await?;
    call_for(&mut tx, &app.ids, file.id, Trigger::Condition, id, at).await?;
    check::uphold(&mut tx, app, &Ground::of(&file), at).await?;
    recheck(&mut tx, app, file.id, at).await?;
    tx.commit().await?;
    app.outbox.wake();
    tracing::info!(case.id = %file.id, condition.id = %id, "a condition was recorded");
    Ok(id)
}

/// Answers what the referral left open: no order or condition forbids contact.
///
/// # Errors
/// Not found, or a refusal: no reason, or a condition is recorded that is not over.
pub async fn state_no_condition(app: &App, caller: &Caller, case_ref: &str, why: &str) -> Result<()> {
    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, Verb::StateNoCondition, case_ref).await?;
    let why = entry::reason(why, "reason")?;
    let recorded = register::of_case(&mut tx, &app.vault, file.id).await?;
    if recorded.iter().any(|condition| !condition.state.is_settled()) {
        return Err(error::condition_recorded().into());
    }
    answer::none(&mut tx, &app.vault, (file.id, app.ids.uuid()), &why, &caller.subject, at).await?;
    tx.commit().await?;
    Ok(())
}
