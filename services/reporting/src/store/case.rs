//! Facts on cases: when opened, and the latest stage.

use std::collections::BTreeMap;

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::fact::case::{Case, Rows};

/// Stores the facts on cases.
pub async fn record(tx: &mut PgConnection, rows: &Rows) -> sqlx::Result<()> {
    if rows.cases.is_empty() { Ok(()) } else { stages(tx, &rows.cases).await }
}

/// Stores openings and moves. The first opening counts, and the latest move, in whatever order they arrive.
async fn stages(tx: &mut PgConnection, cases: &BTreeMap<Uuid, Case>) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = cases.keys().copied().collect();
    let referrals: Vec<Option<Uuid>> = cases.values().map(|case| case.opened.map(|(referral, _)| referral)).collect();
    let opened: Vec<Option<OffsetDateTime>> = cases.values().map(|case| case.opened.map(|(_, at)| at)).collect();
    let stages: Vec<Option<String>> = cases.values().map(|case| case.moved.map(|(_, stage)| stage.code().to_owned())).collect();
    let moved: Vec<Option<OffsetDateTime>> = cases.values().map(|case| case.moved.map(|(at, _)| at)).collect();
    sqlx::query!(
        "insert into case_fact as known (case_id, referral_id, opened_at, stage, moved_at)
         select * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::timestamptz[])
         on conflict (case_id) do update
         set referral_id = case when known.opened_at is null then excluded.referral_id else known.referral_id end,
             opened_at = coalesce(known.opened_at, excluded.opened_at),
             (stage, moved_at) = (
                 select stage, moved_at from (values (known.stage, known.moved_at), (excluded.stage, excluded.moved_at)) as moves (stage, moved_at)
                 order by moved_at desc nulls last, stage desc limit 1)
         where (known.opened_at is null and excluded.opened_at is not null)
             or (excluded.moved_at is not null
                 and (known.moved_at is null or (excluded.moved_at, excluded.stage) > (known.moved_at, known.stage)))",
        &ids,
        &referrals as &[Option<Uuid>],
        &opened as &[Option<OffsetDateTime>],
        &stages as &[Option<String>],
        &moved as &[Option<OffsetDateTime>]
    )
    .execute(tx)
    .await?;
    Ok(())
}
