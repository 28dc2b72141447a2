//! Facts on referrals, and their tally. Repeated facts, or facts in another order, give the same row.

use std::collections::{BTreeMap, BTreeSet};

use base::{Error, Result};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    domain::{
        code::{Disposition, Origin, Region},
        fact::referral::{Received, Rows},
        referral::Tally,
        year::{FiscalYear, ZONE, month_index},
    },
    error::unknown_code,
};

/// Stores the facts on referrals, with one statement for each table.
pub async fn record(tx: &mut PgConnection, rows: &Rows) -> sqlx::Result<()> {
    if !rows.received.is_empty() {
        received(tx, &rows.received).await?;
    }
    if !rows.decisions.is_empty() {
        screened(tx, &rows.decisions).await?;
    }
    Ok(())
}

/// Stores received referrals; repetitions are identical.
async fn received(tx: &mut PgConnection, referrals: &BTreeMap<Uuid, Received>) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = referrals.keys().copied().collect();
    let origins: Vec<String> = referrals.values().map(|referral| referral.origin.code().to_owned()).collect();
    let sites: Vec<String> = referrals.values().map(|referral| referral.site.clone()).collect();
    let regions: Vec<String> = referrals.values().map(|referral| referral.region.code().to_owned()).collect();
    let received: Vec<OffsetDateTime> = referrals.values().map(|referral| referral.at).collect();
    sqlx::query!(
        "insert into referral_fact (referral_id, origin, site, region, received_at)
         select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
         on conflict (referral_id) do update
         set origin = excluded.origin, site = excluded.site, region = excluded.region, received_at = excluded.received_at
         where referral_fact.received_at is null",
        &ids,
        &origins,
        &sites,
        &regions,
        &received,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Stores decisions of the RJ Unit. All are kept: which one counts depends on the time of a report.
async fn screened(tx: &mut PgConnection, decisions: &BTreeSet<(Uuid, OffsetDateTime, &'static str)>) -> sqlx::Result<()> {
    let referrals: Vec<Uuid> = decisions.iter().map(|(referral, _, _)| *referral).collect();
    let screened: Vec<OffsetDateTime> = decisions.iter().map(|(_, at, _)| *at).collect();
    let dispositions: Vec<String> = decisions.iter().map(|(_, _, disposition)| (*disposition).to_owned()).collect();
    sqlx::query!(
        "insert into decision_fact (referral_id, disposition, screened_at)
         select * from unnest($1::uuid[], $2::text[], $3::timestamptz[]) on conflict do nothing",
        &referrals,
        &dispositions,
        &screened,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The referrals of a fiscal year received before `until`, each with its latest decision by then, in one statement so that all tables
/// agree. A later decision counts as none yet: a report must not change on the day of a decision [L13].
pub async fn tally(db: &mut PgConnection, year: FiscalYear, until: OffsetDateTime) -> Result<Vec<Tally>> {
    let rows = sqlx::query!(
        r#"select origin as "origin!", region as "region!", decided.disposition as "disposition?",
                  extract(month from received_at at time zone $3)::int as "month!", count(*) as "count!"
           from referral_fact
           left join lateral (
               select disposition from decision_fact d
               where d.referral_id = referral_fact.referral_id and d.screened_at <= $2
               order by d.screened_at desc, d.disposition desc
               limit 1
           ) decided on true
           where received_at >= make_timestamptz($1, 4, 1, 0, 0, 0, $3)
             and received_at < make_timestamptz($1 + 1, 4, 1, 0, 0, 0, $3)
             and received_at < $2
           group by 1, 2, 3, 4"#,
        year.first_calendar_year(),
        until,
        ZONE,
    )
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|row| {
            let disposition = match row.disposition {
                Some(code) => Disposition::parse(&code).ok_or_else(|| unknown_code("disposition"))?,
                None => Disposition::NotScreened,
            };
            Ok::<_, Error>(Tally {
                origin: Origin::parse(&row.origin).ok_or_else(|| unknown_code("origin"))?,
                region: Region::parse(&row.region).ok_or_else(|| unknown_code("region"))?,
                month: month_index(u8::try_from(row.month).unwrap_or_default()),
                disposition,
                count: u64::try_from(row.count).unwrap_or_default(),
            })
        })
        .collect()
}
