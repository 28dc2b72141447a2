//! Use case: an office accepts a concern. Its own rings stop at once; those of the other audience and of other offices do not [R3e,
//! TRAP-2].

use base::{Caller, Error, Result, database::act_as};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    app::App,
    change::{Change, FORMER_ACCEPTED, changed},
    read_concerns::viewer,
    signed,
};
use crate::{
    app::row_security,
    domain::alarm::{
        concern::{Audience, AudienceStatus, State},
        core, duty,
    },
    error,
    store::{
        self,
        alarm::{accepted::Accepted as Recorded, change::Trail, concern::Concern, note::New},
    },
};

/// State of the office after the acceptance, and whether another person of it accepted first.
pub struct Accepted {
    pub status: AudienceStatus,
    pub already: bool,
}

/// Request to accept.
pub struct Asked<'a> {
    pub audience: Audience,
    pub note: &'a str,
    /// Number of the last statement that they were shown; 0: everything that is recorded.
    pub knowing: u32,
}

/// Records the caller's acceptance for every office of the audience that they speak for.
///
/// # Errors
/// `NotFound` where the caller may not know of the concern; a refusal where they may not speak for the audience.
pub async fn accept(tx: &mut PgConnection, app: &App, caller: &Caller, id: Uuid, asked: Asked<'_>) -> Result<Accepted> {
    let now = app.clock.now();
    let viewer = viewer(tx, app, caller).await?;
    // Checked before the concern is locked: a caller who may not know of it neither waits for the lock nor makes others wait for it
    // [TRAP-6].
    let (statuses, revision) = store::alarm::audience::of_revision(tx, id).await?;
    if !viewer.may_know(&statuses) {
        return Err(Error::NotFound);
    }
    // Likewise a caller who must authenticate anew: by repeated attempts they would keep the ladder from the row.
    let theirs = |status: &AudienceStatus| status.audience == asked.audience && viewer.speaks_for(status);
    let needs_proof =
        |status: &AudienceStatus| status.accepted.is_none() && app.accept_within.is_some_and(|lasts| !caller.proved_within(lasts, now));
    if statuses.iter().any(|status| theirs(status) && needs_proof(status)) {
        return Err(error::sign_in_again().into());
    }
    let concern = store::alarm::concern::lock(tx, id).await?.ok_or(Error::NotFound)?;
    // Whatever changes what an office owes raises the revision: where it is the same, the offices are as they were read.
    let statuses = if revision == Some(concern.revision) { statuses } else { store::alarm::audience::of(tx, id).await? };
    let mut statuses = signed::believed(app, id, statuses);
    if !viewer.may_know(&statuses) {
        return Err(Error::NotFound);
    }
    let Some(first) = statuses.iter().find(|status| theirs(status)) else {
        return Err(error::not_this_audience().into());
    };
    let owing = statuses.iter().enumerate().filter(|(_, status)| theirs(status) && core::owes(status, &statuses, concern.said));
    let owed: Vec<usize> = owing.map(|(at, _)| at).collect();
    if owed.is_empty() {
        return Ok(Accepted { status: first.clone(), already: true });
    }
    if concern.state == State::Closed {
        return Err(Error::NotFound);
    }
    if statuses.iter().any(|status| theirs(status) && needs_proof(status)) {
        return Err(error::sign_in_again().into());
    }
    let knowing = if asked.knowing == 0 { concern.said.count } else { asked.knowing.min(concern.said.count) };
    if knowing < concern.said.to_be_known(asked.audience) {
        return Err(error::more_was_said().into());
    }
    // Authorised. What follows is written by the service.
    act_as(tx, &row_security::itself()).await?;
    let mine = Mine { by: &caller.subject, device: caller.device.as_deref(), knowing, note: asked.note };
    let status = take_in_hand(tx, app, (&concern, &mut statuses), (asked.audience, &owed), &mine).await?;
    Ok(Accepted { status, already: false })
}

/// What the caller says with their acceptance.
struct Mine<'a> {
    by: &'a str,
    device: Option<&'a str>,
    /// Number of the last statement that they know.
    knowing: u32,
    note: &'a str,
}

/// Writes the acceptance of each of these offices, and ends the duty of those that have nothing left to do; returns the state of the first.
async fn take_in_hand(
    tx: &mut PgConnection,
    app: &App,
    (concern, statuses): (&Concern, &mut [AudienceStatus]),
    (audience, owed): (Audience, &[usize]),
    mine: &Mine<'_>,
) -> Result<AudienceStatus> {
    let (id, now) = (concern.id, app.clock.now());
    let before = statuses.to_vec();
    let sign = |status: &AudienceStatus| signed::acceptance(app, id, status, (mine.by, mine.knowing), now);
    let silent = duty::accepted(statuses, concern.said, owed, sign);
    let status = owed.first().and_then(|at| statuses.get(*at)).cloned().ok_or(Error::NotFound)?;
    let rings_on = statuses.iter().any(|other| other.audience == audience && core::owes(other, statuses, concern.said));
    let state = core::state_after(concern.state, statuses, concern.said);
    let change = Change {
        concern: id,
        revision: concern.revision + 1,
        state,
        what: if rings_on { FORMER_ACCEPTED } else { "accepted" },
        audience: Some(audience),
        level: Some(status.level),
        graver: None,
        actor: mine.by,
        device: mine.device,
    };
    let event = changed(app, &change, now);
    let trail = Trail { entry: change.entry(now), act: change.act(), event: &event };
    let changed = statuses.iter().enumerate().filter(|(at, status)| before.get(*at) != Some(status)).map(|(_, status)| status).collect();
    store::alarm::accepted::record(tx, &Recorded { audience, changed, silent: &silent, state, trail }).await?;
    if !mine.note.is_empty() {
        let note = New { id: app.ids.uuid(), concern: id, audience, by: mine.by, at: now, text: mine.note };
        store::alarm::note::add(tx, &app.vault, &note).await?;
    }
    Ok(status)
}
