//! Use case: record that a mediator completed training [R3d].

use base::{Caller, Result};
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::{
    app::{App, mediator::Change},
    domain::{
        due::{Object, Of, after},
        mediator::{
            act::Act,
            engagement::Command,
            training::{Given, completed},
        },
    },
    store::{due, mediator::training as store},
};

/// Records completed modules; the one completed last stands for each.
///
/// # Errors
/// A refusal: no such entry, or what [`completed`] refuses.
pub async fn record_training(app: &App, caller: &Caller, mediator: &str, given: &Given<'_>) -> Result<()> {
    let mut change = Change::begin(app, caller, mediator).await?;
    let entry = change.allowed(Command::Train)?;
    let lines = completed(&app.training, given, change.today())?;
    let at = change.at;
    store::record(&mut change.tx, &entry.subject, &lines, &caller.subject, at).await?;
    if entry.ended.is_none() {
        set_expiries(&mut change.tx, &entry.subject, at).await?;
    }
    change.finish(caller, Act::Train, None).await
}

/// Writes when each training that stands for a mediator expires: it is told before.
pub(super) async fn set_expiries(tx: &mut PgConnection, mediator: &str, at: OffsetDateTime) -> sqlx::Result<()> {
    for (_, line) in store::standing(tx, &[mediator.to_owned()]).await? {
        let object = Object::training(mediator, &line.module);
        match line.expires_on {
            Some(last) => due::set(tx, &object, &Of::Mediator(mediator.to_owned()), at, Some(after(last))).await?,
            None => due::settle(tx, &object, at).await?,
        }
    }
    Ok(())
}
