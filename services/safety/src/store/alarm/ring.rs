//! Table of rings: what was sent to whom, whether it arrived, and which concerns the engine must check.

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::alarm::concern::{Audience, AudienceStatus, Grade, Said};

/// Records a ring of an office at its step.
pub async fn insert(
    tx: &mut PgConnection,
    id: Uuid,
    concern: Uuid,
    status: &AudienceStatus,
    event: Uuid,
    at: OffsetDateTime,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into ring (id, concern_id, audience, office, step, event_id, rung_at) values ($1, $2, $3, $4, $5, $6, $7)",
        id,
        concern,
        status.audience.code(),
        status.office,
        i32::try_from(status.step).unwrap_or(i32::MAX),
        event,
        at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Ring as it was sent.
pub struct Sent {
    pub concern: Uuid,
    pub audience: String,
    pub office: String,
    pub step: i32,
}

/// Ring of this id.
pub async fn of(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Sent>> {
    sqlx::query_as!(
        Sent,
        r#"select concern_id as concern, audience, office as "office!", step from ring where id = $1 and office is not null"#,
        id
    )
    .fetch_optional(db)
    .await
}

/// Makes every office of an open concern that has not accepted ring at once; its ladder goes on as it was. Returns how many did not
/// already.
pub async fn all_anew(db: &mut PgConnection, now: OffsetDateTime) -> sqlx::Result<u64> {
    let present = sqlx::query!(
        "update audience set next_ring_at = $1, anew = true from concern c
         where c.id = concern_id and c.state <> 'closed' and next_ring_at is not null and not anew",
        now
    );
    let present = present.execute(&mut *db).await?.rows_affected();
    let former = sqlx::query!(
        "update former_audience set next_ring_at = $1, anew = true from concern c
         where c.id = concern_id and c.state <> 'closed' and next_ring_at is not null and not anew",
        now
    );
    Ok(present + former.execute(db).await?.rows_affected())
}

/// Concerns with an office whose ring is due, the longest overdue first, except these; locked against other engines.
pub async fn due(tx: &mut PgConnection, now: OffsetDateTime, but: &[Uuid], limit: i64) -> sqlx::Result<Vec<Uuid>> {
    let present = sqlx::query_scalar!(
        "select c.id from audience a join concern c on c.id = a.concern_id
         where a.next_ring_at <= $1 and c.state <> 'closed' and c.id <> all($2)
         order by a.next_ring_at limit $3 for update of c skip locked",
        now,
        but,
        limit
    );
    let mut due = present.fetch_all(&mut *tx).await?;
    let former = sqlx::query_scalar!(
        "select c.id from former_audience f join concern c on c.id = f.concern_id
         where f.next_ring_at <= $1 and c.state <> 'closed' and c.id <> all($2)
         order by f.next_ring_at limit $3 for update of c skip locked",
        now,
        but,
        limit
    );
    due.extend(former.fetch_all(tx).await?);
    let mut seen = std::collections::HashSet::with_capacity(due.len());
    due.retain(|id| seen.insert(*id));
    Ok(due)
}

/// What the core needs of an open concern, beside its offices.
pub struct Open {
    pub id: Uuid,
    pub grade: Grade,
    pub unreadable: bool,
    pub said: Said,
}

/// Open concerns in the order of their ids, after one.
pub async fn open_after(db: &mut PgConnection, after: Uuid, limit: i64) -> sqlx::Result<Vec<Open>> {
    let rows = sqlx::query!(
        "select id, grade, unreadable, said, gravest from concern where state <> 'closed' and id > $1 order by id limit $2",
        after,
        limit
    );
    let rows = rows.fetch_all(db).await?.into_iter();
    let open = rows.map(|row| Open {
        id: row.id,
        grade: super::concern::grade(row.id, &row.grade),
        unreadable: row.unreadable,
        said: super::concern::said(row.said, row.gravest),
    });
    Ok(open.collect())
}

/// Makes every office of one concern that has not accepted ring at once.
pub async fn anew(db: &mut PgConnection, concern: Uuid, now: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!("update audience set next_ring_at = $2, anew = true where concern_id = $1 and next_ring_at > $2", concern, now)
        .execute(&mut *db)
        .await?;
    sqlx::query!("update former_audience set next_ring_at = $2, anew = true where concern_id = $1 and next_ring_at > $2", concern, now)
        .execute(db)
        .await?;
    Ok(())
}

/// Makes every audience ring at once that was rung and delivered before `before`, still rings, and is not among `guarded`; returns how
/// many.
pub async fn lost(db: &mut PgConnection, guarded: &[(Uuid, Audience)], before: OffsetDateTime, now: OffsetDateTime) -> sqlx::Result<u64> {
    let (ids, kinds): (Vec<Uuid>, Vec<String>) = guarded.iter().map(|(id, audience)| (*id, audience.code().to_owned())).unzip();
    let done = sqlx::query!(
        "update audience a set next_ring_at = $4, anew = true from concern c
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

/// Makes every office ring at once that has a sealed ring waiting in the outbox; returns how many.
pub async fn hurry_what_waits_sealed(db: &mut PgConnection, now: OffsetDateTime) -> sqlx::Result<u64> {
    let present = sqlx::query!(
        "update audience a set next_ring_at = $1, anew = true
         where a.next_ring_at > $1 and exists (
             select from ring r join outbox o on o.id = r.event_id
             where r.concern_id = a.concern_id and r.audience = a.kind and (r.office is null or r.office = a.office)
               and r.delivered_at is null and o.sealed)",
        now
    );
    let present = present.execute(&mut *db).await?.rows_affected();
    let former = sqlx::query!(
        "update former_audience f set next_ring_at = $1, anew = true
         where f.next_ring_at > $1 and exists (
             select from ring r join outbox o on o.id = r.event_id
             where r.concern_id = f.concern_id and r.office = f.office and r.delivered_at is null and o.sealed)",
        now
    );
    Ok(present + former.execute(db).await?.rows_affected())
}

/// Time of the database's clock.
pub async fn database_time(db: &mut PgConnection) -> sqlx::Result<OffsetDateTime> {
    sqlx::query_scalar!(r#"select clock_timestamp() as "now!""#).fetch_one(db).await
}
