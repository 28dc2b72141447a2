//! Use case: whoever works on the case cancels an entry, records that it was used, or the representations of who was refused [R2a, X-559].

use base::{Caller, Private, Result};
use proto::cases::v1::EntryNews;
use uuid::Uuid;

use crate::{
    app::{
        App,
        access::need_to_know::lock,
        gate::{entry::tell::Telling, recheck::recheck},
    },
    domain::{
        access::decision::Verb,
        entry::{
            Answer, Entry, Said, Taken,
            discreet::discreet,
            machine::{self, By, Decided, State, Step},
        },
    },
    error,
    store::{entry, sealed::Unopened},
};

/// The request.
#[derive(Debug, Clone, Copy)]
pub struct Command<'a> {
    pub case_ref: &'a str,
    pub entry: &'a str,
    pub step: Step,
    pub words: &'a str,
}

/// Takes the step and returns the state afterwards; one that was taken before changes nothing, but for representations.
///
/// # Errors
/// Not found, or a refusal: an unknown entry, a step that its state does not have, or one that whoever answers for the site takes.
pub async fn step_entry(app: &App, caller: &Caller, command: Command<'_>) -> Result<State> {
    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, Verb::StepEntry, command.case_ref).await?;
    let entries = entry::of_case(&mut tx, &app.vault, file.id, Unopened::Marked).await?;
    let one = named(&entries, command.entry)?;
    let Decided::To(state) = machine::decide(one.state, command.step, By::Asker)? else {
        tx.commit().await?;
        return Ok(one.state);
    };
    one.in_time(command.step, at)?;
    let said = Said::parse(command.step, Answer { words: command.words, ..Answer::default() }, one.is_to_an_institution())?;
    let words: Private<String> = discreet(said.words.into_inner(), &file.number, "words")?.into();
    let (step, said) = (app.ids.uuid(), Said { words, ..said });
    entry::step(&mut tx, &app.vault, file.id, (step, one.id), &Taken { said, by: caller.subject.clone(), at }).await?;
    if command.step != Step::Use {
        Telling { app, case: file.id, notice: step, at }.site(&mut tx, &one.asked.site, EntryNews::Changed).await?;
    }
    // A meeting that rests on a cancelled entry is blocked.
    recheck(&mut tx, app, file.id, at).await?;
    tx.commit().await?;
    app.outbox.wake();
    tracing::info!(case.id = %file.id, "a step was taken with an entry to a site");
    Ok(state)
}

fn named<'a>(entries: &'a [Entry], id: &str) -> Result<&'a Entry> {
    let id = Uuid::try_parse(id.trim()).map_err(|_| error::entry_unknown())?;
    Ok(entries.iter().find(|entry| entry.id == id).ok_or_else(error::entry_unknown)?)
}
