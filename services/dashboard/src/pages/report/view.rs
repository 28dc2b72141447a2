//! HTML of the reports.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::reporting::v1::{GetReportResponse, Row, Table};
use time::{Month, OffsetDateTime};

use super::{
    chart::{Chart, shown},
    texts::{self, Texts},
};
use crate::{
    parts::{
        address,
        drawing::Drawing,
        filter::Filter,
        form::{Choice, Field, FormValues, Kind},
        refusal::Refusal,
        time::instant_or,
    },
    text::Language,
};

/// The first fiscal year offered: the programme's own figures begin with it.
const FIRST_YEAR: i32 = 2000;

/// Every table, by its word in an address.
const TABLES: [(Table, &str); 7] = [
    (Table::ReferralsByOrigin, "referrals-by-origin"),
    (Table::ReferralsByRegion, "referrals-by-region"),
    (Table::ReferralsByMonth, "referrals-by-month"),
    (Table::ReferralsByDisposition, "referrals-by-disposition"),
    (Table::ReferralsByOriginAndRegion, "referrals-by-origin-and-region"),
    (Table::ConcernTimeToAccept, "concern-time-to-accept"),
    (Table::ConcernsByGrade, "concerns-by-grade"),
];

const fn title(table: Table, texts: &Texts) -> &'static str {
    match table {
        Table::Unspecified | Table::ReferralsByOrigin => texts.by_origin,
        Table::ReferralsByRegion => texts.by_region,
        Table::ReferralsByMonth => texts.by_month,
        Table::ReferralsByDisposition => texts.by_disposition,
        Table::ReferralsByOriginAndRegion => texts.by_origin_and_region,
        Table::ConcernTimeToAccept => texts.time_to_accept,
        Table::ConcernsByGrade => texts.by_grade,
    }
}

/// Which table of which year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chosen {
    pub table: Table,
    /// The first calendar year of it; 0 for the latest that the service reports.
    pub fiscal_year: i32,
    /// The fiscal year that runs now.
    current: i32,
}

impl Chosen {
    /// As the address says; the first table, of the latest year, where it says nothing that there is.
    #[must_use]
    pub fn of(table: &str, fiscal_year: &str, now: OffsetDateTime) -> Self {
        let current = if now.month() as u8 >= Month::April as u8 { now.year() } else { now.year() - 1 };
        let table = TABLES.iter().find(|(_, word)| *word == table).map_or(Table::ReferralsByOrigin, |(table, _)| *table);
        let year = fiscal_year.trim().parse().ok().filter(|year| (FIRST_YEAR..=current).contains(year));
        Self { table, fiscal_year: year.unwrap_or_default(), current }
    }

    /// The word of the table in an address.
    #[must_use]
    pub fn word(&self) -> &'static str {
        TABLES.iter().find(|(table, _)| *table == self.table).map_or("", |(_, word)| *word)
    }

    /// The year in an address; empty for the latest.
    #[must_use]
    pub fn year(&self) -> String {
        if self.fiscal_year == 0 { String::new() } else { self.fiscal_year.to_string() }
    }
}

/// The page of one table.
#[must_use]
pub fn page(report: &GetReportResponse, chosen: &Chosen, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let csv = address::with(&drawing.address("/reports/csv"), &[("table", chosen.word()), ("fiscal_year", &chosen.year())]);
    html! {
        h1 { (report.title) }
        (filter(chosen, drawing))
        (Chart::of(report).draw(drawing.language))
        (table(report, drawing.language))
        p class="hint" { (report.note) }
        p class="hint" { (texts.as_of) " " (instant_or(report.as_of.as_ref().and_then(at), "")) }
        p class="actions" { a href=(csv) download { (texts.csv) } span class="hint" { (texts.print) } }
    }
}

/// The page of a table that the service does not report, as of a year that has not ended: why, and what else can be chosen.
#[must_use]
pub fn unreported(refusal: &Refusal, chosen: &Chosen, drawing: &Drawing<'_>) -> Markup {
    html! {
        h1 { (title(chosen.table, texts::of(drawing.language))) }
        (filter(chosen, drawing))
        p class="notice" { (refusal.words) }
        (refusal.rule(drawing.language))
    }
}

fn filter(chosen: &Chosen, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let tables = TABLES.iter().map(|(table, word)| Choice::new(word, title(*table, texts))).collect();
    let years = (FIRST_YEAR..=chosen.current).rev().map(|year| Choice::new(year, &format!("{year}-{}", year + 1))).collect();
    let fields = vec![
        Field::new("table", texts.table, Kind::Select(tables)),
        Field::new("fiscal_year", texts.fiscal_year, Kind::Select(years)).blank(texts.latest_year),
    ];
    let filled = FormValues::default().with("table", chosen.word()).with("fiscal_year", &chosen.year());
    Filter { action: drawing.address("/reports"), fields, submit: texts.show }.draw(&filled, drawing.language)
}

/// The same numbers as the chart, and all others.
fn table(report: &GetReportResponse, language: Language) -> Markup {
    html! {
        div class="scroll" role="region" aria-labelledby="report-caption" tabindex="0" {
            table class="numbers" {
                caption id="report-caption" { (report.title) }
                thead { tr { @for column in &report.columns { th scope="col" { (column) } } } }
                tbody { @for row in &report.rows { (line(row, language)) } }
                @if let Some(total) = &report.total { tfoot { (line(total, language)) } }
            }
        }
    }
}

fn line(row: &Row, language: Language) -> Markup {
    html! {
        tr {
            @for label in &row.labels { th scope="row" { (label) } }
            @for cell in &row.cells { td { (shown(cell, language)) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use proto::reporting::v1::Table;
    use time::macros::datetime;

    use super::*;

    #[test]
    fn every_table_of_the_service_is_offered_and_what_there_is_not_leads_to_the_first_of_the_latest_year() {
        let offered: Vec<i32> = TABLES.iter().map(|(table, _)| *table as i32).collect();
        assert!((1..).take_while(|n| Table::try_from(*n).is_ok()).all(|n| offered.contains(&n)));
        let spring = datetime!(2027-03-31 12:00 UTC);
        let nothing = Chosen::of("of-tomorrow", "1867", spring);
        assert_eq!((nothing.table, nothing.fiscal_year, nothing.current), (Table::ReferralsByOrigin, 0, 2026));
        let chosen = Chosen::of("concerns-by-grade", "2025", spring);
        assert_eq!((chosen.table, chosen.fiscal_year, chosen.word()), (Table::ConcernsByGrade, 2025, "concerns-by-grade"));
        assert_eq!(Chosen::of("", "", datetime!(2027-04-01 12:00 UTC)).current, 2027);
        assert_eq!((chosen.year().as_str(), nothing.year().as_str()), ("2025", ""));
    }
}
