//! What follows from an acceptance, written in one statement: pending rings, state, timeline, and the message for the bus.

use base::trace;
use messaging::outbox::Outgoing;
use sqlx::PgConnection;

use super::concern::Entry;
use crate::domain::alarm::concern::{Audience, State};

/// Acceptance by offices of an audience of a locked concern.
pub struct Settled<'a> {
    pub audience: Audience,
    pub offices: &'a [String],
    pub state: State,
    pub entry: Entry<'a>,
    pub event: &'a Outgoing,
}

/// Writes it, at the time of its entry.
pub async fn note(tx: &mut PgConnection, settled: &Settled<'_>) -> sqlx::Result<()> {
    let Settled { audience, offices, state, entry, event } = settled;
    // Pending rings of these offices are not sent again: their rows are locked in the order of the outbox, as by every writer of several.
    // Then the state of the concern, the entry of its timeline, and the message.
    sqlx::query!(
        "with on_their_way as (
             select o.id from ring r join outbox o on o.id = r.event_id
             where r.concern_id = $1 and r.audience = $2 and r.delivered_at is null and (r.office is null or r.office = any($3))
               and o.must_be_confirmed and o.confirmed_at is null
             order by o.position for update of o),
         confirmed as (update outbox o set confirmed_at = $4, carried_at = coalesce(o.carried_at, $4) from on_their_way w where o.id = w.id),
         advanced as (update concern set state = $5, revision = $6 where id = $1),
         noted as (
             insert into timeline (concern_id, revision, what, audience, level, actor, at) values ($1, $6, $7, $8, $9, $10, $4))
         insert into outbox (id, aggregate, subject, body, must_be_confirmed, urgent, sealed, traceparent, created_at, next_attempt_at)
         values ($11, $12, $13, $14, $15, $16, $17, $18, $4, $4)",
        entry.concern,
        audience.code(),
        offices,
        entry.at,
        state.code(),
        entry.revision,
        entry.what,
        entry.audience.map(Audience::code),
        entry.level.map(|level| i32::try_from(level).unwrap_or(i32::MAX)),
        entry.actor,
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
