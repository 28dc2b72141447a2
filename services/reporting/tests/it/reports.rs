//! Reports as a caller gets them.

use base::Error;
use reporting::domain::{
    code::{Audience, Grade},
    concern::ConcernTable,
    referral::ReferralTable,
};
use time::macros::datetime;

use super::*;

const BY_ORIGIN: Table = Table::Referrals(ReferralTable::Origin);
const BY_MONTH: Table = Table::Referrals(ReferralTable::Month);

fn many(from: u128, count: u128, origin: Origin, region: Region, at: OffsetDateTime) -> impl Iterator<Item = Fact> {
    (from..from + count).map(move |n| received(n, origin, region, at))
}

#[tokio::test]
async fn a_fiscal_year_and_its_months_begin_at_midnight_in_ottawa() {
    let db = database().await;
    record(&db, many(0, 10, Origin::Victim, Region::Quebec, datetime!(2026-04-01 03:59:59 UTC))).await;
    record(&db, many(100, 11, Origin::Victim, Region::Quebec, datetime!(2026-04-01 04:00 UTC))).await;
    record(&db, many(200, 12, Origin::Victim, Region::Quebec, datetime!(2026-11-01 03:59 UTC))).await;
    let this_year = report(&db, LIVE, BY_MONTH).await;
    assert_eq!(line(&this_year, "2026-04"), [Cell::Count(11)]);
    assert_eq!(line(&this_year, "2026-10"), [Cell::Count(12)], "still October in Ottawa");
    assert_eq!(line(&this_year, "total"), [Cell::Count(23)]);
    let question = Question { table: BY_MONTH, year: Some(2025), language: Language::French };
    let (last_year, _) = get_report(&db.pool, LIVE, NOW, question).await.unwrap();
    assert_eq!(line(&last_year, "2026-03"), [Cell::Count(10)]);
    assert_eq!(last_year.rows[11].labels, ["mars 2026"]);
}

#[tokio::test]
async fn one_victims_referral_among_many_cannot_be_found_by_subtraction() {
    let db = database().await;
    let at = datetime!(2026-06-02 15:00 UTC);
    record(&db, many(0, 1, Origin::Victim, Region::Atlantic, at)).await;
    record(&db, many(100, 30, Origin::Institutional, Region::Atlantic, at)).await;
    record(&db, many(200, 20, Origin::Community, Region::Ontario, at)).await;
    let report = report(&db, LIVE, BY_ORIGIN).await;
    assert_eq!(line(&report, "victim"), [Cell::Withheld]);
    let shown = report.rows.iter().filter(|r| matches!(r.cells[0], Cell::Count(n) if n > 0)).count();
    assert!(shown < 2, "two of three shown and the total would give the third");
    assert!(report.note.contains("from 1 to 9"));
}

#[tokio::test]
async fn how_long_nhq_took_is_the_median_over_all_it_accepted() {
    let db = database().await;
    let raised = datetime!(2026-09-09 09:09:09 UTC);
    for n in 0..11_u32 {
        let concern = Uuid::from_u128(u128::from(n) + 1);
        let at = raised + time::Duration::seconds(i64::from(n) * 10);
        record(
            &db,
            [
                Fact::Concern(fact::concern::Fact::Raised {
                    concern,
                    grade: Grade::Imminent,
                    site: "mission".into(),
                    region: Region::Pacific,
                    at: raised,
                }),
                Fact::Concern(fact::concern::Fact::Accepted { concern, audience: Audience::Nhq, at }),
            ],
        )
        .await;
    }
    let concern = Uuid::from_u128(1);
    record(&db, [Fact::Concern(fact::concern::Fact::Accepted { concern, audience: Audience::ResponsibleHead, at: raised })]).await;
    let times = report(&db, LIVE, Table::Concerns(ConcernTable::TimeToAccept)).await;
    assert_eq!(line(&times, "nhq"), [Cell::Count(11), Cell::Seconds(50.0), Cell::Seconds(95.0)]);
    assert_eq!(line(&times, "responsible_head"), [Cell::Withheld; 3], "one head's time is one person's");
    let grades = report(&db, LIVE, Table::Concerns(ConcernTable::ByGrade)).await;
    assert_eq!(line(&grades, "imminent"), [Cell::Count(11)]);
    assert_eq!(line(&grades, "question"), [Cell::Count(0)]);
}

