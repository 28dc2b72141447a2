//! Use case: record that a participant has left; what cannot go on without them stops in the same transaction [IM1c, D-RO].

use base::{Caller, Result};
use time::OffsetDateTime;

use crate::{
    app::{
        App,
        access::need_to_know::{lock, recorder},
        gate::{facts, recheck::recheck},
        participant::named::participant,
        review::call::call_for,
        transition,
    },
    domain::{
        access::decision::Verb,
        gate::conditions,
        participant::{
            former,
            leaving::{self, Leaving, Wish},
        },
        review::Trigger,
    },
    store::{consent, gate::Ground, participant as people, sealed::Unopened},
};

/// The request.
#[derive(Debug, Clone, Copy)]
pub struct Command<'a> {
    pub case_ref: &'a str,
    pub participant: &'a str,
    pub wish: Wish,
    pub reason: &'a str,
}

/// Records the departure and its time; a repetition returns the first. Where the case pauses, it is not disclosed who left.
///
/// # Errors
/// Not found, or a refusal: an unknown participant, a missing reason, a statement that the caller may not record.
pub async fn leave_case(app: &App, caller: &Caller, command: Command<'_>) -> Result<OffsetDateTime> {
    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, Verb::LeaveCase, command.case_ref).await?;
    let reason = leaving::parse(command.wish, command.reason, recorder(&file, caller))?;
    let everyone = people::of_case(&mut tx, &app.vault, file.id, Unopened::Marked).await?;
    let who = participant(&everyone, command.participant)?;
    if let Some(known) = &who.left {
        leaving::said_again(known, command.wish, &reason)?;
        tx.commit().await?;
        return Ok(known.at);
    }
    let leaving = Leaving { wish: command.wish, reason, recorded_by: caller.subject.clone(), at };
    let withdrew = consent::withdrawn(&mut tx, file.id).await?.iter().any(|(withdrew, _)| *withdrew == who.id);
    let stays_as = former::stays_as(who, &everyone, command.wish, withdrew);
    people::leave(&mut tx, &app.vault, file.id, (who.id, who.person.kind.side()), &leaving, &stays_as).await?;
    if command.wish == Wish::Own {
        call_for(&mut tx, &app.ids, file.id, Trigger::Withdrawal, app.ids.uuid(), at).await?;
    }
    let facts = facts::read(&mut tx, app, &Ground::of(&file), Unopened::Marked, at).await?;
    let to = conditions::after_left(&facts, who.person.kind, command.wish);
    transition::apply(&mut tx, (&app.vault, &app.ids), file.id, file.standing, to, "", transition::BY_ITSELF, at).await?;
    recheck(&mut tx, app, file.id, at).await?;
    tx.commit().await?;
    app.outbox.wake();
    Ok(at)
}
