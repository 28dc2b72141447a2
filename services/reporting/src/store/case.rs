//! Facts on cases: when opened, and the latest stage.

use std::collections::BTreeMap;

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::rows::Case;

/// Stores facts on cases. The first opening counts, and the latest move, in whatever order they arrive.
pub async fn record(tx: &mut PgConnection, cases: &BTreeMap<Uuid, Case>) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = cases.keys().copied().collect();
    let referrals: Vec<Option<Uuid>> = cases.values().map(|case| case.opened.map(|(referral, _)| referral)).collect();
    let opened: Vec<Option<OffsetDateTime>> = cases.values().map(|case| case.opened.map(|(_, at)| at)).collect();
    let stages: Vec<Option<String>> = cases.values().map(|case| case.moved.map(|(_, stage)| stage.code().to_owned())).collect();
    let moved: Vec<Option<OffsetDateTime>> = cases.values().map(|case| case.moved.map(|(at, _)| at)).collect();
    sqlx::query!(
        "insert into case_fact as held (case_id, referral_id, opened_at, stage, moved_at)
         select * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::timestamptz[])
         on conflict (case_id) do update
         set referral_id = case when held.opened_at is null then excluded.referral_id else held.referral_id end,
             opened_at = coalesce(held.opened_at, excluded.opened_at),
             (stage, moved_at) = (
                 select stage, moved_at from (values (held.stage, held.moved_at), (excluded.stage, excluded.moved_at)) as moves (stage, moved_at)
                 order by moved_at desc nulls last, stage desc limit 1)
         where (held.opened_at is null and excluded.opened_at is not null)
             or (excluded.moved_at is not null
                 and (held.moved_at is null or (excluded.moved_at, excluded.stage) > (held.moved_at, held.stage)))",
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
