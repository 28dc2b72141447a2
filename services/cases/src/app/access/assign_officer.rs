//! Use case: assign a case to an officer's portfolio, or remove it; access follows. Several officers may have one case [R3c].

use auth::grants;
use base::{Caller, Ids, Refusal, Result, wire};
use messaging::outbox::{self, Outgoing};
use proto::{cases::v1::OfficerAssigned, id::CaseId, role, subject};
use time::OffsetDateTime;

use crate::{
    app::{
        App,
        access::{need_to_know::lock, ties},
    },
    domain::{
        access::{
            decision::Verb,
            scope::{Line, known, not_over},
        },
        text,
    },
    error,
    store::access,
};

/// Assigns the officer until a time, or until it is ended. Officers who already have the case keep it.
///
/// # Errors
/// Not found, or a refusal: no officer named, a time that has passed.
pub async fn assign_officer(app: &App, caller: &Caller, case_ref: &str, officer: &str, until: Option<OffsetDateTime>) -> Result<()> {
    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, Verb::AssignOfficer, case_ref).await?;
    let officer = named(officer)?;
    not_over(Line::Officer, until, at)?;
    known(Line::Officer, grants::is_held(&mut tx, &officer, &[role::RJ_OFFICER], at).await?)?;
    if access::assign_officer(&mut tx, file.id, &officer, until, &caller.subject, at).await? {
        outbox::enqueue(&mut tx, &officer_assigned(&app.ids, file.id, &officer, at), at).await?;
        ties::publish(&mut tx, &app.ids, file.id, at).await?;
    }
    tx.commit().await?;
    app.outbox.wake();
    tracing::info!(case.id = %file.id, "officer assigned");
    Ok(())
}

/// Removes the case from the officer's portfolio at once. Ending an ended assignment changes nothing.
///
/// # Errors
/// Not found, or refused where the case was never in this officer's portfolio.
pub async fn end_officer(app: &App, caller: &Caller, case_ref: &str, officer: &str) -> Result<()> {
    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, Verb::EndOfficer, case_ref).await?;
    let officer = named(officer)?;
    if !access::was_given(&mut tx, file.id, Line::Officer, &officer).await? {
        return Err(error::not_in_portfolio().into());
    }
    access::end_officer(&mut tx, file.id, &officer, &caller.subject, at).await?;
    ties::publish(&mut tx, &app.ids, file.id, at).await?;
    tx.commit().await?;
    app.outbox.wake();
    tracing::info!(case.id = %file.id, "case taken out of a portfolio");
    Ok(())
}

fn named(officer: &str) -> std::result::Result<String, Refusal> {
    text::given(officer, text::LINE, "officer", error::officer_missing())
}

/// Event: the case was added to an officer's portfolio.
#[must_use]
pub fn officer_assigned(ids: &Ids, case: CaseId, officer: &str, at: OffsetDateTime) -> Outgoing {
    let message = OfficerAssigned { case_id: case.to_string(), officer: officer.to_owned(), assigned_at: Some(wire::timestamp(at)) };
    Outgoing::event(ids, case.uuid(), subject::OFFICER_ASSIGNED, &message)
}
