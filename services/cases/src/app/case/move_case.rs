//! Use case: move a case along its stages, or refuse with every missing condition at once [R3a, R4b].

use base::{Caller, Result};

use crate::{
    app::{
        App,
        access::need_to_know::lock,
        concern::compare,
        gate::{facts, recheck::recheck},
        mode::mode_of,
        transition::apply,
    },
    domain::{
        access::decision::Verb,
        case::stage::Stage,
        gate::{
            conditions::{self, Request},
            missing,
        },
        text,
    },
    store::{gate::Ground, sealed::Unopened},
};

/// The request.
#[derive(Debug, Clone, Copy)]
pub struct Command<'a> {
    pub case_ref: &'a str,
    pub to: Stage,
    /// Empty where the mode does not change.
    pub mode: &'a str,
    /// For mode other: the id of the described one.
    pub described: &'a str,
    pub reason: &'a str,
}

/// Moves the case and returns its stage afterwards.
///
/// # Errors
/// Not found, or a refusal with every missing condition.
pub async fn move_case(app: &App, caller: &Caller, command: Command<'_>) -> Result<Stage> {
    if command.to == Stage::Mediation {
        compare::ask(app, caller, Verb::Move, command.case_ref).await?;
    }
    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, Verb::Move, command.case_ref).await?;
    let reason = text::bounded(command.reason, text::NARRATIVE, "reason")?;
    let mode = match command.mode {
        "" => None,
        code => Some(mode_of(&mut tx, file.id, code, command.described).await?),
    };
    let facts = facts::read(&mut tx, app, &Ground::of(&file), Unopened::Refused, at).await?;
    let request = Request { to: command.to, mode, has_reason: !reason.is_empty() };
    let to = conditions::decide(&facts, request).map_err(|missing| missing::refusal(&missing))?;
    apply(&mut tx, (&app.vault, &app.ids), file.id, file.standing, to, &reason, &caller.subject, at).await?;
    recheck(&mut tx, app, file.id, at).await?;
    tx.commit().await?;
    app.outbox.wake();
    Ok(to.stage)
}
