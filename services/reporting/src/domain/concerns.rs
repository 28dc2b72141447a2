//! A fiscal year's concerns: how many of each grade, and how long each audience took to accept [R3e, RM1b].

use super::{
    code::{Audience, Grade, Language},
    report::{Cell, Counted, Report, Row, note},
    suppress::{Network, is_small},
    year::FiscalYear,
};

/// Concerns of one grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GradeTally {
    pub grade: Grade,
    pub count: u64,
}

/// How long one audience took, over the concerns it has accepted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimeToAccept {
    pub audience: Audience,
    pub count: u64,
    pub median_seconds: f64,
    pub p95_seconds: f64,
}

/// Concerns by grade.
#[must_use]
pub fn by_grade(year: FiscalYear, tallies: &[GradeTally], threshold: u32, language: Language) -> Report {
    let count = |grade| tallies.iter().filter(|t| t.grade == grade).map(|t| t.count).sum::<u64>();
    let mut network = Network::default();
    let all = Grade::ALL.iter().map(|g| count(*g)).sum();
    let total = Counted { id: network.add(1, 0, all, &[]), value: all };
    let grades: Vec<_> =
        Grade::ALL.iter().map(|g| (*g, Counted { id: network.add(0, 1, count(*g), &[total.id]), value: count(*g) })).collect();
    let decision = network.decide(threshold);
    Report {
        title: titled(language.pick("Safety concerns by grade", "Préoccupations en matière de sécurité selon la gravité"), year, language),
        columns: [language.pick("Grade", "Gravité"), language.pick("Concerns", "Préoccupations")].map(String::from).into(),
        rows: grades.iter().map(|(g, c)| Row::new(g.code(), g.label(language), vec![c.cell(&decision)])).collect(),
        total: Some(Row::total(language, vec![total.cell(&decision)])),
        note: note(language, threshold),
    }
}

/// Time from raise to acceptance by audience. Of fewer than `threshold` acceptances neither the number nor the times are shown.
#[must_use]
pub fn time_to_accept(year: FiscalYear, times: &[TimeToAccept], threshold: u32, language: Language) -> Report {
    let row = |audience: &Audience| {
        let found = times.iter().find(|t| t.audience == *audience).filter(|t| t.count > 0);
        let cells = match found {
            None => vec![Cell::Count(0), Cell::Withheld, Cell::Withheld],
            Some(t) if is_small(i64::try_from(t.count).unwrap_or(i64::MAX), i64::from(threshold)) => vec![Cell::Withheld; 3],
            Some(t) => vec![Cell::Count(t.count), Cell::Seconds(t.median_seconds), Cell::Seconds(t.p95_seconds)],
        };
        Row::new(audience.code(), audience.label(language), cells)
    };
    Report {
        title: titled(
            language
                .pick("Time from raise to acceptance of safety concerns", "Délai d’acceptation des préoccupations en matière de sécurité"),
            year,
            language,
        ),
        columns: [
            language.pick("Audience", "Destinataire"),
            language.pick("Accepted", "Acceptées"),
            language.pick("Median (seconds)", "Médiane (secondes)"),
            language.pick("95th percentile (seconds)", "95e percentile (secondes)"),
        ]
        .map(String::from)
        .into(),
        rows: Audience::ALL.iter().map(row).collect(),
        total: None,
        note: note(language, threshold),
    }
}

fn titled(title: &str, year: FiscalYear, language: Language) -> String {
    format!("{title}, {} {}", language.pick("fiscal year", "exercice"), year.label())
}

#[cfg(test)]
mod tests {
    use super::*;

    const YEAR: FiscalYear = FiscalYear::new(2026);

    fn time(count: u64) -> TimeToAccept {
        TimeToAccept { audience: Audience::Nhq, count, median_seconds: 41.0, p95_seconds: 180.5 }
    }

    #[test]
    fn how_long_nine_acceptances_took_is_not_said() {
        for count in 1..10 {
            let report = time_to_accept(YEAR, &[time(count)], 10, Language::English);
            assert_eq!(report.rows[0].cells, vec![Cell::Withheld; 3], "{count}");
        }
        let report = time_to_accept(YEAR, &[time(10)], 10, Language::English);
        assert_eq!(report.rows[0].cells, vec![Cell::Count(10), Cell::Seconds(41.0), Cell::Seconds(180.5)]);
        assert_eq!(report.rows[1].cells[0], Cell::Count(0), "nobody at a site has accepted one yet");
    }

    #[test]
    fn a_lone_small_grade_takes_another_with_it() {
        let tallies = [(Grade::Imminent, 4), (Grade::Concern, 20), (Grade::Question, 30)];
        let report = by_grade(YEAR, &tallies.map(|(grade, count)| GradeTally { grade, count }), 10, Language::French);
        let cells: Vec<_> = report.rows.iter().map(|r| r.cells[0]).collect();
        assert_eq!(cells, [Cell::Withheld, Cell::Withheld, Cell::Count(30)]);
        assert_eq!(report.total.unwrap().cells, [Cell::Count(54)]);
    }
}
