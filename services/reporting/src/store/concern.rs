//! Facts on concerns, their tally and their times to accept. The earliest acceptance of an audience counts.

use std::collections::{BTreeMap, BTreeSet};

use base::{Error, Result};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    domain::{
        code::{Audience, Grade},
        concern::{ConcernTally, TimeToAccept},
        fact::concern::{Concern, Rows},
        year::{FiscalYear, ZONE},
    },
    error::unknown_code,
};

/// Stores the facts on concerns, with one statement for each table.
pub async fn record(tx: &mut PgConnection, rows: &Rows) -> sqlx::Result<()> {
    if !rows.concerns.is_empty() {
        concerns(tx, &rows.concerns).await?;
    }
    if !rows.graver.is_empty() {
        graver(tx, &rows.graver).await?;
    }
    Ok(())
}

/// Stores raises, acceptances and ends. The first raise counts, and the earliest acceptance of each audience.
async fn concerns(tx: &mut PgConnection, concerns: &BTreeMap<Uuid, Concern>) -> sqlx::Result<()> {
    let raised = || concerns.values().map(|concern| concern.raised.as_ref());
    let ids: Vec<Uuid> = concerns.keys().copied().collect();
    let grades: Vec<Option<String>> = raised().map(|raised| raised.map(|raised| raised.grade.code().to_owned())).collect();
    let sites: Vec<Option<String>> = raised().map(|raised| raised.map(|raised| raised.site.clone())).collect();
    let regions: Vec<Option<String>> = raised().map(|raised| raised.map(|raised| raised.region.code().to_owned())).collect();
    let raised_at: Vec<Option<OffsetDateTime>> = raised().map(|raised| raised.map(|raised| raised.at)).collect();
    let nhq: Vec<Option<OffsetDateTime>> = concerns.values().map(|concern| concern.nhq_accepted_at).collect();
    let head: Vec<Option<OffsetDateTime>> = concerns.values().map(|concern| concern.head_accepted_at).collect();
    let closed: Vec<Option<OffsetDateTime>> = concerns.values().map(|concern| concern.closed_at).collect();
    sqlx::query!(
        "insert into concern_fact as known (concern_id, grade, site, region, raised_at, nhq_accepted_at, head_accepted_at, closed_at)
         select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[],
                              $8::timestamptz[])
         on conflict (concern_id) do update
         set grade = case when known.raised_at is null then excluded.grade else known.grade end,
             site = case when known.raised_at is null then excluded.site else known.site end,
             region = case when known.raised_at is null then excluded.region else known.region end,
             raised_at = coalesce(known.raised_at, excluded.raised_at),
             nhq_accepted_at = least(known.nhq_accepted_at, excluded.nhq_accepted_at),
             head_accepted_at = least(known.head_accepted_at, excluded.head_accepted_at),
             closed_at = least(known.closed_at, excluded.closed_at)",
        &ids,
        &grades as &[Option<String>],
        &sites as &[Option<String>],
        &regions as &[Option<String>],
        &raised_at as &[Option<OffsetDateTime>],
        &nhq as &[Option<OffsetDateTime>],
        &head as &[Option<OffsetDateTime>],
        &closed as &[Option<OffsetDateTime>]
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Stores rises in the grade of concerns.
async fn graver(tx: &mut PgConnection, rises: &BTreeSet<(Uuid, OffsetDateTime, &'static str)>) -> sqlx::Result<()> {
    let concerns: Vec<Uuid> = rises.iter().map(|(concern, _, _)| *concern).collect();
    let moments: Vec<OffsetDateTime> = rises.iter().map(|(_, at, _)| *at).collect();
    let grades: Vec<String> = rises.iter().map(|(_, _, grade)| (*grade).to_owned()).collect();
    sqlx::query!(
        "insert into concern_grade_fact (concern_id, grade, said_at)
         select * from unnest($1::uuid[], $2::text[], $3::timestamptz[]) on conflict do nothing",
        &concerns,
        &grades,
        &moments,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The concerns of a fiscal year raised before `until`, by their gravest grade and by who had accepted them by then.
pub async fn tally(db: &mut PgConnection, year: FiscalYear, until: OffsetDateTime) -> Result<Vec<ConcernTally>> {
    let rows = sqlx::query!(
        r#"select gravest_grade(concern_id, grade, $2) as "grade!", coalesce(nhq_accepted_at < $2, false) as "nhq!", coalesce(head_accepted_at < $2, false) as "head!",
                  count(*) as "count!"
           from concern_fact
           where raised_at >= make_timestamptz($1, 4, 1, 0, 0, 0, $3)
             and raised_at < make_timestamptz($1 + 1, 4, 1, 0, 0, 0, $3)
             and raised_at < $2
           group by 1, 2, 3"#,
        year.first_calendar_year(),
        until,
        ZONE,
    )
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|row| {
            let grade = Grade::parse(&row.grade).ok_or_else(|| unknown_code("grade"))?;
            let count = u64::try_from(row.count).unwrap_or_default();
            Ok::<_, Error>(ConcernTally { grade, nhq_accepted: row.nhq, head_accepted: row.head, count })
        })
        .collect()
}

/// Seconds from raise to acceptance, over the concerns of a fiscal year raised before `until` and accepted by then; a concern that was only
/// a question until then has no responsible head. Clocks of two machines may disagree: an acceptance before its raise counts as zero.
pub async fn times_to_accept(db: &mut PgConnection, year: FiscalYear, until: OffsetDateTime) -> Result<Vec<TimeToAccept>> {
    let rows = sqlx::query!(
        r#"with accepted as (
               select audience, greatest(extract(epoch from accepted_at - raised_at), 0)::float8 as seconds
               from concern_fact,
                    lateral (values ('nhq', nhq_accepted_at), ('responsible_head', head_accepted_at)) as taken (audience, accepted_at)
               where raised_at >= make_timestamptz($1, 4, 1, 0, 0, 0, $3)
                 and raised_at < make_timestamptz($1 + 1, 4, 1, 0, 0, 0, $3)
                 and raised_at < $2
                 and accepted_at < $2
                 and (audience = 'nhq' or gravest_grade(concern_id, grade, $2) <> 'question')
           )
           select audience as "audience!",
                  percentile_cont(0.5) within group (order by seconds) as "median!",
                  percentile_cont(0.95) within group (order by seconds) as "p95!"
           from accepted
           group by 1"#,
        year.first_calendar_year(),
        until,
        ZONE,
    )
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok::<_, Error>(TimeToAccept {
                audience: Audience::parse(&row.audience).ok_or_else(|| unknown_code("audience"))?,
                median_seconds: row.median,
                p95_seconds: row.p95,
            })
        })
        .collect()
}
