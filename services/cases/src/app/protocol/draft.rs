//! Use cases: begin or change a draft of the protocols, and submit it [R1].

use base::{Caller, Result};

use crate::{
    app::{
        App,
        protocol::{Change, KIND},
    },
    domain::{
        protocol::{
            act::Act,
            effect,
            machine::{Command, State},
            part::{self, Given, Kind},
        },
        text,
    },
    error,
    store::protocol::{
        part as parts,
        version::{self as store, Done},
    },
};

/// Begins a draft with the parts of the version in force; its number. Nothing is in force until CSC has given a text: the first draft is
/// empty.
///
/// # Errors
/// A refusal: no title, or a day that is none.
pub async fn begin_draft(app: &App, caller: &Caller, title: &str, effective_on: &str) -> Result<i32> {
    let title = text::given(title, text::LINE, "title", error::protocol_title_missing())?;
    let day = effect::day(effective_on)?;
    let mut tx = app.begin(caller).await?;
    store::queue(&mut tx).await?;
    let at = app.clock.now();
    let from = store::in_force(&mut tx, at).await?;
    let number = store::begin(&mut tx, &title, day, from).await?;
    let done = Done { command: Command::Draft, reason: String::new(), by: caller.subject.clone(), at };
    store::decide(&mut tx, number, (State::Draft, None), &done).await?;
    audit_log::granted(&mut tx, &audit_log::Act::new(caller, Act::Draft.permission(), KIND, &number.to_string()), at).await?;
    tx.commit().await?;
    Ok(number)
}

/// Gives a draft another title and day.
///
/// # Errors
/// A refusal: no such version, one that is not drafted any more, no title, or a day that is none.
pub async fn amend_draft(app: &App, caller: &Caller, number: i32, title: &str, effective_on: &str) -> Result<()> {
    let mut change = Change::begin(app, caller, number).await?;
    let state = change.allowed(Command::Draft)?;
    let title = text::given(title, text::LINE, "title", error::protocol_title_missing())?;
    let day = effect::day(effective_on)?;
    change.record(caller, Command::Draft, (state, None), "").await?;
    store::amend(&mut change.tx, number, &title, day).await?;
    change.finish(caller, Act::Draft).await
}

/// Writes a part of a draft, or puts it in the place of the one with its kind and key.
///
/// # Errors
/// A refusal: no such version, one that is not drafted any more, or what [`part::part`] refuses.
pub async fn put_part(app: &App, caller: &Caller, number: i32, given: &Given<'_>) -> Result<()> {
    let mut change = Change::begin(app, caller, number).await?;
    let state = change.allowed(Command::Draft)?;
    let part = part::part(given)?;
    let before = parts::of_version(&mut change.tx, number).await?;
    let is_new = !before.iter().any(|one| (one.kind, &one.key) == (part.kind, &part.key));
    if is_new && before.len() >= part::MOST {
        return Err(error::parts_too_many(part::MOST).into());
    }
    change.record(caller, Command::Draft, (state, None), "").await?;
    parts::put(&mut change.tx, number, &part).await?;
    change.finish(caller, Act::PutPart).await
}

/// Removes a part of a draft.
///
/// # Errors
/// A refusal: no such version, one that is not drafted any more, or no such part.
pub async fn remove_part(app: &App, caller: &Caller, number: i32, kind: Kind, key: &str) -> Result<()> {
    let mut change = Change::begin(app, caller, number).await?;
    let state = change.allowed(Command::Draft)?;
    let key = part::key(key)?;
    change.record(caller, Command::Draft, (state, None), "").await?;
    if !parts::remove(&mut change.tx, number, kind, &key).await? {
        return Err(error::part_unknown().into());
    }
    change.finish(caller, Act::RemovePart).await
}

/// Submits a draft for approval. Submitting one that waits changes nothing.
///
/// # Errors
/// A refusal: no such version, one that was decided, no part, or no day that lies ahead.
pub async fn submit(app: &App, caller: &Caller, number: i32) -> Result<State> {
    let mut change = Change::begin(app, caller, number).await?;
    let state = change.allowed(Command::Submit)?;
    effect::ahead(change.version.effective_on, change.at)?;
    if parts::of_version(&mut change.tx, number).await?.is_empty() {
        return Err(error::protocol_empty().into());
    }
    if change.version.decided != state {
        change.record(caller, Command::Submit, (state, None), "").await?;
    }
    change.finish(caller, Act::Submit).await?;
    Ok(state)
}
