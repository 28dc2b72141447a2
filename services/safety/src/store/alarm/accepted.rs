//! An acceptance with all that follows from it, written in one statement.

use audit_log::Act;
use base::trace;
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::{audience::signed, change::Trail};
use crate::domain::alarm::concern::{Audience, AudienceStatus, State};

/// Acceptance by offices of an audience of a locked concern.
pub struct Accepted<'a> {
    pub audience: Audience,
    /// Every office that it changes.
    pub changed: Vec<&'a AudienceStatus>,
    /// Offices whose pending rings are not sent again.
    pub silent: &'a [String],
    pub state: State,
    pub trail: Trail<'a>,
}

/// Writes it, at the time of its timeline entry.
pub async fn record(tx: &mut PgConnection, accepted: &Accepted<'_>) -> sqlx::Result<()> {
    let Accepted { audience, changed, silent, state, trail: Trail { entry, act, event } } = accepted;
    let act = act.as_ref().map(Act::granted_row);
    let offices = || changed.iter().copied();
    let acceptances = || offices().map(|status| status.accepted.as_ref());
    sqlx::query_file!(
        "src/store/alarm/accepted.sql",
        entry.concern,
        &offices().map(|status| status.audience.code().to_owned()).collect::<Vec<_>>(),
        &offices().map(|status| status.office.clone()).collect::<Vec<_>>(),
        &offices().map(|status| status.former).collect::<Vec<_>>(),
        &offices().map(|status| status.ended).collect::<Vec<_>>(),
        &offices().map(|status| status.anew).collect::<Vec<_>>(),
        &offices().map(|status| status.next_ring_at).collect::<Vec<_>>() as &[Option<OffsetDateTime>],
        &acceptances().map(|accepted| accepted.map(|a| a.at)).collect::<Vec<_>>() as &[Option<OffsetDateTime>],
        &acceptances().map(|accepted| accepted.map(|a| a.by.clone())).collect::<Vec<_>>() as &[Option<String>],
        &acceptances().map(|accepted| accepted.map(|a| signed(a.knowing))).collect::<Vec<_>>() as &[Option<i32>],
        &acceptances().map(|accepted| accepted.and_then(|a| a.signature.clone())).collect::<Vec<_>>() as &[Option<Vec<u8>>],
        entry.at,
        audience.code(),
        silent,
        state.code(),
        entry.revision,
        entry.what,
        entry.level.map(signed),
        entry.actor,
        act.as_ref().map(|act| act.actor),
        act.as_ref().map(|act| act.action),
        act.as_ref().map(|act| act.kind),
        act.as_ref().map(|act| act.object),
        act.as_ref().map(|act| act.reason.as_str()),
        event.id,
        event.aggregate,
        event.subject,
        event.body,
        event.confirm,
        event.urgent,
        event.sealed,
        trace::current(),
    )
    .execute(tx)
    .await?;
    Ok(())
}
