//! Use case: record an assessment; imminent risk raises a concern, freezes contact, stops mediation, in one transaction [R4a, R4c, RM1b].

use chassis::{Caller, Result, outbox, vault};
use proto::id::{AssessmentId, ConcernId, SiteCode};
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::{
    App,
    events::{self, Imminent},
    lock, move_case, participant,
};
use crate::{
    domain::{
        assessment::{self as rules, Assessment, Known, NewAssessment, Risk, Written},
        decision::Verb,
        participant::Participant,
        stage::{self, Stage},
    },
    store::{
        assessment,
        case_file::CaseFile,
        concern, participant as people,
        sealed::{self, Unopened},
    },
};

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
    outbox::enqueue(&mut tx, &events::assessment_recorded(&app.ids, file.id, id, at), at).await?;
    if concern.is_some() {
        let to = stage::after_contact_frozen(file.standing);
        move_case::apply(&mut tx, (&app.vault, &app.ids), file.id, file.standing, to, "", move_case::BY_ITSELF, at).await?;
    }
    tx.commit().await?;
    app.outbox.wake();
    Ok(Answer { assessment: id, concern })
}

/// Writes the concern to the outbox, and the freeze with it.
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
    let for_the_site = rules::concerns_the_site(who.person.kind, for_the_head);
    let site = site.as_ref().filter(|_| for_the_site);
    let (name, notes) = (who.person.name.expose(), said.notes.expose());
    // The head of the offender's site receives the assessor's words on what to do, but not who else takes part: that is for NHQ. Where no
    // site is known yet the head receives the same words once it is.
    let (person_at_risk, notes) = if for_the_site && !rules::is_named_to_the_site(who.person.kind) {
        ("", format!("{name}\n{notes}"))
    } else {
        (name.as_str(), notes.clone())
    };
    let imminent = Imminent { concern, case: file.id, site, person_at_risk, notes: &notes, for_the_head };
    let outgoing = events::concern(&app.ids, &imminent, at);
    let key = sealed::key(tx, &app.vault, file.id, who.person.kind.side(), at).await;
    let outgoing = outgoing.sealed_if(vault::or_clear(key, "outbox")?.as_ref()).map_err(sqlx::Error::from)?;
    outbox::enqueue(tx, &outgoing, at).await?;
    concern::raise(tx, file.id, (concern, for_the_site), outgoing.id, at).await?;
    tracing::info!(case.id = %file.id, concern.id = %concern, "imminent risk: concern raised, contact frozen");
    Ok(concern)
}
