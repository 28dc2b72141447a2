//! Answer that a browser keeps as a file.

use axum::response::{IntoResponse, Response};
use http::header;

/// A file for a spreadsheet.
#[must_use]
pub fn csv(name: &str, text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    (headers, text).into_response()
}
