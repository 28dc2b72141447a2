//! Table of devices that authenticate people, believed or not.

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// Device as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolled {
    pub id: Uuid,
    pub person: String,
    pub public_key: Vec<u8>,
    pub since: OffsetDateTime,
    pub until: OffsetDateTime,
    pub proposed_by: String,
    pub confirmed_by: String,
    pub ended_at: Option<OffsetDateTime>,
    pub ended_by: Option<String>,
    pub signature: Vec<u8>,
}

pub async fn insert(tx: &mut PgConnection, device: &Enrolled) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into device (id, person, public_key, since, until, proposed_by, confirmed_by, signature)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        device.id,
        device.person,
        device.public_key,
        device.since,
        device.until,
        device.proposed_by,
        device.confirmed_by,
        device.signature
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Device, ended or not, locked until the transaction ends.
pub async fn lock(tx: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Enrolled>> {
    sqlx::query_as!(
        Enrolled,
        "select id, person, public_key, since, until, proposed_by, confirmed_by, ended_at, ended_by, signature
         from device where id = $1 for update",
        id
    )
    .fetch_optional(tx)
    .await
}

/// Ends a device. `false` where it was ended already.
pub async fn end(tx: &mut PgConnection, device: &Enrolled) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update device set ended_at = $2, ended_by = $3, signature = $4 where id = $1 and ended_at is null",
        device.id,
        device.ended_at,
        device.ended_by,
        device.signature
    );
    Ok(done.execute(tx).await?.rows_affected() == 1)
}

/// Action of the end of a device in the audit log.
pub const ENDED: &str = "device.end";

/// Devices not ended at `now`, by their row and by the audit log, oldest first.
pub async fn in_force(db: &mut PgConnection, now: OffsetDateTime, limit: i64) -> sqlx::Result<Vec<Enrolled>> {
    sqlx::query_as!(
        Enrolled,
        "select id, person, public_key, since, until, proposed_by, confirmed_by, ended_at, ended_by, signature
         from device where ended_at is null and until > $1
             and not exists (select from audit_entry where object = id::text and action = $3 and outcome = 'granted')
             and not exists (select from audit_staged where object = id::text and action = $3 and outcome = 'granted')
         order by since, id limit $2",
        now,
        limit,
        ENDED
    )
    .fetch_all(db)
    .await
}

/// Number of devices not ended at `now`.
pub async fn count(db: &mut PgConnection, now: OffsetDateTime) -> sqlx::Result<i64> {
    sqlx::query_scalar!("select count(*) as \"count!\" from device where ended_at is null and until > $1", now).fetch_one(db).await
}

/// Devices of a person, or of all people, ended ones too; newest first, those older than `before`.
pub async fn list(
    db: &mut PgConnection,
    person: Option<&str>,
    before: Option<(OffsetDateTime, Uuid)>,
    limit: i64,
) -> sqlx::Result<Vec<Enrolled>> {
    let (at, id) = before.unzip();
    sqlx::query_as!(
        Enrolled,
        "select id, person, public_key, since, until, proposed_by, confirmed_by, ended_at, ended_by, signature
         from device where ($1::text is null or person = $1) and ($2::timestamptz is null or (since, id) < ($2, $3::uuid))
         order by since desc, id desc limit $4",
        person,
        at,
        id,
        limit
    )
    .fetch_all(db)
    .await
}
