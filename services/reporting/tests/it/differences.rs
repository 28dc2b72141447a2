//! A differencing attack: an attacker keeps every report, and compares two releases to derive what neither says [L13] (THREAT-12).
//!
//! The attacker reasons in intervals over all published cells of both releases and the numbers between them, exactly and exhaustively.
#![expect(clippy::indexing_slicing, reason = "numbers are found by their place; a place that is not there fails the test")]

use base::{Caller, Clock};
use proto::{
    reporting::v1::{GetReportRequest, Table as WireTable, report_service_server::ReportService},
    role,
};
use reporting::{
    domain::{
        code::{Audience, Grade},
        concern::ConcernTable,
        referral::{ReferralTable, Referrals, Tally},
        year::FiscalYear,
    },
    grpc::Server,
};

use super::*;

const WORLDS: usize = 2_000;
/// Of a run that does not make every try.
const FEW_WORLDS: usize = 200;
/// Enough to say how much a faster release gives away.
const PAIRS: u64 = 200;
const K: u64 = 10;
/// More than any number of these worlds.
const MUCH: i64 = 1_000_000;

/// Small, fast and always the same (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(sides).unwrap()).unwrap()
    }
}

/// The numbers of a year's five tables in a fixed order, and the sums between them as (whole, parts).
struct Numbers {
    values: Vec<Option<i64>>,
    sums: Vec<(usize, Vec<usize>)>,
    months: Vec<usize>,
    dispositions: Vec<usize>,
}

fn read(year: &Referrals) -> Numbers {
    let mut values = Vec::new();
    let mut add = |cell: &Cell| {
        values.push(match cell {
            Cell::Count(count) => Some(i64::try_from(*count).unwrap()),
            Cell::Withheld | Cell::Seconds(_) => None,
        });
        values.len() - 1
    };
    let grid = year.report(ReferralTable::OriginAndRegion, Language::English);
    let cells: Vec<Vec<usize>> = grid.rows.iter().map(|row| row.cells.iter().map(&mut add).collect()).collect();
    let columns: Vec<usize> = grid.total.unwrap().cells.iter().map(&mut add).collect();
    let (total, regions) = columns.split_last().unwrap();
    let mut sums: Vec<(usize, Vec<usize>)> = vec![(*total, regions.to_vec())];
    sums.push((*total, cells.iter().map(|row| *row.last().unwrap()).collect()));
    for row in &cells {
        let (whole, parts) = row.split_last().unwrap();
        sums.push((*whole, parts.to_vec()));
    }
    for (place, region) in regions.iter().enumerate() {
        sums.push((*region, cells.iter().map(|row| row[place]).collect()));
    }
    let mut list = |table| year.report(table, Language::English).rows.iter().map(|row| add(&row.cells[0])).collect::<Vec<_>>();
    let (months, dispositions) = (list(ReferralTable::Month), list(ReferralTable::Disposition));
    sums.push((*total, months.clone()));
    sums.push((*total, dispositions.clone()));
    Numbers { values, sums, months, dispositions }
}

/// Narrows the intervals by every sum until nothing moves.
fn narrow(bounds: &mut [(i64, i64)], sums: &[(usize, Vec<usize>)]) {
    loop {
        let mut moved = false;
        let mut set = |bounds: &mut [(i64, i64)], at: usize, low: i64, high: i64| {
            let (old_low, old_high) = bounds[at];
            bounds[at] = (old_low.max(low), old_high.min(high));
            assert!(bounds[at].0 <= bounds[at].1, "what was published contradicts itself");
            moved |= bounds[at] != (old_low, old_high);
        };
        for (whole, parts) in sums {
            let (low, high) = parts.iter().fold((0, 0), |(low, high), part| (low + bounds[*part].0, high + bounds[*part].1));
            set(bounds, *whole, low, high);
            let (whole_low, whole_high) = bounds[*whole];
            for part in parts {
                let (part_low, part_high) = bounds[*part];
                set(bounds, *part, whole_low - (high - part_high), whole_high - (low - part_low));
            }
        }
        if !moved {
            return;
        }
    }
}

/// Small numbers, and small differences between two releases, of which the attacker can exclude a value from 1 to k-1.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Found {
    numbers: u32,
    differences: u32,
}

