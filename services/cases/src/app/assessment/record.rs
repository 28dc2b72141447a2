//! Use case: record an assessment; imminent risk raises a concern, freezes contact, stops mediation, in one transaction [R4a, R4c, RM1b].

use base::{Caller, Ids, Result, wire};
use messaging::outbox::{self, Outgoing};
use proto::{
    cases::v1::AssessmentRecorded,
    id::{AssessmentId, CaseId, ConcernId},
    subject,
};
use time::OffsetDateTime;

use crate::{
    app::{App, access::need_to_know::lock, assessment::raise::raise, participant::named::participant, transition},
    domain::{
        access::decision::Verb,
        assessment::{self as rules, Assessment, Known, Risk, Written},
        case::stage::Stage,
        gate::conditions,
    },
    store::{assessment, participant as people, sealed::Unopened},
};

/// Event: an assessment was recorded.
#[must_use]
pub fn assessment_recorded(ids: &Ids, case: CaseId, assessment: AssessmentId, at: OffsetDateTime) -> Outgoing {
    let message =
        AssessmentRecorded { case_id: case.to_string(), assessment_id: assessment.to_string(), recorded_at: Some(wire::timestamp(at)) };
    Outgoing::event(ids, case.uuid(), subject::ASSESSMENT_RECORDED, &message)
}

/// The request.
#[derive(Debug, Clone, Copy)]
pub struct Command<'a> {
    pub case_ref: &'a str,
    pub participant: &'a str,
    pub risk: Risk,
    pub written: Written<'a>,
}

/// What was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    pub assessment: AssessmentId,
    /// Set when a concern was raised.
    pub concern: Option<ConcernId>,
}

/// Records the assessment, or returns the one recorded under the same key.
///
/// # Errors
/// Not found, or a refusal; imminent risk is not refused for a missing or invalid field.
pub async fn record_assessment(app: &App, caller: &Caller, command: Command<'_>) -> Result<Answer> {
    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, Verb::RecordAssessment, command.case_ref).await?;
    // A report of imminent risk never waits for a key.
    let unopened = if command.risk == Risk::Imminent { Unopened::Marked } else { Unopened::Refused };
    let everyone = people::of_case(&mut tx, &app.vault, file.id, unopened).await?;
    let who = participant(&everyone, command.participant)?;
    let said = rules::parse(who.id, command.risk, command.written, file.standing.stage == Stage::Closed)?;
    let under_key = assessment::under_key(&mut tx, &app.vault, file.id, &said.key).await?;
    let variant = match rules::decide(&said, &under_key)? {
        Known::Same { assessment, concern } => {
            tx.commit().await?;
            return Ok(Answer { assessment, concern });
        }
        Known::New { variant } => variant,
    };
    let concern = match said.risk {
        Risk::Imminent => Some(raise(&mut tx, app, &file, who, &said, at).await?),
        Risk::Low | Risk::Moderate | Risk::High => None,
    };
    let id = AssessmentId::new(app.ids.uuid());
    let recorded = Assessment { id, said, concern, recorded_by: caller.subject.clone(), recorded_at: at };
    assessment::add(&mut tx, &app.vault, file.id, who.person.kind.side(), &recorded, variant).await?;
    outbox::enqueue(&mut tx, &assessment_recorded(&app.ids, file.id, id, at), at).await?;
    if concern.is_some() {
        let to = conditions::after_contact_frozen(file.standing);
        transition::apply(&mut tx, (&app.vault, &app.ids), file.id, file.standing, to, "", transition::BY_ITSELF, at).await?;
    }
    tx.commit().await?;
    app.outbox.wake();
    Ok(Answer { assessment: id, concern })
}
