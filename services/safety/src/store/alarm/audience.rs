//! Table of the offices that must accept a concern: the present one of each audience, and those of former heads.

use std::collections::HashMap;

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::alarm::concern::{Acceptance, AudienceStatus, Handed};

struct Row {
    concern_id: Uuid,
    kind: String,
    office: String,
    former: bool,
    ended_at: Option<OffsetDateTime>,
    rung_from: OffsetDateTime,
    rung_at: Option<OffsetDateTime>,
    anew: bool,
    unheld: bool,
    step: i32,
    level: i32,
    rings: i32,
    next_ring_at: Option<OffsetDateTime>,
    delivered_at: Option<OffsetDateTime>,
    accepted_at: Option<OffsetDateTime>,
    accepted_by: Option<String>,
    accepted_knowing: Option<i32>,
    accepted_signature: Option<Vec<u8>>,
    handed_by: Option<String>,
    handed_to: Option<String>,
    handed_at: Option<OffsetDateTime>,
    /// Revision of the concern, where it was asked for.
    revision: Option<i64>,
}

/// State of a row. One whose audience this version does not know is skipped, as if missing: the reconciliation restores what the grade
/// needs.
fn status(row: Row) -> Option<AudienceStatus> {
    let Ok(audience) = row.kind.parse() else {
        tracing::error!(concern.id = %row.concern_id, "an audience of a concern cannot be read: it counts as missing");
        return None;
    };
    let number = |n: i32| u32::try_from(n).unwrap_or_default();
    Some(AudienceStatus {
        audience,
        office: row.office,
        former: row.former,
        ended: row.ended_at.is_some(),
        rung_from: row.rung_from,
        rung_at: row.rung_at,
        anew: row.anew,
        unheld: row.unheld,
        step: number(row.step),
        level: number(row.level),
        rings: number(row.rings),
        next_ring_at: row.next_ring_at,
        delivered_at: row.delivered_at,
        accepted: row.accepted_by.zip(row.accepted_at).map(|(by, at)| Acceptance {
            by,
            at,
            knowing: row.accepted_knowing.map(number).unwrap_or_default(),
            signature: row.accepted_signature,
        }),
        handed: row.handed_by.zip(row.handed_at).map(|(by, at)| Handed { by, to: row.handed_to, at }),
    })
}

pub async fn of(db: &mut PgConnection, concern: Uuid) -> sqlx::Result<Vec<AudienceStatus>> {
    Ok(of_all(db, &[concern]).await?.remove(&concern).unwrap_or_default())
}

/// Offices of several concerns, in one statement: the present ones before the former ones.
pub async fn of_all(db: &mut PgConnection, concerns: &[Uuid]) -> sqlx::Result<HashMap<Uuid, Vec<AudienceStatus>>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select concern_id as "concern_id!", kind as "kind!", office as "office!", false as "former!", null::timestamptz as ended_at,
                  rung_from as "rung_from!", rung_at, anew as "anew!", unheld as "unheld!", step as "step!", level as "level!",
                  rings as "rings!", next_ring_at, delivered_at, accepted_at, accepted_by, accepted_knowing, accepted_signature,
                  handed_by, handed_to, handed_at, null::bigint as revision
           from audience where concern_id = any($1)
           union all
           select concern_id, 'responsible-head', office, true, ended_at, rung_from, rung_at, anew, unheld, step, level, rings,
                  next_ring_at, delivered_at, accepted_at, accepted_by, accepted_knowing, accepted_signature, null, null, null, null
           from former_audience where concern_id = any($1)
           order by 4, 2, 6"#,
        concerns
    );
    let mut found: HashMap<Uuid, Vec<AudienceStatus>> = HashMap::with_capacity(concerns.len());
    for row in rows.fetch_all(db).await? {
        let concern = row.concern_id;
        found.entry(concern).or_default().extend(status(row));
    }
    Ok(found)
}

