//! Use case: take a step with an item: review it, release it, deliver it, or keep it back; the gate is asked under the lock [R4b, RM1].

use base::{Caller, Result};
use uuid::Uuid;

use crate::{
    app::{
        App,
        access::need_to_know::lock,
        concern::compare,
        gate::{passage::Passage, recheck::recheck},
    },
    domain::{
        access::decision::Verb,
        exchange::{
            Item, Taken, Way,
            machine::{self, Outcome, State, Step},
            said,
        },
    },
    error,
    store::{exchange, gate::Ground, sealed::Unopened},
};

/// The request.
#[derive(Debug, Clone, Copy)]
pub struct Command<'a> {
    pub case_ref: &'a str,
    pub item: &'a str,
    pub step: Step,
    /// Advice for the sender, a reason, or a note.
    pub words: &'a str,
    /// Of a delivery: how it reached the person.
    pub way: Option<Way>,
}

/// Takes the step and returns the state afterwards; one that was taken before changes nothing.
///
/// # Errors
/// Not found, or a refusal: an unknown item, a step that its state does not have, something missing with the step, or a condition of the
/// gate that does not hold.
pub async fn step_item(app: &App, caller: &Caller, command: Command<'_>) -> Result<State> {
    if command.step.passes_on() {
        compare::ask(app, caller, Verb::StepItem, command.case_ref).await?;
    }
    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, Verb::StepItem, command.case_ref).await?;
    let items = exchange::of_case(&mut tx, &app.vault, file.id, Unopened::Marked).await?;
    let item = named(&items, command.item)?;
    let Outcome::To(state) = machine::decide(item.state(), command.step)? else {
        tx.commit().await?;
        return Ok(item.state());
    };
    let (words, way) = said(command.step, command.words, command.way)?;
    if command.step.passes_on() {
        let passage = Passage::read(&mut tx, app, &Ground::of(&file), Unopened::Refused, at).await?;
        passage.open(item.registered.mode, &[item.registered.from, item.registered.to])?;
    }
    let taken = Taken { step: command.step, words, way, by: caller.subject.clone(), at };
    exchange::step(&mut tx, &app.vault, file.id, (app.ids.uuid(), item.id), &taken).await?;
    // A released item that was stopped, or delivered, is blocked no more.
    recheck(&mut tx, app, file.id, at).await?;
    tx.commit().await?;
    app.outbox.wake();
    tracing::info!(case.id = %file.id, "a step was taken with an item");
    Ok(state)
}

/// The item of a case that a request names.
pub(super) fn named<'a>(items: &'a [Item], id: &str) -> Result<&'a Item> {
    let id = Uuid::try_parse(id.trim()).map_err(|_| error::item_unknown())?;
    Ok(items.iter().find(|item| item.id == id).ok_or_else(error::item_unknown)?)
}
