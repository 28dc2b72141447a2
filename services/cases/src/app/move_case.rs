//! Use case: move a case along its stages, or refuse with every missing condition at once [R3a, R4b].

use chassis::{Caller, Ids, Result, Vault, grants, outbox};
use proto::{id::CaseId, role};
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::{App, events, find, follow_concern, lock, mode_of};
use crate::{
    domain::{
        assessment::Assessment,
        consent::Status,
        decision::Verb,
        leaving, missing,
        stage::{self, Facts, Latest, Person, Request, Stage, Standing},
        text,
    },
    store::{
        assessment,
        case_file::{self, Step},
        consent,
        gate::Ground,
        participant,
        sealed::Unopened,
    },
};

/// Actor of a move without a caller: a condition that the case rests on ended.
pub const BY_ITSELF: &str = "service:cases";
/// Roles of which a mediator of a case has one.
pub(super) const MEDIATORS: &[&str] = &[role::MEDIATOR];

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
        ask_safety(app, caller, command.case_ref).await?;
    }
    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, Verb::Move, command.case_ref).await?;
    let reason = text::bounded(command.reason, text::NARRATIVE, "reason")?;
    let mode = match command.mode {
        "" => None,
        code => Some(mode_of(&mut tx, file.id, code, command.described).await?),
    };
    let facts = facts(&mut tx, app, &Ground::of(&file), Unopened::Refused, at).await?;
    let request = Request { to: command.to, mode, has_reason: !reason.is_empty() };
    let to = stage::decide(&facts, request).map_err(|missing| missing::refusal(&missing))?;
    apply(&mut tx, (&app.vault, &app.ids), file.id, file.standing, to, &reason, &caller.subject, at).await?;
    tx.commit().await?;
    app.outbox.wake();
    Ok(to.stage)
}

/// Polls safety for open concerns, for a caller who may move the case, before the case is locked. Without an answer the gate reports it.
async fn ask_safety(app: &App, caller: &Caller, case_ref: &str) -> Result<()> {
    let mut tx = app.begin(caller).await?;
    find(&mut tx, app.clock.now(), caller, Verb::Move, case_ref).await?;
    tx.commit().await?;
    follow_concern::compare(app).await
}

/// Dependencies of a move's write.
pub(super) type Means<'a> = (&'a Vault, &'a Ids);

/// Writes a move and its event; nothing where the case is already at that stage.
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

/// Facts that decide a move, or whether a case goes on; read under the lock. `unopened` says what becomes of notes that cannot be opened:
/// stopping a case never waits for a key.
pub(super) async fn facts(tx: &mut PgConnection, app: &App, ground: &Ground, unopened: Unopened, at: OffsetDateTime) -> Result<Facts> {
    let people = participant::of_case(tx, &app.vault, ground.id, Unopened::Marked).await?;
    let assessments = assessment::of_case(tx, &app.vault, ground.id, unopened).await?;
    let consents = consent::standing(tx, ground.id).await?;
    let withdrawn = consent::withdrawn(tx, ground.id).await?;
    let mediator_assigned = match &ground.mediator {
        Some(mediator) => grants::is_held(tx, mediator, MEDIATORS, at).await?,
        None => false,
    };
    let today = at.date();
    let has_withdrawn = |who| withdrawn.iter().any(|(withdrew, _)| *withdrew == who);
    let nobody_stands_in = people.iter().any(|someone| {
        let left = someone.left.as_ref();
        left.is_some_and(|left| leaving::bars_a_representative(someone.person.kind, left.wish, has_withdrawn(someone.id)))
    });
    let people = people
        .iter()
        .filter(|someone| someone.left.is_none())
        .map(|someone| Person {
            kind: someone.person.kind,
            latest: assessments.iter().rev().find(|a| a.said.participant == someone.id).map(latest),
            consents: consents
                .iter()
                .filter(|(who, consent)| *who == someone.id && consent.stands(app.consents, today) == Status::Given)
                .map(|(_, consent)| consent.mode)
                .collect(),
            withdrawn: has_withdrawn(someone.id),
        })
        .collect();
    Ok(Facts {
        standing: ground.standing,
        accepted: ground.accepted,
        indirect_only: ground.indirect_only,
        contact_frozen: ground.contact_frozen,
        safety_heard: app.concerns.is_heard(at),
        mediator_assigned,
        people,
        nobody_stands_in,
        today,
    })
}

fn latest(assessment: &Assessment) -> Latest {
    let said = &assessment.said;
    Latest { risk: said.risk, has_note: !said.notes.expose().is_empty(), next_review_on: said.next_review_on }
}
