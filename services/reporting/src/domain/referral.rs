//! Referrals of a fiscal year: five tables that share their totals, and therefore one decision on what is withheld.

use std::collections::BTreeMap;

use super::{
    code::{Disposition, Language, Origin, Region},
    report::{Cell, Counted, Report, Row, note},
    suppress::{Decision, Network},
    year::FiscalYear,
};

/// One of the five tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferralTable {
    Origin,
    Region,
    Month,
    Disposition,
    OriginAndRegion,
}

/// Number of referrals of one kind; `month` counts from 0 for April.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    pub origin: Origin,
    pub region: Region,
    pub month: usize,
    pub disposition: Disposition,
    pub count: u64,
}

/// Referrals of a year, with the suppression decided.
pub struct Referrals {
    year: FiscalYear,
    threshold: u32,
    decision: Decision,
    total: Counted,
    origins: BTreeMap<Origin, Counted>,
    regions: BTreeMap<Region, Counted>,
    cells: BTreeMap<(Origin, Region), Counted>,
    months: BTreeMap<usize, Counted>,
    dispositions: BTreeMap<Disposition, Counted>,
}

// Nodes of the network: referrals flow from the total through origins and regions, then months, then dispositions, and back.
const START: usize = 0;
const PLACED: usize = 1;
const DATED: usize = 2;
const DECIDED: usize = 3;
const FIRST_ORIGIN: usize = 4;
const FIRST_REGION: usize = FIRST_ORIGIN + Origin::ALL.len();

impl Referrals {
    /// Sums the tallies and decides what is withheld in all tables at once.
    #[must_use]
    pub fn new(year: FiscalYear, tallies: &[Tally], threshold: u32) -> Self {
        let sum = |of: &dyn Fn(&Tally) -> bool| tallies.iter().filter(|t| of(t)).map(|t| t.count).sum::<u64>();
        let mut network = Network::default();
        let mut counted = |from, to, value, totals: &[Counted]| {
            let totals: Vec<_> = totals.iter().map(|t| t.id).collect();
            Counted { id: network.add(from, to, value, &totals), value }
        };
        let total = counted(DECIDED, START, sum(&|_| true), &[]);
        let mut origins = BTreeMap::new();
        for (index, origin) in Origin::ALL.iter().enumerate() {
            origins.insert(*origin, counted(START, FIRST_ORIGIN + index, sum(&|t| t.origin == *origin), &[total]));
        }
        let mut regions = BTreeMap::new();
        for (index, region) in Region::ALL.iter().enumerate() {
            regions.insert(*region, counted(FIRST_REGION + index, PLACED, sum(&|t| t.region == *region), &[total]));
        }
        let mut cells = BTreeMap::new();
        for (from, (origin, row)) in origins.iter().enumerate() {
            for (to, (region, column)) in regions.iter().enumerate() {
                let value = sum(&|t| t.origin == *origin && t.region == *region);
                cells.insert((*origin, *region), counted(FIRST_ORIGIN + from, FIRST_REGION + to, value, &[*row, *column]));
            }
        }
        let months = (0..12).map(|m| (m, counted(PLACED, DATED, sum(&|t| t.month == m), &[total]))).collect();
        let dispositions =
            Disposition::ALL.iter().map(|d| (*d, counted(DATED, DECIDED, sum(&|t| t.disposition == *d), &[total]))).collect();
        let decision = network.decide(threshold);
        Self { year, threshold, decision, total, origins, regions, cells, months, dispositions }
    }

    /// One of the tables, in one language.
    #[must_use]
    pub fn report(&self, table: ReferralTable, language: Language) -> Report {
        let (rows, total) = match table {
            ReferralTable::Origin => (self.lines(&self.origins, |o| (o.code(), o.label(language))), vec![self.cell(self.total)]),
            ReferralTable::Region => (self.lines(&self.regions, |r| (r.code(), r.label(language))), vec![self.cell(self.total)]),
            ReferralTable::Disposition => (self.lines(&self.dispositions, |d| (d.code(), d.label(language))), vec![self.cell(self.total)]),
            ReferralTable::Month => (self.month_lines(language), vec![self.cell(self.total)]),
            ReferralTable::OriginAndRegion => {
                let sums = self.regions.values().chain([&self.total]).map(|c| self.cell(*c)).collect();
                (self.grid_lines(language), sums)
            }
        };
        Report {
            title: format!("{}, {} {}", title(table, language), language.pick("fiscal year", "exercice"), self.year.label()),
            columns: columns(table, language),
            rows,
            total: Some(Row::total(language, total)),
            note: note(language, self.threshold),
        }
    }

    fn lines<K: Copy>(&self, numbers: &BTreeMap<K, Counted>, text: impl Fn(K) -> (&'static str, &'static str)) -> Vec<Row> {
        numbers
            .iter()
            .map(|(key, counted)| {
                let (code, label) = text(*key);
                Row::new(code, label, vec![self.cell(*counted)])
            })
            .collect()
    }

    fn month_lines(&self, language: Language) -> Vec<Row> {
        let months = self.year.months(language).zip(self.months.values());
        months.map(|((key, label), counted)| Row::new(key, label, vec![self.cell(*counted)])).collect()
    }

