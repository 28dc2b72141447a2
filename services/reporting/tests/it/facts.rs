//! Facts from other services: the same ones, twice and in any order, give the same rows.

use reporting::domain::{
    code::{Audience, Grade, Stage},
    fact::Fact,
};
use sqlx::Row;
use time::macros::datetime;

use super::*;

/// Every row of every fact table, as text.
async fn everything(db: &Database) -> Vec<String> {
    let mut rows = Vec::new();
    for table in [
        "select row_to_json(t)::text as line from referral_fact t order by 1",
        "select row_to_json(t)::text as line from decision_fact t order by 1",
        "select row_to_json(t)::text as line from case_fact t order by 1",
        "select row_to_json(t)::text as line from concern_fact t order by 1",
        "select row_to_json(t)::text as line from concern_grade_fact t order by 1",
    ] {
        let found = sqlx::query(table).fetch_all(&db.admin).await.unwrap();
        rows.extend(found.iter().map(|row| row.get::<String, _>("line")));
    }
    rows
}

fn story() -> Vec<Fact> {
    let (case, concern) = (Uuid::from_u128(500), Uuid::from_u128(600));
    let at = |minute| datetime!(2026-10-01 12:00 UTC) + time::Duration::minutes(minute);
    vec![
        received(0, Origin::Victim, Region::Pacific, at(0)),
        screened(0, Disposition::DeferredForPreparation, at(10)),
        screened(0, Disposition::Accepted, at(20)),
        Fact::Case(fact::case::Fact::Opened { case, referral: referral(0), at: at(21) }),
        Fact::Case(fact::case::Fact::Moved { case, stage: Stage::Preparation, at: at(30) }),
        Fact::Case(fact::case::Fact::Moved { case, stage: Stage::Mediation, at: at(40) }),
        Fact::Concern(fact::concern::Fact::Raised {
            concern,
            grade: Grade::Imminent,
            site: "mission".into(),
            region: Region::Pacific,
            at: at(50),
        }),
        Fact::Concern(fact::concern::Fact::Accepted { concern, audience: Audience::ResponsibleHead, at: at(51) }),
        Fact::Concern(fact::concern::Fact::Accepted { concern, audience: Audience::Nhq, at: at(53) }),
        Fact::Concern(fact::concern::Fact::Accepted { concern, audience: Audience::Nhq, at: at(52) }),
        Fact::Concern(fact::concern::Fact::Graver { concern, grade: Grade::Imminent, at: at(55) }),
        Fact::Concern(fact::concern::Fact::Closed { concern, at: at(90) }),
        Fact::NotCounted,
    ]
}

#[tokio::test]
async fn facts_that_come_late_twice_or_backwards_end_in_the_same_rows() {
    let forwards = database().await;
    record(&forwards, story()).await;
    let expected = everything(&forwards).await;
    assert_eq!(expected.len(), 6, "one referral with two decisions, one case, one concern and one graver word");
    assert!(expected[4].contains("12:52:00"), "the earliest acceptance stands");

    let backwards = database().await;
    record(&backwards, story().into_iter().rev()).await;
    assert_eq!(everything(&backwards).await, expected);

    record(&forwards, story()).await;
    assert_eq!(everything(&forwards).await, expected, "recorded twice");

    let shuffled = database().await;
    let (even, odd): (Vec<_>, Vec<_>) = story().into_iter().enumerate().partition(|(i, _)| i % 2 == 0);
    record(&shuffled, odd.into_iter().chain(even).map(|(_, fact)| fact)).await;
    assert_eq!(everything(&shuffled).await, expected);
}

#[tokio::test]
async fn facts_that_come_together_end_in_the_same_rows_as_one_by_one() {
    let one_by_one = database().await;
    record(&one_by_one, story()).await;
    let expected = everything(&one_by_one).await;
    let twice: Vec<Fact> = story().into_iter().chain(story()).collect();
    let backwards = twice.iter().rev().cloned().collect();
    for facts in [twice.clone(), backwards] {
        let together = database().await;
        record_together(&together, facts.clone()).await;
        assert_eq!(everything(&together).await, expected);
        record_together(&together, facts).await;
        assert_eq!(everything(&together).await, expected, "recorded again");
    }
    // What one half leaves open, the other fills.
    for split in 1..story().len() {
        let halves = database().await;
        let mut first = story();
        let second = first.split_off(split);
        record_together(&halves, second).await;
        record_together(&halves, first).await;
        assert_eq!(everything(&halves).await, expected, "split at {split}");
    }
}

#[tokio::test]
async fn a_decision_on_a_referral_not_yet_received_is_counted_when_it_is() {
    let db = database().await;
    let rules = Rules { threshold: 2, ..LIVE };
    let table = Table::Referrals(reporting::domain::referral::ReferralTable::Disposition);
    record(&db, (0..3).map(|n| screened(n, Disposition::Withdrawn, NOW))).await;
    assert_eq!(line(&report(&db, rules, table).await, "total"), [Cell::Count(0)]);
    record(&db, (0..3).map(|n| received(n, Origin::Community, Region::Ontario, NOW - time::Duration::HOUR))).await;
    assert_eq!(line(&report(&db, rules, table).await, "withdrawn"), [Cell::Count(3)]);
}

#[tokio::test]
async fn no_column_of_the_database_could_hold_a_name_or_a_text() {
    let db = database().await;
    let rows = sqlx::query(
        "select table_name || '.' || column_name as line from information_schema.columns
         where table_schema = 'public' and table_name like '%\\_fact' and data_type = 'text' order by 1",
    )
    .fetch_all(&db.admin)
    .await
    .unwrap();
    let free: Vec<String> = rows.iter().map(|row| row.get("line")).collect();
    let codes = ["disposition", "grade", "origin", "region", "site", "stage"];
    assert!(free.iter().all(|column| codes.iter().any(|code| column.ends_with(&format!(".{code}")))), "{free:?}");
    let name = Fact::Concern(fact::concern::Fact::Raised {
        concern: Uuid::from_u128(1),
        grade: Grade::Concern,
        site: "Fictional Person, born 1 April".into(),
        region: Region::Unknown,
        at: NOW,
    });
    let mut db = begin(&db.pool, &Actor::service("reporting")).await.unwrap();
    assert!(record_fact(&mut db, name).await.is_err(), "a site column takes a site code and nothing else");
}
