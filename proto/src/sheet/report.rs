//! CSV file of a report: codes before labels, an empty cell where a number is withheld, and how many of a row are.

use super::{Separator, row};
use crate::reporting::v1::{GetReportResponse, cell::Value};

/// The file, as a spreadsheet of its language opens it: in French marked as UTF-8, semicolons between cells, commas in numbers.
#[must_use]
pub fn report(report: &GetReportResponse, separator: Separator) -> String {
    let is_french = separator == Separator::Semicolon;
    let keys = report.rows.iter().chain(&report.total).map(|row| row.keys.len()).max().unwrap_or_default();
    let codes = (1..=keys).map(|n| format!("code_{n}"));
    let mut text = if is_french { "\u{feff}".to_owned() } else { String::new() };
    let withheld = if is_french { "retenues" } else { "withheld" };
    text.push_str(&row(codes.chain(report.columns.iter().cloned()).chain([withheld.to_owned()]), separator));
    for line in report.rows.iter().chain(&report.total) {
        let padded = line.keys.iter().cloned().chain(std::iter::repeat(String::new())).take(keys);
        let cells = line.cells.iter().map(|cell| match &cell.value {
            Some(Value::Count(count)) => count.to_string(),
            Some(Value::Seconds(seconds)) if is_french => seconds.to_string().replace('.', ","),
            Some(Value::Seconds(seconds)) => seconds.to_string(),
            Some(Value::Suppressed(_)) | None => String::new(),
        });
        let withheld = line.cells.iter().filter(|cell| matches!(cell.value, Some(Value::Suppressed(_)))).count();
        let fields = padded.chain(line.labels.iter().cloned()).chain(cells);
        text.push_str(&row(fields.chain([withheld.to_string()]), separator));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reporting::v1::{Cell, Row};

    fn table() -> GetReportResponse {
        let row = |key: &str, label: &str, value| Row {
            keys: vec![key.into()],
            labels: vec![label.into()],
            cells: vec![Cell { value: Some(value) }],
        };
        GetReportResponse {
            columns: vec!["Origine".into(), "Nombre".into()],
            rows: vec![
                row("victim", "Victime", Value::Count(0)),
                row("community", "Collectivité", Value::Suppressed(true)),
                row("x", "X", Value::Seconds(1.25)),
            ],
            ..GetReportResponse::default()
        }
    }

    #[test]
    fn in_csv_a_withheld_cell_is_empty_and_counted_as_withheld() {
        let text = report(&table(), Separator::Comma);
        let start = "\"code_1\",\"Origine\",\"Nombre\",\"withheld\"\r\n\"victim\",\"Victime\",\"0\",\"0\"\r\n\"community\",\"Collectivité\",\"\",\"1\"\r\n";
        assert!(text.starts_with(start), "{text}");
    }

    #[test]
    fn the_french_csv_opens_in_a_french_spreadsheet_and_no_cell_of_it_is_a_formula() {
        let mut table = table();
        table.rows[0].labels = vec!["=1+1".into()];
        let text = report(&table, Separator::Semicolon);
        let start = "\u{feff}\"code_1\";\"Origine\";\"Nombre\";\"retenues\"\r\n\"victim\";\"'=1+1\";\"0\";\"0\"\r\n";
        assert!(text.starts_with(start), "{text}");
        assert!(text.contains("\"X\";\"1,25\";"), "{text}");
    }
}
