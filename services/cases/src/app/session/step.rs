//! Use case: take a step with a session: confirm it, begin it, end it and follow it up; the gate is asked under the lock [R4b, RM1].

use base::{Caller, Result};
use uuid::Uuid;

use crate::{
    app::{
        App,
        access::need_to_know::lock,
        concern::compare,
        gate::{
            passage::{Passage, Session as Meets, admission},
            recheck::recheck,
        },
    },
    domain::{
        access::decision::Verb,
        session::{
            Asked, Said, Session, Taken,
            machine::{self, Decided, State, Step},
        },
    },
    error,
    store::{gate::Ground, sealed::Unopened, session},
};

/// The request.
#[derive(Debug, Clone, Copy)]
pub struct Command<'a> {
    pub case_ref: &'a str,
    pub session: &'a str,
    pub step: Step,
    pub asked: Asked<'a>,
}

/// Takes the step and returns the state afterwards; one that was taken before changes nothing, but for debriefs and follow-ups.
///
/// # Errors
/// Not found, or a refusal: an unknown session, a step that its state does not have, something missing with the step, or a condition of
/// the gate that does not hold.
pub async fn step_session(app: &App, caller: &Caller, command: Command<'_>) -> Result<State> {
    if command.step.asks_the_gate() {
        compare::ask(app, caller, Verb::StepSession, command.case_ref).await?;
    }
    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, Verb::StepSession, command.case_ref).await?;
    let sessions = session::of_case(&mut tx, &app.vault, file.id, Unopened::Marked).await?;
    let one = named(&sessions, command.session)?;
    let Decided::To(state) = machine::decide(one.state(), command.step)? else {
        tx.commit().await?;
        return Ok(one.state());
    };
    let said = Said::parse(command.step, command.asked)?;
    if command.step.asks_the_gate() {
        let passage = Passage::read(&mut tx, app, &Ground::of(&file), Unopened::Refused, at).await?;
        let admission = admission(&mut tx, file.id).await?;
        passage.open_session(&admission, Meets::of(&one.planned))?;
    }
    let taken = Taken { said, by: caller.subject.clone(), at };
    session::step(&mut tx, &app.vault, file.id, (app.ids.uuid(), one.id), &taken).await?;
    // A session that was cancelled, or is over, is blocked no more.
    recheck(&mut tx, app, file.id, at).await?;
    tx.commit().await?;
    app.outbox.wake();
    tracing::info!(case.id = %file.id, "a step was taken with a session");
    Ok(state)
}

fn named<'a>(sessions: &'a [Session], id: &str) -> Result<&'a Session> {
    let id = Uuid::try_parse(id.trim()).map_err(|_| error::session_unknown())?;
    Ok(sessions.iter().find(|session| session.id == id).ok_or_else(error::session_unknown)?)
}
