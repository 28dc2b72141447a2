//! Records an assessment; imminent risk in it raises a concern and freezes contact in the same transaction [R4a, R4c, RM1b].

use chassis::{Caller, Result, outbox};
use proto::id::{AssessmentId, ConcernId, SiteCode};
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::{
    App,
    events::{self, Imminent},
    hold, participant,
};
use crate::{
    domain::{
        assessment::{self as rules, Assessment, Known, NewAssessment, Risk, Written},
        decision::Verb,
        participant::Participant,
        stage::Stage,
    },
    store::{assessment, case_file::CaseFile, concern, participant as people},
};

/// What a caller asks for.
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

/// Records the assessment, or answers what was recorded under the same key.
///
/// # Errors
/// Not found, or a refusal; imminent risk is refused for no missing or broken field.
pub async fn record_assessment(app: &App, caller: &Caller, command: Command<'_>) -> Result<Answer> {
    let mut tx = app.pool.begin().await?;
    let (file, at) = hold(&mut tx, &app.clock, caller, Verb::RecordAssessment, command.case_ref).await?;
    let everyone = people::of_case(&mut tx, file.id).await?;
    let who = participant(&everyone, command.participant)?;
    let said = rules::parse(who.id, command.risk, command.written, file.standing.stage == Stage::Closed)?;
    let under_key = assessment::under_key(&mut tx, file.id, &said.key).await?;
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
    assessment::add(&mut tx, file.id, &recorded, variant).await?;
    outbox::enqueue(&mut tx, &events::assessment_recorded(&app.ids, file.id, id, at), at).await?;
    tx.commit().await?;
    app.outbox.wake();
    Ok(Answer { assessment: id, concern })
}

/// Puts the concern into the outbox and the freeze beside it.
async fn raise(
    tx: &mut PgConnection,
    app: &App,
    file: &CaseFile,
    who: &Participant,
    said: &NewAssessment,
    at: OffsetDateTime,
) -> Result<ConcernId> {
    let concern = ConcernId::new(app.ids.uuid());
    let for_the_head = said.for_the_head.expose();
    let site: Option<SiteCode> = file.site.as_ref().and_then(|code| code.parse().ok());
    let imminent = Imminent {
        concern,
        case: file.id,
        site: site.as_ref().filter(|_| rules::concerns_the_site(who.person.kind, for_the_head)),
        person_at_risk: who.person.name.expose(),
        notes: said.notes.expose(),
        for_the_head,
    };
    let outgoing = events::concern(&app.ids, &imminent, at);
    outbox::enqueue(tx, &outgoing, at).await?;
    concern::raise(tx, file.id, concern, outgoing.id, at).await?;
    tracing::info!(case.id = %file.id, concern.id = %concern, "imminent risk: concern raised, contact frozen");
    Ok(concern)
}
