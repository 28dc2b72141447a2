//! Facts on which the gate decides, read under the lock of the case.

use auth::grants;
use base::Result;
use proto::{
    id::{CaseId, ParticipantId},
    role,
};
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::{
    app::App,
    domain::{
        assessment::Assessment,
        consent::{Consent, Status},
        gate::conditions::{Facts, Latest, Person, Registered},
        mediator::training::Module,
        participant::{leaving, person::Participant},
    },
    store::{
        assessment, condition, consent,
        gate::{self, Ground},
        participant, review,
        sealed::Unopened,
    },
};

/// Roles of which a mediator of a case has one.
pub(crate) const MEDIATORS: &[&str] = &[role::MEDIATOR];

/// Facts that decide a move, or whether a case goes on; read under the lock. `unopened` says what becomes of notes that cannot be opened:
/// stopping a case never waits for a key.
pub(crate) async fn read(tx: &mut PgConnection, app: &App, ground: &Ground, unopened: Unopened, at: OffsetDateTime) -> Result<Facts> {
    Ok(with_people(tx, app, ground, unopened, at).await?.0)
}

/// The same, with everyone on the file.
pub(crate) async fn with_people(
    tx: &mut PgConnection,
    app: &App,
    ground: &Ground,
    unopened: Unopened,
    at: OffsetDateTime,
) -> Result<(Facts, Vec<Participant>)> {
    let people = participant::of_case(tx, &app.vault, ground.id, Unopened::Marked).await?;
    let assessments = assessment::of_case(tx, &app.vault, ground.id, unopened).await?;
    let consents = consent::standing(tx, ground.id, None).await?;
    let facts = of_file(tx, app, ground, (&people, &assessments, &consents), at).await?;
    Ok((facts, people))
}

/// What of a file is read already: its participants, their assessments, and their consents.
pub(crate) type OnFile<'a> = (&'a [Participant], &'a [Assessment], &'a [(ParticipantId, Consent)]);

/// The facts of a file that is read already.
pub(crate) async fn of_file(
    tx: &mut PgConnection,
    app: &App,
    ground: &Ground,
    (people, assessments, consents): OnFile<'_>,
    at: OffsetDateTime,
) -> Result<Facts> {
    let withdrawn = consent::withdrawn(tx, ground.id).await?;
    let mediator_assigned = match &ground.mediator {
        Some(mediator) => grants::is_held(tx, mediator, MEDIATORS, at).await?,
        None => false,
    };
    let mediator = registered(tx, app, ground.id, at).await?;
    let today = at.date();
    let (condition_forbids, conditions_not_answered) = condition::register::for_the_gate(tx, ground.id, today).await?;
    let open_reviews = review::in_the_gate(tx, ground.id, at).await?;
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
        condition_forbids,
        conditions_not_answered,
        safety_answered: app.concerns.is_current(at),
        mediator_assigned,
        mediator,
        open_reviews,
        people,
        nobody_stands_in,
        today,
    })
}

/// What the registry says of whoever has the assignment of a case.
async fn registered(tx: &mut PgConnection, app: &App, case: CaseId, at: OffsetDateTime) -> sqlx::Result<Registered> {
    let Some(standing) = gate::mediator(tx, case, at).await? else { return Ok(Registered::WELL) };
    let lacks = |module: &Module| !standing.trained.contains(&module.code);
    Ok(Registered { not_engaged: !standing.engaged, not_trained: app.training.required().any(lacks), in_conflict: standing.in_conflict })
}

fn latest(assessment: &Assessment) -> Latest {
    let said = &assessment.said;
    Latest { risk: said.risk, has_note: !said.notes.expose().is_empty(), next_review_on: said.next_review_on }
}
