//! Integration tests of reporting on a real PostgreSQL: facts in any order, counts by NHQ's calendar, small cells withheld.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod consuming;
mod costs;
mod differences;
mod facts;
mod reports;

use base::database::{Actor, begin};
use harness::{database::Database, row_security};
use reporting::{
    app::{
        fact::{record_fact, record_facts},
        report::{Question, Rules, Table, get_report},
    },
    domain::{
        code::{Disposition, Language, Origin, Region},
        fact::{self, Fact},
        report::{Cell, Report},
        year::Release,
    },
};
use time::{OffsetDateTime, macros::datetime};
use uuid::Uuid;

const NOW: OffsetDateTime = datetime!(2026-11-15 15:00 UTC);
const LIVE: Rules = Rules { threshold: 10, release: Release::Live };

async fn database() -> Database {
    harness::database::fresh(&[&server::MIGRATOR, &reporting::MIGRATOR]).await
}

async fn record(db: &Database, facts: impl IntoIterator<Item = Fact>) {
    let mut tx = begin(&db.pool, &Actor::service("reporting")).await.unwrap();
    for fact in facts {
        record_fact(&mut tx, fact).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn record_together(db: &Database, facts: Vec<Fact>) {
    let mut tx = begin(&db.pool, &Actor::service("reporting")).await.unwrap();
    record_facts(&mut tx, facts).await.unwrap();
    tx.commit().await.unwrap();
}

async fn report(db: &Database, rules: Rules, table: Table) -> Report {
    let question = Question { table, year: None, language: Language::English };
    get_report(&db.pool, rules, NOW, question).await.unwrap().0
}

#[tokio::test]
async fn a_report_changes_no_fact_and_whoever_is_nobody_sees_none() {
    let db = database().await;
    record(&db, [received(1, Origin::Victim, Region::Pacific, NOW)]).await;
    let mut tx = begin(&db.pool, &Actor::person("report", "report")).await.unwrap();
    assert_eq!(row_security::seen(&mut tx).await.keys().map(String::as_str).collect::<Vec<_>>(), ["referral_fact"]);
    assert_eq!(sqlx::query("update referral_fact set site = 'kent'").execute(&mut *tx).await.unwrap().rows_affected(), 0);
    for nobody in [Actor::person("someone", "person"), Actor::person("", "report")] {
        assert!(row_security::seen(&mut begin(&db.pool, &nobody).await.unwrap()).await.is_empty(), "{nobody:?}");
    }
    assert_eq!(row_security::gaps(&db.admin).await, Vec::<String>::new());
}

/// The cells of the line with this key.
fn line<'a>(report: &'a Report, key: &str) -> &'a [Cell] {
    &report.rows.iter().chain(&report.total).find(|row| row.keys == [key]).unwrap().cells
}

fn referral(number: u128) -> Uuid {
    Uuid::from_u128(number + 1)
}

fn received(number: u128, origin: Origin, region: Region, at: OffsetDateTime) -> Fact {
    Fact::Referral(fact::referral::Fact::Received { referral: referral(number), origin, site: "mission".into(), region, at })
}

fn screened(number: u128, disposition: Disposition, at: OffsetDateTime) -> Fact {
    Fact::Referral(fact::referral::Fact::Screened { referral: referral(number), disposition, at })
}