    fn grid_lines(&self, language: Language) -> Vec<Row> {
        let line = |origin: &Origin, sum: &Counted| {
            let row = self.cells.range((*origin, Region::Atlantic)..=(*origin, Region::Unknown)).map(|(_, c)| c);
            let cells = row.chain([sum]).map(|c| self.cell(*c)).collect();
            Row::new(origin.code(), origin.label(language), cells)
        };
        self.origins.iter().map(|(origin, sum)| line(origin, sum)).collect()
    }

    fn cell(&self, counted: Counted) -> Cell {
        counted.cell(&self.decision)
    }
}

const fn title(table: ReferralTable, language: Language) -> &'static str {
    match table {
        ReferralTable::Origin => language.pick("Referrals by origin", "Renvois selon l’origine"),
        ReferralTable::Region => language.pick("Referrals by region", "Renvois selon la région"),
        ReferralTable::Month => language.pick("Referrals by month", "Renvois selon le mois"),
        ReferralTable::Disposition => language.pick("Referrals by disposition", "Renvois selon la décision"),
        ReferralTable::OriginAndRegion => language.pick("Referrals by origin and region", "Renvois selon l’origine et la région"),
    }
}

fn columns(table: ReferralTable, language: Language) -> Vec<String> {
    let first = match table {
        ReferralTable::Origin | ReferralTable::OriginAndRegion => language.pick("Origin", "Origine"),
        ReferralTable::Region => language.pick("Region", "Région"),
        ReferralTable::Month => language.pick("Month", "Mois"),
        ReferralTable::Disposition => language.pick("Disposition", "Décision"),
    };
    let mut columns = vec![first.to_owned()];
    if table == ReferralTable::OriginAndRegion {
        columns.extend(Region::ALL.iter().map(|r| r.label(language).to_owned()));
        columns.push("Total".to_owned());
    } else {
        columns.push(language.pick("Referrals", "Renvois").to_owned());
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLES: [ReferralTable; 5] =
        [ReferralTable::Origin, ReferralTable::Region, ReferralTable::Month, ReferralTable::Disposition, ReferralTable::OriginAndRegion];

    fn tally(origin: Origin, region: Region, count: u64) -> Tally {
        Tally { origin, region, month: 0, disposition: Disposition::Accepted, count }
    }

    fn cells(report: &Report) -> Vec<Cell> {
        report.rows.iter().flat_map(|r| r.cells.clone()).chain(report.total.iter().flat_map(|r| r.cells.clone())).collect()
    }

    #[test]
    fn the_same_number_has_the_same_fate_in_every_table_it_stands_in() {
        let year = Referrals::new(
            FiscalYear::new(2026),
            &[
                tally(Origin::Victim, Region::Pacific, 40),
                tally(Origin::Victim, Region::Ontario, 3),
                tally(Origin::Institutional, Region::Pacific, 30),
                tally(Origin::Institutional, Region::Ontario, 25),
            ],
            10,
        );
        let grid = year.report(ReferralTable::OriginAndRegion, Language::English);
        let origins = year.report(ReferralTable::Origin, Language::English);
        let regions = year.report(ReferralTable::Region, Language::English);
        for (wide, narrow) in grid.rows.iter().zip(&origins.rows) {
            assert_eq!(wide.cells.last(), narrow.cells.first());
        }
        for (sum, narrow) in grid.total.unwrap().cells.iter().zip(&regions.rows) {
            assert_eq!(sum, &narrow.cells[0]);
        }
        let victim = &grid.rows[0];
        assert_eq!(victim.cells[2], Cell::Withheld, "three victims' referrals in Ontario");
        assert_eq!(victim.cells[4], Cell::Withheld, "or they would be the difference");
        assert_eq!(victim.cells[7], Cell::Count(43));
        assert_eq!(victim.cells[0], Cell::Count(0));
    }

    #[test]
    fn every_table_has_as_many_columns_as_cells_and_the_same_shape_in_both_languages() {
        let year = Referrals::new(FiscalYear::new(2026), &[tally(Origin::Victim, Region::Unknown, 12)], 10);
        for table in TABLES {
            let (english, french) = (year.report(table, Language::English), year.report(table, Language::French));
            for report in [&english, &french] {
                assert!(report.rows.iter().chain(&report.total).all(|r| r.cells.len() + 1 == report.columns.len()));
                assert!(cells(report).contains(&Cell::Count(12)));
            }
            assert_ne!(english.title, french.title);
            let keys = |report: &Report| report.rows.iter().map(|r| r.keys.clone()).collect::<Vec<_>>();
            assert_eq!(keys(&english), keys(&french));
        }
    }

    #[test]
    fn of_a_year_with_nine_referrals_no_table_says_a_number() {
        let year = Referrals::new(FiscalYear::new(2026), &[tally(Origin::Community, Region::Quebec, 9)], 10);
        for table in TABLES {
            assert!(cells(&year.report(table, Language::French)).iter().all(|c| *c == Cell::Withheld));
        }
    }

    #[test]
    fn a_year_without_referrals_is_shown_as_zeros() {
        let year = Referrals::new(FiscalYear::new(2026), &[], 10);
        for table in TABLES {
            assert!(cells(&year.report(table, Language::English)).iter().all(|c| *c == Cell::Count(0)));
        }
    }
}