/// What two releases of one year give away. `begun`: the month in which what is new was received.
fn attack(before: &Referrals, after: &Referrals, truth: (&Numbers, &Numbers), begun: usize) -> Found {
    let (old, new) = (read(before), read(after));
    let count = old.values.len();
    let known = |value: &Option<i64>| value.map_or((0, MUCH), |value| (value, value));
    let mut bounds: Vec<(i64, i64)> = old.values.iter().chain(&new.values).map(known).collect();
    let mut sums = old.sums.clone();
    let shifted =
        |by: usize| old.sums.iter().map(move |(whole, parts)| (whole + by, parts.iter().map(|part| part + by).collect::<Vec<_>>()));
    sums.extend(shifted(count));
    sums.extend(shifted(2 * count));
    for number in 0..count {
        // A referral stays where it was counted; only what was decided of it may change.
        let least = if old.dispositions.contains(&number) { -MUCH } else { 0 };
        let most = if old.months.iter().take(begun).any(|month| *month == number) { 0 } else { MUCH };
        bounds.push((least, most));
        sums.push((count + number, vec![number, 2 * count + number]));
    }
    narrow(&mut bounds, &sums);
    let small = |value: i64| value > 0 && value < i64::try_from(K).unwrap();
    let excluded = |(low, high): (i64, i64)| low > 1 || high < i64::try_from(K).unwrap() - 1;
    let mut found = Found::default();
    for number in 0..count {
        let (was, is) = (truth.0.values[number].unwrap(), truth.1.values[number].unwrap());
        found.numbers += u32::from(small(was) && excluded(bounds[number])) + u32::from(small(is) && excluded(bounds[count + number]));
        let moved = (is - was).abs();
        found.differences += u32::from(small(moved) && bounds[2 * count + number].0 == bounds[2 * count + number].1);
    }
    found
}

type One = (Origin, Region, usize, Disposition);

fn year(facts: &[One], threshold: u32) -> Referrals {
    let tallies: Vec<Tally> = facts
        .iter()
        .map(|(origin, region, month, disposition)| Tally {
            origin: *origin,
            region: *region,
            month: *month,
            disposition: *disposition,
            count: 1,
        })
        .collect();
    Referrals::new(FiscalYear::new(2026), &tallies, threshold)
}

/// About as many referrals as a year has, few or many kinds of them.
fn world(dice: &mut Dice) -> Vec<One> {
    let (origins, regions) = (1 + dice.roll(Origin::ALL.len()), 1 + dice.roll(Region::ALL.len()));
    let count = 5 + dice.roll(200);
    let mut facts: Vec<One> = (0..count)
        .map(|_| {
            (
                Origin::ALL[dice.roll(origins)],
                Region::ALL[dice.roll(regions)],
                dice.roll(12),
                Disposition::ALL[dice.roll(Disposition::ALL.len())],
            )
        })
        .collect();
    facts.sort_by_key(|fact| fact.2);
    facts
}

fn total(dice: u64, worlds: u64, releases: impl Fn(&[One], &mut Dice) -> (usize, usize)) -> Found {
    let mut dice = Dice(dice);
    let mut sum = Found::default();
    let threshold = u32::try_from(K).unwrap();
    for _ in 0..worlds {
        let facts = world(&mut dice);
        let (first, second) = releases(&facts, &mut dice);
        let (old, new) = (&facts[..first], &facts[..second]);
        let begun = old.last().map_or(0, |fact| fact.2);
        let truth = (read(&year(old, 1)), read(&year(new, 1)));
        let before = year(old, threshold);
        let after = (first != second).then(|| year(new, threshold));
        let found = attack(&before, after.as_ref().unwrap_or(&before), (&truth.0, &truth.1), begun);
        sum.numbers += found.numbers;
        sum.differences += found.differences;
    }
    sum
}

#[test]
fn from_finished_years_nothing_small_can_be_worked_out_in_two_thousand_worlds_however_often_they_are_asked_for() {
    // A finished year stands still: whoever asks again holds the same report twice.
    let worlds = u64::try_from(harness::tries::of(WORLDS, FEW_WORLDS)).unwrap();
    assert_eq!(total(785, worlds, |facts, _| (facts.len(), facts.len())), Found::default());
}

