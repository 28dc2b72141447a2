//! Cost of a report that does not grow with the years: it reads the rows of its own fiscal year, by an index, under row security.

use base::database::{Actor, begin};
use reporting::{
    domain::year::FiscalYear,
    store::{concern, referral},
};
use sqlx::{AssertSqlSafe, PgConnection};
use time::macros::datetime;

use super::*;

const YEARS: i64 = 12;
/// Referrals of a year, and as many concerns; of each kind two decisions, and a graver word.
const A_YEAR: i64 = 1_000;

/// As much for each of twelve years, mixed: nothing of a year stands together.
async fn fill(db: &Database) {
    let rows = format!(
        "create temp table n as select n, timestamptz '2015-04-02' + (n % {YEARS}) * interval '1 year' + n / {YEARS} * interval '6 hours' as at,
                                       md5(n::text)::uuid as id
         from generate_series(0, {YEARS} * {A_YEAR} - 1) n;
         insert into referral_fact (referral_id, origin, site, region, received_at) select id, 'victim', 'mission', 'pacific', at from n;
         insert into decision_fact (referral_id, disposition, screened_at)
         select id, d.disposition, at + interval '1 hour' from n, (values ('accepted'), ('withdrawn')) d (disposition);
         insert into concern_fact (concern_id, grade, site, region, raised_at, nhq_accepted_at, head_accepted_at)
         select id, 'question', 'mission', 'pacific', at, at + interval '1 minute', at + interval '2 minutes' from n;
         insert into concern_grade_fact (concern_id, grade, said_at) select id, 'concern', at + interval '1 hour' from n"
    );
    sqlx::raw_sql(AssertSqlSafe(rows)).execute(&db.admin).await.unwrap();
}

/// Rows that this transaction has read of each table so far: by walking it, and by an index.
async fn read(tx: &mut PgConnection) -> Vec<(String, i64, i64)> {
    let counted =
        "select relname::text, seq_tup_read, coalesce(idx_tup_fetch, 0) from pg_stat_xact_user_tables where relname like '%_fact'";
    sqlx::query_as(counted).fetch_all(tx).await.unwrap()
}

#[tokio::test]
async fn a_report_reads_the_rows_of_its_own_year_however_many_years_there_are() {
    let db = database().await;
    fill(&db).await;
    let (year, until) = (FiscalYear::new(2020), datetime!(2021-03-31 00:00 UTC));
    for known_to_the_planner in [false, true] {
        if known_to_the_planner {
            sqlx::raw_sql("analyze").execute(&db.admin).await.unwrap();
        }
        let mut tx = begin(&db.pool, &Actor::person("report", "report")).await.unwrap();
        let tallies = referral::tally(&mut tx, year, until).await.unwrap();
        assert_eq!(tallies.iter().map(|tally| tally.count).sum::<u64>(), A_YEAR as u64);
        let concerns = concern::tally(&mut tx, year, until).await.unwrap();
        assert_eq!(concerns.iter().map(|tally| tally.count).sum::<u64>(), A_YEAR as u64);
        concern::times_to_accept(&mut tx, year, until).await.unwrap();
        for (table, walked, by_index) in read(&mut tx).await {
            // Of a referral and of a concern everything is read once by each of at most three looks.
            assert!(walked == 0 && by_index <= 6 * A_YEAR, "{walked} and {by_index} rows of {table} are read");
        }
    }
}

#[tokio::test]
async fn a_fact_reads_its_own_row_however_many_there_are() {
    let db = database().await;
    fill(&db).await;
    let mut tx = begin(&db.pool, &Actor::service("reporting")).await.unwrap();
    let facts = (0..50_u128).map(|n| received(n, Origin::Victim, Region::Pacific, NOW)).collect();
    record_facts(&mut tx, facts).await.unwrap();
    for (table, walked, by_index) in read(&mut tx).await {
        assert!(walked == 0 && by_index <= 50, "{walked} and {by_index} rows of {table} are read");
    }
}
