//! Chart of a report: a bar for each number that the service shows, and the finding in one sentence. What is withheld has no bar.

use maud::{Markup, html};
use proto::reporting::v1::{Cell, GetReportResponse, cell::Value};

use super::texts::{self, Texts};
use crate::text::{Language, fill};

/// Length of the longest bar, in units of the drawing.
const FULL: i64 = 1000;

/// A number as the chart shows it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Measure {
    Count(i64),
    Seconds(f64),
    Withheld,
}

impl Measure {
    fn of(cell: &Cell) -> Option<Self> {
        match cell.value? {
            Value::Count(count) => Some(Self::Count(count)),
            Value::Seconds(seconds) => Some(Self::Seconds(seconds)),
            Value::Suppressed(_) => Some(Self::Withheld),
        }
    }

    fn is_more_than(self, other: Self) -> bool {
        match (self, other) {
            (Self::Count(one), Self::Count(other)) => one > other,
            (Self::Seconds(one), Self::Seconds(other)) => one > other,
            (Self::Count(_) | Self::Seconds(_), Self::Withheld) => true,
            _ => false,
        }
    }

    /// Length of its bar beside the longest one.
    fn length(self, longest: Self) -> Option<String> {
        match (self, longest) {
            (Self::Count(one), Self::Count(most)) if one > 0 && most > 0 => Some((one.saturating_mul(FULL) / most).max(1).to_string()),
            (Self::Seconds(one), Self::Seconds(most)) if one > 0.0 && most > 0.0 => Some(format!("{:.0}", (one / most * 1000.0).max(1.0))),
            _ => None,
        }
    }
}

/// A cell as people read it.
#[must_use]
pub fn shown(cell: &Cell, language: Language) -> String {
    match cell.value {
        Some(Value::Count(count)) => count.to_string(),
        Some(Value::Seconds(seconds)) => seconds_text(seconds, language),
        Some(Value::Suppressed(_)) => "[…]".to_owned(),
        None => String::new(),
    }
}

fn seconds_text(seconds: f64, language: Language) -> String {
    let text = format!("{seconds:.1}");
    match language {
        Language::English => text,
        Language::French => text.replace('.', ","),
    }
}

/// The bars of one column of a report.
pub struct Chart<'a> {
    report: &'a GetReportResponse,
    /// Which of the numbers of a row.
    column: usize,
    bars: Vec<(&'a str, Measure)>,
    longest: Measure,
}

impl<'a> Chart<'a> {
    /// Of the first column of times, where there is one that can be seen; otherwise of the last, which in a table of two keys is the sum.
    #[must_use]
    pub fn of(report: &'a GetReportResponse) -> Self {
        let cells = || report.rows.iter().flat_map(|row| row.cells.iter().enumerate());
        let times = cells().find(|(_, cell)| matches!(cell.value, Some(Value::Seconds(_)))).map(|(index, _)| index);
        let last = report.rows.iter().map(|row| row.cells.len().saturating_sub(1)).max().unwrap_or_default();
        let column = times.unwrap_or(last);
        let bars: Vec<(&str, Measure)> =
            report.rows.iter().filter_map(|row| Some((row.labels.first()?.as_str(), Measure::of(row.cells.get(column)?)?))).collect();
        let longest = bars.iter().fold(Measure::Withheld, |most, (_, measure)| if measure.is_more_than(most) { *measure } else { most });
        Self { report, column, bars, longest }
    }

    #[must_use]
    pub fn draw(&self, language: Language) -> Markup {
        let texts = texts::of(language);
        let keys = self.report.rows.first().map_or(1, |row| row.labels.len());
        let column = self.report.columns.get(keys + self.column).map_or("", String::as_str);
        html! {
            figure class="chart" aria-labelledby="chart-finding" {
                // The same numbers stand in the table below.
                div class="bars" aria-hidden="true" {
                    p class="hint" { (fill(texts.chart_of, &[("column", column)])) }
                    @for (label, measure) in &self.bars { (self.bar(label, *measure, language)) }
                }
                figcaption id="chart-finding" { (self.finding(texts, language)) }
            }
        }
    }

