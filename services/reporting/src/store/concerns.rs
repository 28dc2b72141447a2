//! Facts on concerns, their tally and their times to accept. The earliest acceptance of an audience stands.

use chassis::{Error, Result};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::unknown_code;
use crate::domain::{
    code::{Audience, Grade, Region},
    concerns::{ConcernTally, TimeToAccept},
    year::{FiscalYear, ZONE},
};

/// A concern was raised.
pub async fn raised(
    tx: &mut PgConnection,
    concern: Uuid,
    (grade, region): (Grade, Region),
    site: &str,
    at: OffsetDateTime,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into concern_fact (concern_id, grade, site, region, raised_at) values ($1, $2, $3, $4, $5)
         on conflict (concern_id) do update
         set grade = excluded.grade, site = excluded.site, region = excluded.region, raised_at = excluded.raised_at
         where concern_fact.raised_at is null",
        concern,
        grade.code(),
        site,
        region.code(),
        at,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// It was said again of a concern, graver.
pub async fn said_graver(tx: &mut PgConnection, concern: Uuid, grade: Grade, at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into concern_grade_fact (concern_id, grade, said_at) values ($1, $2, $3) on conflict do nothing",
        concern,
        grade.code(),
        at,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// An audience accepted a concern.
pub async fn accepted(tx: &mut PgConnection, concern: Uuid, audience: Audience, at: OffsetDateTime) -> sqlx::Result<()> {
    let (nhq, head) = match audience {
        Audience::Nhq => (Some(at), None),
        Audience::ResponsibleHead => (None, Some(at)),
    };
    sqlx::query!(
        "insert into concern_fact (concern_id, nhq_accepted_at, head_accepted_at) values ($1, $2, $3)
         on conflict (concern_id) do update
         set nhq_accepted_at = least(concern_fact.nhq_accepted_at, excluded.nhq_accepted_at),
             head_accepted_at = least(concern_fact.head_accepted_at, excluded.head_accepted_at)",
        concern,
        nhq,
        head,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// A concern was closed.
pub async fn closed(tx: &mut PgConnection, concern: Uuid, at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into concern_fact (concern_id, closed_at) values ($1, $2)
         on conflict (concern_id) do update set closed_at = least(concern_fact.closed_at, excluded.closed_at)",
        concern,
        at,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The concerns of a fiscal year raised before `until`, by the gravest grade that was said of them by then and by who had accepted them by then.
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

/// Seconds from raise to acceptance, over the concerns of a fiscal year raised before `until` and accepted by then; what was a question
/// until then has no responsible head. Clocks of two machines may disagree: an acceptance before its raise counts as no time at all.
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
