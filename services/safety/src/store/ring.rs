//! Rings: what was sent to whom, and whether it arrived.

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::concern::Audience;

pub async fn insert(
    tx: &mut PgConnection,
    id: Uuid,
    concern: Uuid,
    audience: Audience,
    step: u32,
    event: Uuid,
    at: OffsetDateTime,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into ring (id, concern_id, audience, step, event_id, rung_at) values ($1, $2, $3, $4, $5, $6)",
        id,
        concern,
        audience.code(),
        i32::try_from(step).unwrap_or(i32::MAX),
        event,
        at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The concern that a ring is of. `None` where the ring is not ours.
pub async fn concern_of(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!("select concern_id from ring where id = $1", id).fetch_optional(db).await
}

/// Marks a ring delivered; the event that carried it. `None` where it was before.
pub async fn deliver(tx: &mut PgConnection, id: Uuid, at: OffsetDateTime) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!("update ring set delivered_at = $2 where id = $1 and delivered_at is null returning event_id", id, at)
        .fetch_optional(tx)
        .await
}

/// Events of the rings of an audience that have not been delivered.
pub async fn on_their_way(tx: &mut PgConnection, concern: Uuid, audience: Audience) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select event_id from ring where concern_id = $1 and audience = $2 and delivered_at is null",
        concern,
        audience.code()
    )
    .fetch_all(tx)
    .await
}

/// Every audience of an open concern that has not accepted is due at once. How many were not already.
pub async fn all_due(db: &mut PgConnection, now: OffsetDateTime) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update audience set next_ring_at = $1 from concern c
         where c.id = concern_id and c.state <> 'closed' and next_ring_at > $1",
        now
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// Audiences that should have been rung by now, with their concern; held against other engines.
pub async fn due(tx: &mut PgConnection, now: OffsetDateTime, limit: i64) -> sqlx::Result<Vec<(Uuid, String)>> {
    let rows = sqlx::query!(
        "select a.concern_id, a.kind from audience a join concern c on c.id = a.concern_id
         where a.next_ring_at <= $1 and c.state <> 'closed'
         order by a.next_ring_at limit $2 for update of c skip locked",
        now,
        limit
    )
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.concern_id, row.kind)).collect())
}

/// Every audience of one concern that has not accepted is due at once.
pub async fn due_now(db: &mut PgConnection, concern: Uuid, now: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!("update audience set next_ring_at = $2 where concern_id = $1 and next_ring_at > $2", concern, now).execute(db).await?;
    Ok(())
}

/// Makes due at once every audience that was rung and delivered before `before`, still rings, and is not among `guarded`; how many.
pub async fn lost(db: &mut PgConnection, guarded: &[(Uuid, Audience)], before: OffsetDateTime, now: OffsetDateTime) -> sqlx::Result<u64> {
    let (ids, kinds): (Vec<Uuid>, Vec<String>) = guarded.iter().map(|(id, audience)| (*id, audience.code().to_owned())).unzip();
    let done = sqlx::query!(
        "update audience a set next_ring_at = $4 from concern c
         where c.id = a.concern_id and c.state <> 'closed' and a.next_ring_at > $4 and a.delivered_at < $3
           and not exists (select from unnest($1::uuid[], $2::text[]) as held (concern_id, kind)
                           where held.concern_id = a.concern_id and held.kind = a.kind)
           and not exists (select from ring r where r.concern_id = a.concern_id and r.audience = a.kind and r.rung_at >= $3)",
        &ids,
        &kinds,
        before,
        now
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// Makes due at once every audience with a ring that waits sealed in the outbox; how many.
pub async fn hurry_what_waits_sealed(db: &mut PgConnection, now: OffsetDateTime) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update audience a set next_ring_at = $1
         where a.next_ring_at > $1 and exists (
             select from ring r join outbox o on o.id = r.event_id
             where r.concern_id = a.concern_id and r.audience = a.kind and r.delivered_at is null and o.sealed)",
        now
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
