//! Curfews and times to report of offenders in the community; only their end is written later [R7d].

use proto::{
    id::{CaseId, ParticipantId},
    zone::Zone,
};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    domain::entry::curfew::{Curfew, Hours, NewCurfew},
    store::decode::known,
};

/// Most curfews of one case that are read.
const LIMIT: i64 = 200;

/// Adds a curfew; an empty key means none.
///
/// # Errors
/// The statement failed.
pub async fn add(
    tx: &mut PgConnection,
    (case, id): (CaseId, Uuid),
    new: &NewCurfew,
    (by, key): (&str, &str),
    at: OffsetDateTime,
) -> sqlx::Result<()> {
    let hours = &new.hours;
    let weekdays: Vec<i32> = hours.weekdays.iter().map(|day| i32::from(*day)).collect();
    sqlx::query!(
        "insert into curfew (id, case_id, participant_id, kind, weekdays, begins, ends, zone, since, until, recorded_by, recorded_at, curfew_key)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, encode(sha256(convert_to(nullif($13, ''), 'UTF8')), 'hex'))",
        id,
        case.uuid(),
        new.participant.uuid(),
        new.kind.code(),
        &weekdays,
        i32::from(hours.begins),
        i32::from(hours.ends),
        hours.zone.name(),
        hours.since,
        hours.until,
        by,
        at,
        key
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The curfew recorded by this person under this key.
///
/// # Errors
/// The statement failed.
pub async fn under_key(tx: &mut PgConnection, case: CaseId, by: &str, key: &str) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "select id from curfew
         where case_id = $1 and recorded_by = $2 and curfew_key = encode(sha256(convert_to(nullif($3, ''), 'UTF8')), 'hex')",
        case.uuid(),
        by,
        key
    )
    .fetch_optional(tx)
    .await
}

/// Ends a curfew; `false` where the case has no such curfew, or it is over.
///
/// # Errors
/// The statement failed.
pub async fn end(tx: &mut PgConnection, case: CaseId, id: Uuid, by: &str, at: OffsetDateTime) -> sqlx::Result<bool> {
    let ended = sqlx::query!(
        "update curfew set ended_by = $3, ended_at = $4 where case_id = $1 and id = $2 and ended_at is null",
        case.uuid(),
        id,
        by,
        at
    )
    .execute(tx)
    .await?;
    Ok(ended.rows_affected() == 1)
}

/// The curfews of a case, in the order of recording.
///
/// # Errors
/// The statement failed, or a row cannot be read.
pub async fn of_case(tx: &mut PgConnection, case: CaseId) -> sqlx::Result<Vec<Curfew>> {
    let rows = sqlx::query!(
        "select id, participant_id, kind, weekdays, begins, ends, zone, since, until, ended_at
         from curfew where case_id = $1 order by position limit $2",
        case.uuid(),
        LIMIT
    )
    .fetch_all(tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            let zone = Zone::of(&row.zone).ok_or_else(|| sqlx::Error::Decode(format!("the zone {:?} is none", row.zone).into()))?;
            let hours = Hours {
                weekdays: row.weekdays.into_iter().filter_map(|day| u8::try_from(day).ok()).collect(),
                begins: u16::try_from(row.begins).unwrap_or_default(),
                ends: u16::try_from(row.ends).unwrap_or_default(),
                zone,
                since: row.since,
                until: row.until,
            };
            let said = NewCurfew { participant: ParticipantId::new(row.participant_id), kind: known("kind", &row.kind)?, hours };
            Ok(Curfew { id: row.id, said, ended_at: row.ended_at })
        })
        .collect()
}
