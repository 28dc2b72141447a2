//! Moves a case along its stages, or names every missing condition at once [R3a, R4b].

use chassis::{Caller, Ids, Result, Vault, outbox};
use proto::id::CaseId;
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::{App, events, hold};
use crate::{
    domain::{
        assessment::Assessment,
        consent::Status,
        decision::Verb,
        missing,
        mode::Mode,
        stage::{self, Facts, Latest, Person, Request, Stage, Standing},
        text,
    },
    store::{
        assessment,
        case_file::{self, CaseFile, Step},
        consent, participant,
        sealed::Unopened,
    },
};

/// Who moved a case when nobody asked: a consent ended, or a decision changed.
pub const BY_ITSELF: &str = "service:cases";

/// What a caller asks for.
#[derive(Debug, Clone, Copy)]
pub struct Command<'a> {
    pub case_ref: &'a str,
    pub to: Stage,
    /// Empty where the mode does not change.
    pub mode: &'a str,
    pub reason: &'a str,
}

/// Moves the case; the stage it stands at afterwards.
///
/// # Errors
/// Not found, or a refusal with every missing condition.
pub async fn move_case(app: &App, caller: &Caller, command: Command<'_>) -> Result<Stage> {
    let mut tx = app.begin(caller).await?;
    let (file, at) = hold(&mut tx, &app.clock, caller, Verb::Move, command.case_ref).await?;
    let reason = text::bounded(command.reason, text::NARRATIVE, "reason")?;
    let mode = (!command.mode.is_empty()).then(|| Mode::parse(command.mode)).transpose()?;
    let facts = facts(&mut tx, &app.vault, &file, at).await?;
    let request = Request { to: command.to, mode, has_reason: !reason.is_empty() };
    let to = stage::decide(&facts, request).map_err(|missing| missing::refusal(&missing))?;
    apply(&mut tx, (&app.vault, &app.ids), file.id, file.standing, to, &reason, &caller.subject, at).await?;
    tx.commit().await?;
    app.outbox.wake();
    Ok(to.stage)
}

/// What a move is written with.
pub(super) type Means<'a> = (&'a Vault, &'a Ids);

/// Writes a move and its event; nothing where the case stands already.
#[expect(clippy::too_many_arguments, reason = "a move is these eight things, and a struct would be used once")]
pub(super) async fn apply(
    tx: &mut PgConnection,
    (vault, ids): Means<'_>,
    case: CaseId,
    from: Standing,
    to: Standing,
    reason: &str,
    by: &str,
    at: OffsetDateTime,
) -> Result<()> {
    if from == to {
        return Ok(());
    }
    case_file::step(tx, vault, case, Step { id: ids.uuid(), from: Some(from.stage), to, reason, by }, at).await?;
    if from.stage != to.stage {
        outbox::enqueue(tx, &events::case_moved(ids, case, to.stage, at), at).await?;
    }
    Ok(())
}

/// The facts that decide a move, read while the case is held.
async fn facts(tx: &mut PgConnection, vault: &Vault, file: &CaseFile, at: OffsetDateTime) -> Result<Facts> {
    let people = participant::of_case(tx, vault, file.id, Unopened::Marked).await?;
    let assessments = assessment::of_case(tx, vault, file.id).await?;
    let consents = consent::standing(tx, file.id).await?;
    let people = people
        .iter()
        .map(|someone| Person {
            kind: someone.person.kind,
            latest: assessments.iter().rev().find(|a| a.said.participant == someone.id).map(latest),
            consents: consents
                .iter()
                .filter(|(who, consent)| *who == someone.id && consent.status == Status::Given)
                .map(|(_, consent)| consent.mode)
                .collect(),
        })
        .collect();
    Ok(Facts {
        standing: file.standing,
        accepted: file.accepted,
        indirect_only: file.indirect_only,
        contact_frozen: file.contact_frozen,
        mediator_assigned: file.mediator.is_some(),
        people,
        today: at.date(),
    })
}

fn latest(assessment: &Assessment) -> Latest {
    let said = &assessment.said;
    Latest { risk: said.risk, has_note: !said.notes.expose().is_empty(), next_review_on: said.next_review_on }
}
