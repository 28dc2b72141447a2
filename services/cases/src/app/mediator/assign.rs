//! Use case: assign a mediator, or end the assignment; access to the case begins and ends with it [R4a, R5c, D-mediator].

use auth::grants;
use base::{Caller, Ids, Refusal, Result, wire};
use messaging::outbox::{self, Outgoing};
use proto::{cases::v1::MediatorAssigned, id::CaseId, subject};
use time::OffsetDateTime;

use crate::{
    app::{App, access::need_to_know::lock, gate::facts, mediator::matching::gaps_of, transition},
    domain::{
        access::{
            decision::Verb,
            scope::{Line, known, not_over},
        },
        gate::conditions,
        mediator::gap::{self, Gap},
        text,
    },
    error,
    store::access,
};

/// Assigns the mediator until a time, or until it is ended; the former mediator loses the case in the same transaction. Answers what should
/// be known of them and this case.
///
/// # Errors
/// Not found, or a refusal: no mediator named, a person without that role, a time that has passed, a closed case, or everything that the
/// registry has against it at once [R3d, D-mediator].
pub async fn assign_mediator(
    app: &App,
    caller: &Caller,
    case_ref: &str,
    mediator: &str,
    until: Option<OffsetDateTime>,
) -> Result<Vec<Gap>> {
    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, Verb::AssignMediator, case_ref).await?;
    let mediator = named(mediator)?;
    not_over(Line::Mediator, until, at)?;
    let before = access::assignment(&mut tx, file.id).await?;
    let has_it = before.as_ref().is_some_and(|now| now.subject == mediator);
    if has_it && before.is_some_and(|now| now.until == until) {
        tx.commit().await?;
        return Ok(Vec::new());
    }
    known(Line::Mediator, grants::is_held(&mut tx, &mediator, facts::MEDIATORS, at).await?)?;
    let gaps = gaps_of(&mut tx, app, caller, &file, (&mediator, has_it), at).await?;
    gap::refuse(&gaps)?;
    access::end(&mut tx, file.id, &caller.subject, at).await?;
    access::give(&mut tx, file.id, Line::Mediator, &mediator, until, &caller.subject, at).await?;
    outbox::enqueue(&mut tx, &mediator_assigned(&app.ids, file.id, &mediator, at), at).await?;
    tx.commit().await?;
    app.outbox.wake();
    tracing::info!(case.id = %file.id, "mediator assigned");
    Ok(gaps)
}

/// Ends the assignment and the access at once; mediation under way pauses. Ending an ended assignment changes nothing.
///
/// # Errors
/// Not found, or refused where the mediator never had the case.
pub async fn end_assignment(app: &App, caller: &Caller, case_ref: &str, mediator: &str) -> Result<()> {
    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, Verb::EndMediator, case_ref).await?;
    let mediator = named(mediator)?;
    match access::assignment(&mut tx, file.id).await? {
        Some(now) if now.subject == mediator => {
            access::end(&mut tx, file.id, &caller.subject, at).await?;
            let to = conditions::after_assignment_ended(file.standing);
            transition::apply(&mut tx, (&app.vault, &app.ids), file.id, file.standing, to, "", transition::BY_ITSELF, at).await?;
        }
        _ if access::was_given(&mut tx, file.id, Line::Mediator, &mediator).await? => {}
        _ => return Err(error::mediator_not_assigned().into()),
    }
    tx.commit().await?;
    app.outbox.wake();
    tracing::info!(case.id = %file.id, "assignment ended");
    Ok(())
}

fn named(mediator: &str) -> std::result::Result<String, Refusal> {
    text::given(mediator, text::LINE, "mediator", error::mediator_missing())
}

/// Event: a mediator was assigned.
#[must_use]
pub fn mediator_assigned(ids: &Ids, case: CaseId, mediator: &str, at: OffsetDateTime) -> Outgoing {
    let message = MediatorAssigned { case_id: case.to_string(), mediator: mediator.to_owned(), assigned_at: Some(wire::timestamp(at)) };
    Outgoing::event(ids, case.uuid(), subject::MEDIATOR_ASSIGNED, &message)
}