/// Why those releases are for the RJ Unit alone. The day these are zero, others may have them.
#[test]
fn reports_of_a_year_under_way_give_differences_away_and_the_attacker_is_strong_enough_to_find_them() {
    let month = total(26, PAIRS, |facts, dice| {
        let end = |month: usize| facts.iter().take_while(|fact| fact.2 < month).count();
        let month = 1 + dice.roll(11);
        (end(month), end(month + 1))
    });
    let live = total(27, PAIRS, |facts, dice| {
        let first = dice.roll(facts.len());
        (first, first + 1)
    });
    eprintln!("small differences worked out in {PAIRS} pairs of releases: month {}, live {}", month.differences, live.differences);
    eprintln!("small numbers narrowed by them: month {}, live {}", month.numbers, live.numbers);
    assert!(month.differences > 0 && live.differences > 0);
}

#[tokio::test]
async fn whoever_is_not_of_the_rj_unit_reads_finished_years_only_whatever_the_setting() {
    let db = database().await;
    let server = Server { pool: db.pool.clone(), clock: Clock::fixed(NOW), rules: LIVE };
    let ask = async |role: &str, fiscal_year: i32| {
        let question = GetReportRequest { table: WireTable::ReferralsByOrigin.into(), fiscal_year, language: "en".into() };
        let caller = Caller::acting("reader", &[role], &[], &[], NOW);
        server.get_report(harness::uniform::asked(&caller, question)).await
    };
    assert!(ask(role::RJ_OFFICER, 2026).await.is_ok());
    for role in [role::STATISTICS_OFFICER, role::ACCE] {
        assert!(ask(role, 2025).await.is_ok());
        let refused = ask(role, 2026).await.err().unwrap();
        assert!(refused.message().contains("fiscal-year-not-finished"), "{}", refused.message());
    }
}

#[tokio::test]
async fn a_decision_taken_today_does_not_move_a_report_that_moves_by_the_month() {
    let db = database().await;
    let received_at = datetime!(2026-10-20 12:00 UTC);
    record(&db, (0..12).map(|n| received(n, Origin::Victim, Region::Quebec, received_at))).await;
    let monthly = Rules { release: Release::Month, ..LIVE };
    let by_disposition = Table::Referrals(ReferralTable::Disposition);
    let before = report(&db, monthly, by_disposition).await;
    record(&db, (0..12).map(|n| screened(n, Disposition::Accepted, NOW - time::Duration::HOUR))).await;
    assert_eq!(report(&db, monthly, by_disposition).await, before);
    assert_ne!(report(&db, LIVE, by_disposition).await, before);
}

#[tokio::test]
async fn a_finished_year_does_not_move_when_a_decision_is_made_anew_or_a_concern_is_accepted_late() {
    let db = database().await;
    let last_year = |table| Question { table, year: Some(2025), language: Language::English };
    let tables =
        [Table::Referrals(ReferralTable::Disposition), Table::Concerns(ConcernTable::TimeToAccept), Table::Concerns(ConcernTable::ByGrade)];
    let received_at = datetime!(2025-10-20 12:00 UTC);
    record(&db, (0..36).map(|n| received(n, Origin::Victim, Region::Quebec, received_at))).await;
    record(&db, (0..24).map(|n| screened(n, Disposition::Accepted, received_at + time::Duration::DAY))).await;
    let concern = |n: u128| Uuid::from_u128(1_000 + n);
    let raised = |n| {
        Fact::Concern(fact::concern::Fact::Raised {
            concern: concern(n),
            grade: Grade::Imminent,
            site: "mission".into(),
            region: Region::Pacific,
            at: received_at,
        })
    };
    let accepted = |n, at| Fact::Concern(fact::concern::Fact::Accepted { concern: concern(n), audience: Audience::Nhq, at });
    record(&db, (0..30).map(raised)).await;
    record(&db, (0..15).map(|n| accepted(n, received_at + time::Duration::MINUTE))).await;
    let mut before = Vec::new();
    for table in tables {
        before.push(get_report(&db.pool, LIVE, NOW, last_year(table)).await.unwrap());
    }
    assert_eq!(line(&before[0].0, "accepted"), [Cell::Count(24)]);
    assert_eq!(line(&before[0].0, "not_screened"), [Cell::Count(12)]);

    record(&db, (0..12).map(|n| screened(n, Disposition::Withdrawn, NOW))).await;
    record(&db, (24..36).map(|n| screened(n, Disposition::Accepted, NOW))).await;
    record(&db, (15..30).map(|n| accepted(n, NOW))).await;
    for (table, before) in tables.into_iter().zip(before) {
        let later = NOW + time::Duration::days(400);
        assert_eq!(get_report(&db.pool, LIVE, later, last_year(table)).await.unwrap(), before, "{table:?}");
    }
}