    fn bar(&self, label: &str, measure: Measure, language: Language) -> Markup {
        let number = match measure {
            Measure::Count(count) => count.to_string(),
            Measure::Seconds(seconds) => seconds_text(seconds, language),
            Measure::Withheld => texts::of(language).withheld.to_owned(),
        };
        html! {
            div class="bar" {
                span class="bar-label" { (label) }
                svg viewBox="0 0 1000 20" preserveAspectRatio="none" focusable="false" {
                    rect class="ground" x="0" y="0" width=(FULL) height="20" {}
                    @if let Some(length) = measure.length(self.longest) { rect class="measure" x="0" y="0" width=(length) height="20" {} }
                }
                span class="bar-number" { (number) }
            }
        }
    }

    /// What the chart shows, in a sentence or two.
    #[must_use]
    pub fn finding(&self, texts: &Texts, language: Language) -> String {
        let named = |n: &str, text: &str| {
            let label = self.bars.iter().find(|(_, measure)| *measure == self.longest).map_or("", |(label, _)| *label);
            fill(text, &[("label", label), ("n", n)])
        };
        let mut said = vec![match self.longest {
            Measure::Withheld => texts.all_withheld.to_owned(),
            Measure::Count(0) => texts.all_zero.to_owned(),
            Measure::Count(count) => named(&count.to_string(), texts.largest),
            Measure::Seconds(seconds) => named(&seconds_text(seconds, language), texts.longest),
        }];
        let total = self.report.total.as_ref().and_then(|total| total.cells.last()).and_then(Measure::of);
        if let Some(Measure::Count(total)) = total {
            said.push(fill(texts.total, &[("n", &total.to_string())]));
        }
        match self.bars.iter().filter(|(_, measure)| *measure == Measure::Withheld).count() {
            0 => {}
            1 => said.push(texts.withheld_one.to_owned()),
            n => said.push(fill(texts.withheld_many, &[("n", &n.to_string())])),
        }
        said.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use proto::reporting::v1::Row;

    use super::*;

    fn report(rows: &[(&str, &[Value])], total: Option<i64>) -> GetReportResponse {
        let cell = |value: &Value| Cell { value: Some(*value) };
        let row = |label: &str, cells: &[Value]| Row {
            keys: vec![label.to_lowercase()],
            labels: vec![label.into()],
            cells: cells.iter().map(cell).collect(),
        };
        GetReportResponse {
            columns: vec!["Origin".into(), "Referrals".into(), "Median".into()],
            rows: rows.iter().map(|(label, cells)| row(label, cells)).collect(),
            total: total.map(|total| row("Total", &[Value::Count(total)])),
            ..GetReportResponse::default()
        }
    }

    #[test]
    fn the_finding_names_the_largest_number_shown_and_counts_what_is_withheld_without_guessing_it() {
        let report = report(&[("Victim", &[Value::Count(40)]), ("Community", &[Value::Suppressed(true)])], Some(43));
        let chart = Chart::of(&report);
        let english = chart.finding(texts::of(Language::English), Language::English);
        assert_eq!(english, "Of the numbers shown, the largest is “Victim” with 40. The total is 43. One number is withheld.");
        let drawn = chart.draw(Language::English).into_string();
        // One bar, and none for what is withheld; no style in an attribute, which the policy of the pages would refuse.
        assert_eq!(drawn.matches("class=\"measure\"").count(), 1, "{drawn}");
        assert!(drawn.contains("width=\"1000\" height=\"20\"") && drawn.contains("withheld") && !drawn.contains("style="));
    }

    #[test]
    fn times_are_drawn_where_they_may_be_seen_and_nothing_is_drawn_of_nothing() {
        let times: [(&str, &[Value]); 2] =
            [("Headquarters", &[Value::Count(12), Value::Seconds(41.0)]), ("Head", &[Value::Count(10), Value::Seconds(82.04)])];
        let report = report(&times, None);
        let french = Chart::of(&report).finding(texts::of(Language::French), Language::French);
        assert!(french.contains("Head") && french.contains("82,0 secondes"), "{french}");
        assert!(Chart::of(&report).draw(Language::French).into_string().contains("width=\"500\""));
        let none = self::report(&[("Victim", &[Value::Count(0)])], Some(0));
        assert!(Chart::of(&none).finding(texts::of(Language::English), Language::English).starts_with("All numbers shown are 0."));
        assert!(!Chart::of(&none).draw(Language::English).into_string().contains("class=\"measure\""));
    }
}
