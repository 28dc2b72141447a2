//! The command `ro report TABLE`: a table of the annual report as text, CSV or JSON [IM1, L13].

use clap::{Args, ValueEnum};
use proto::{
    reporting::v1::{Cell, GetReportRequest, GetReportResponse, Row, Table, cell::Value},
    role,
};

use super::{
    choices,
    common::Common,
    failure::Failure,
    output,
    session::{Session, Wanted},
    text::{Lang, Words},
};
use crate::print;

super::session::service_client!(reporting, reports: proto::reporting::v1::report_service_client::ReportServiceClient);

/// A table of the annual report, small cells withheld
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro report referrals-by-origin\n  \
    ro report referrals-by-origin-and-region --fiscal-year 2026 --format csv --lang fr > renvois.csv")]
pub struct Report {
    #[arg(value_parser = choices::report_table())]
    table: Table,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// 2026 is April 2026 to March 2027; without it, the current year
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(i32).range(0..=9998))]
    fiscal_year: i32,
    #[command(flatten)]
    pub common: Common,
}

/// Output format of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Csv,
    Json,
}

/// Text of a withheld cell.
const WITHHELD: &str = "[…]";
const SECONDS: Words = Words { en: "{} s", fr: "{} s" };
const AS_OF: Words = Words { en: "as of {}", fr: "au {}" };

impl Report {
    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        let who = session.who(&[Wanted::role(role::STATISTICS_OFFICER), Wanted::role(role::RJ_OFFICER)])?;
        let request =
            GetReportRequest { table: self.table as i32, fiscal_year: self.fiscal_year, language: session.lang.code().to_owned() };
        let report = session.reports(&who)?.get_report(request).await?.into_inner();
        match if session.json { Format::Json } else { self.format } {
            Format::Json => output::print_json(&report),
            Format::Text => print::line(text(&report, session.lang)),
            Format::Csv => print::file(&proto::sheet::report(&report, session.lang.separator())),
        }
        Ok(())
    }
}

fn shown(cell: &Cell, lang: Lang) -> String {
    match &cell.value {
        Some(Value::Count(count)) => count.to_string(),
        Some(Value::Seconds(seconds)) => {
            let figure = format!("{seconds:.1}");
            let figure = if lang == Lang::Fr { figure.replace('.', ",") } else { figure };
            SECONDS.fill(lang, &[&figure])
        }
        Some(Value::Suppressed(_)) => WITHHELD.to_owned(),
        None => String::new(),
    }
}

/// A table for people, with the note that explains what is withheld.
#[must_use]
pub fn text(report: &GetReportResponse, lang: Lang) -> String {
    let cells = |row: &Row| -> Vec<String> { row.labels.iter().cloned().chain(row.cells.iter().map(|c| shown(c, lang))).collect() };
    let mut rows: Vec<Vec<String>> = report.rows.iter().map(cells).collect();
    rows.extend(report.total.iter().map(cells));
    let headings: Vec<&str> = report.columns.iter().map(String::as_str).collect();
    let as_of = AS_OF.fill(lang, &[&output::instant(report.as_of.as_ref())]);
    format!("{} ({as_of})\n\n{}\n\n{}", report.title, output::table(&headings, &rows), report.note)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> GetReportResponse {
        let row = |key: &str, label: &str, value| Row {
            keys: vec![key.into()],
            labels: vec![label.into()],
            cells: vec![Cell { value: Some(value) }],
        };
        GetReportResponse {
            title: "Renvois".into(),
            columns: vec!["Origine".into(), "Nombre".into()],
            rows: vec![
                row("victim", "Victime", Value::Count(0)),
                row("community", "Collectivité", Value::Suppressed(true)),
                row("x", "X", Value::Seconds(1.25)),
            ],
            total: Some(row("total", "Total", Value::Count(42))),
            note: "note".into(),
            ..GetReportResponse::default()
        }
    }

    #[test]
    fn a_withheld_cell_shows_that_it_is_withheld_and_a_zero_shows_zero() {
        let text = text(&report(), Lang::Fr);
        assert!(text.contains("Victime       0\nCollectivité  […]\nX             1,2 s\nTotal         42"), "{text}");
    }
}