/// The offices of a concern, and the revision of which they are, in one statement. `None` where no office is found.
pub async fn of_revision(db: &mut PgConnection, concern: Uuid) -> sqlx::Result<(Vec<AudienceStatus>, Option<i64>)> {
    let rows = sqlx::query_as!(
        Row,
        r#"with of as (select revision from concern where id = $1)
           select concern_id as "concern_id!", kind as "kind!", office as "office!", false as "former!", null::timestamptz as ended_at,
                  rung_from as "rung_from!", rung_at, anew as "anew!", unheld as "unheld!", step as "step!", level as "level!",
                  rings as "rings!", next_ring_at, delivered_at, accepted_at, accepted_by, accepted_knowing, accepted_signature,
                  handed_by, handed_to, handed_at, (select revision from of) as revision
           from audience where concern_id = $1
           union all
           select concern_id, 'responsible-head', office, true, ended_at, rung_from, rung_at, anew, unheld, step, level, rings,
                  next_ring_at, delivered_at, accepted_at, accepted_by, accepted_knowing, accepted_signature, null, null, null,
                  (select revision from of)
           from former_audience where concern_id = $1
           order by 4, 2, 6"#,
        concern
    );
    let rows = rows.fetch_all(db).await?;
    let revision = rows.first().and_then(|row| row.revision);
    Ok((rows.into_iter().filter_map(status).collect(), revision))
}

/// Writes the state of an office. A former office whose duty ended, ended at `at`.
pub async fn put(tx: &mut PgConnection, concern: Uuid, status: &AudienceStatus, at: OffsetDateTime) -> sqlx::Result<()> {
    if status.former { put_former(tx, concern, status, at).await } else { put_present(tx, concern, status).await }
}

pub(super) fn signed(n: u32) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

/// Statement that writes an office: the key of its row, the columns of both tables, and those of one.
macro_rules! put {
    ($tx:expr, $status:expr, $sql:literal, [$($key:expr),+], [$($beside:expr),*]) => {{
        let accepted = $status.accepted.as_ref();
        sqlx::query!(
            $sql,
            $($key,)+
            $status.rung_from,
            $status.rung_at,
            $status.anew,
            $status.unheld,
            signed($status.step),
            signed($status.level),
            signed($status.rings),
            $status.next_ring_at,
            $status.delivered_at,
            accepted.map(|a| a.at),
            accepted.map(|a| a.by.as_str()),
            accepted.map(|a| signed(a.knowing)),
            accepted.and_then(|a| a.signature.as_deref())
            $(, $beside)*
        )
        .execute($tx)
        .await?;
        Ok(())
    }};
}

async fn put_present(tx: &mut PgConnection, concern: Uuid, status: &AudienceStatus) -> sqlx::Result<()> {
    let handed = status.handed.as_ref();
    put!(
        tx,
        status,
        "insert into audience (concern_id, kind, office, rung_from, rung_at, anew, unheld, step, level, rings, next_ring_at, delivered_at,
                accepted_at, accepted_by, accepted_knowing, accepted_signature, handed_by, handed_to, handed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
         on conflict (concern_id, kind) do update set office = excluded.office, former_office = null, rung_from = excluded.rung_from,
             rung_at = excluded.rung_at, anew = excluded.anew, unheld = excluded.unheld, step = excluded.step, level = excluded.level,
             rings = excluded.rings, next_ring_at = excluded.next_ring_at, delivered_at = excluded.delivered_at,
             accepted_at = excluded.accepted_at, accepted_by = excluded.accepted_by, accepted_knowing = excluded.accepted_knowing,
             accepted_signature = excluded.accepted_signature, handed_by = excluded.handed_by, handed_to = excluded.handed_to,
             handed_at = excluded.handed_at",
        [concern, status.audience.code(), status.office],
        [handed.map(|handed| handed.by.as_str()), handed.and_then(|handed| handed.to.as_deref()), handed.map(|handed| handed.at)]
    )
}

async fn put_former(tx: &mut PgConnection, concern: Uuid, status: &AudienceStatus, at: OffsetDateTime) -> sqlx::Result<()> {
    put!(
        tx,
        status,
        "insert into former_audience (concern_id, office, rung_from, rung_at, anew, unheld, step, level, rings, next_ring_at, delivered_at,
                accepted_at, accepted_by, accepted_knowing, accepted_signature, ended_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, case when $16 then $17::timestamptz end)
         on conflict (concern_id, office) do update set rung_from = excluded.rung_from, rung_at = excluded.rung_at, anew = excluded.anew,
             unheld = excluded.unheld, step = excluded.step, level = excluded.level, rings = excluded.rings,
             next_ring_at = excluded.next_ring_at, delivered_at = excluded.delivered_at, accepted_at = excluded.accepted_at,
             accepted_by = excluded.accepted_by, accepted_knowing = excluded.accepted_knowing,
             accepted_signature = excluded.accepted_signature,
             ended_at = case when $16 then coalesce(former_audience.ended_at, $17) end",
        [concern, status.office],
        [status.ended, at]
    )
}
