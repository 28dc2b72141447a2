//! Use case: read one table of the annual report, with small cells withheld [L13, IM1].

use base::{
    Refusal, Result,
    database::{self, Actor},
};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

use crate::{
    domain::{
        code::Language,
        concern::{ConcernTable, Concerns},
        referral::{ReferralTable, Referrals},
        report::Report,
        year::{FiscalYear, Release},
    },
    error,
    store::{self, year::Calendar},
};

/// Name in the row-security policies for the reach of a report.
const REPORT: &str = "report";

/// Table of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    Referrals(ReferralTable),
    Concerns(ConcernTable),
}

/// The request; without a year, the latest one reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    pub table: Table,
    pub year: Option<i32>,
    pub language: Language,
}

/// Settings of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Numbers from 1 to this less one are withheld.
    pub threshold: u32,
    pub release: Release,
}

impl Rules {
    /// The rules for a reader. The RJ Unit works the queue itself, so no report discloses more to it; for all others a year is reported
    /// when it has ended. Comparing two reports of a year under way would reveal by subtraction what is withheld in each [L13].
    #[must_use]
    pub fn for_reader(self, of_the_unit: bool) -> Self {
        if of_the_unit { self } else { Self { release: Release::Year, ..self } }
    }
}

/// The report, and the time up to which it counts.
///
/// # Errors
/// The year has not begun, or is not reported yet; the database does not answer.
pub async fn get_report(pool: &PgPool, rules: Rules, now: OffsetDateTime, question: Question) -> Result<(Report, OffsetDateTime)> {
    // Every reader gets the same numbers: the database need not know who reads, only that nothing is written.
    let mut tx = database::begin(pool, &Actor::person("report", REPORT)).await?;
    let calendar = store::year::calendar(&mut tx, now).await?;
    let (latest, until) = match rules.release {
        Release::Live => (calendar.year, now),
        Release::Month => (calendar.year, calendar.month_begins),
        Release::Year => (FiscalYear::new(calendar.year.first_calendar_year() - 1), calendar.year_begins),
    };
    let year = question.year.map_or(latest, FiscalYear::new);
    check_year(year, latest, calendar)?;
    // A decision or acceptance after the end of a year counts in no report of it: a finished year does not change [L13].
    let until = until.min(store::year::end(&mut tx, year).await?);
    let report = build(&mut tx, rules.threshold, year, until, question).await?;
    tx.commit().await?;
    Ok((report, until))
}

async fn build(db: &mut PgConnection, threshold: u32, year: FiscalYear, until: OffsetDateTime, question: Question) -> Result<Report> {
    let language = question.language;
    Ok(match question.table {
        Table::Referrals(table) => {
            let tallies = store::referral::tally(db, year, until).await?;
            Referrals::new(year, &tallies, threshold).report(table, language)
        }
        Table::Concerns(table) => {
            let tallies = store::concern::tally(db, year, until).await?;
            let times = store::concern::times_to_accept(db, year, until).await?;
            Concerns::new(year, &tallies, times, threshold).report(table, language)
        }
    })
}

fn check_year(year: FiscalYear, latest: FiscalYear, calendar: Calendar) -> std::result::Result<(), Refusal> {
    let first = year.first_calendar_year();
    if first < FiscalYear::FIRST || year > calendar.year {
        return Err(error::fiscal_year_unknown(first, FiscalYear::FIRST, calendar.year.first_calendar_year()));
    }
    if year > latest {
        return Err(error::fiscal_year_not_finished(&year.label()));
    }
    Ok(())
}