#[tokio::test]
async fn a_report_that_moves_by_the_month_does_not_move_today() {
    let db = database().await;
    record(&db, many(0, 15, Origin::Victim, Region::Quebec, datetime!(2026-10-20 12:00 UTC))).await;
    record(&db, many(100, 15, Origin::Victim, Region::Quebec, NOW - time::Duration::HOUR)).await;
    let monthly = Rules { release: Release::Month, ..LIVE };
    assert_eq!(line(&report(&db, monthly, BY_ORIGIN).await, "victim"), [Cell::Count(15)]);
    assert_eq!(line(&report(&db, LIVE, BY_ORIGIN).await, "victim"), [Cell::Count(30)]);
    let yearly = Rules { release: Release::Year, ..LIVE };
    assert_eq!(line(&report(&db, yearly, BY_ORIGIN).await, "victim"), [Cell::Count(0)], "2025-2026 had none");
    let question = Question { table: BY_ORIGIN, year: Some(2026), language: Language::English };
    let refused = get_report(&db.pool, yearly, NOW, question).await.unwrap_err();
    assert!(matches!(refused, Error::Refused(r) if r.reason == "fiscal-year-not-finished"));
}

#[tokio::test]
async fn a_year_that_has_not_begun_is_refused_in_both_languages() {
    let db = database().await;
    for year in [2027, 1989, i32::MAX, i32::MIN] {
        let question = Question { table: BY_ORIGIN, year: Some(year), language: Language::English };
        let Err(Error::Refused(refusal)) = get_report(&db.pool, LIVE, NOW, question).await else { panic!("{year}") };
        assert_eq!((refusal.reason, refusal.field), ("fiscal-year-unknown", Some("fiscal_year")));
        assert!(refusal.en.contains("2026") && refusal.fr.contains("2026"));
    }
}

/// Concerns of this year, raised with a grade.
fn raised(from: u128, count: u128, grade: Grade, at: OffsetDateTime) -> impl Iterator<Item = Fact> {
    (from..from + count).map(move |n| {
        Fact::Concern(fact::concern::Fact::Raised {
            concern: Uuid::from_u128(n + 1),
            grade,
            site: "mission".into(),
            region: Region::Pacific,
            at,
        })
    })
}

fn graver(concern: u128, grade: Grade, at: OffsetDateTime) -> Fact {
    Fact::Concern(fact::concern::Fact::Graver { concern: Uuid::from_u128(concern + 1), grade, at })
}

#[tokio::test]
async fn a_concern_said_again_graver_is_counted_by_its_gravest_grade() {
    let db = database().await;
    let rules = Rules { threshold: 2, ..LIVE };
    let at = datetime!(2026-09-09 09:09:09 UTC);
    let minute = time::Duration::MINUTE;
    // A graver word may arrive before the concern.
    record(&db, [graver(0, Grade::Imminent, at + minute * 2), graver(0, Grade::Concern, at + minute)]).await;
    record(&db, raised(0, 5, Grade::Question, at)).await;
    record(&db, (1..3).map(|n| graver(n, Grade::Concern, at + minute))).await;
    // Said later, and less grave: nothing is lowered.
    record(&db, raised(10, 3, Grade::Imminent, at).chain([graver(10, Grade::Concern, at + minute)])).await;
    let grades = report(&db, rules, Table::Concerns(ConcernTable::ByGrade)).await;
    let cells = ["imminent", "concern", "question", "total"].map(|key| line(&grades, key).to_vec());
    assert_eq!(cells, [4, 2, 2, 8].map(|count| vec![Cell::Count(count)]));
    // What was a question has a head once it is graver.
    let accepted = |n: u128| {
        Fact::Concern(fact::concern::Fact::Accepted {
            concern: Uuid::from_u128(n + 1),
            audience: Audience::ResponsibleHead,
            at: at + minute * 3,
        })
    };
    record(&db, [accepted(0), accepted(1), accepted(2)]).await;
    let times = report(&db, rules, Table::Concerns(ConcernTable::TimeToAccept)).await;
    assert_eq!(times.rows[1].cells[..2], [Cell::Count(3), Cell::Seconds(180.0)]);
}

#[tokio::test]
async fn a_graver_word_that_comes_after_the_year_has_ended_moves_no_report_of_that_year() {
    let db = database().await;
    let table = Table::Concerns(ConcernTable::ByGrade);
    let question = Question { table, year: Some(2025), language: Language::English };
    let finished = async || get_report(&db.pool, Rules { threshold: 2, ..LIVE }, NOW, question).await.unwrap().0;
    record(&db, raised(0, 6, Grade::Concern, datetime!(2026-03-31 12:00 UTC))).await;
    let before = finished().await;
    // Midnight in Ottawa ends the year; the moment before it still counts.
    record(&db, (0..3).map(|n| graver(n, Grade::Imminent, datetime!(2026-04-01 04:00 UTC)))).await;
    assert_eq!(finished().await, before);
    record(&db, (0..3).map(|n| graver(n, Grade::Imminent, datetime!(2026-04-01 03:59:59 UTC)))).await;
    let cells = ["imminent", "concern"].map(|key| line(&before, key).to_vec());
    assert_eq!(cells, [vec![Cell::Count(0)], vec![Cell::Count(6)]]);
    let after = finished().await;
    assert_eq!(["imminent", "concern"].map(|key| line(&after, key).to_vec()), [vec![Cell::Count(3)], vec![Cell::Count(3)]]);
}
