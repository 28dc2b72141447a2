//! Use case: record that a mediator completed training [R3d].

use base::{Caller, Result};

use crate::{
    app::{App, mediator::Change},
    domain::mediator::{
        act::Act,
        engagement::Command,
        training::{Given, completed},
    },
    store::mediator::training as store,
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
    change.finish(caller, Act::Train, None).await
}
