//! Builder of a body line by line; an unknown value leaves no empty label.

use time::{OffsetDateTime, format_description::StaticFormatDescription, macros::format_description};

const MINUTE: StaticFormatDescription = format_description!("[year]-[month]-[day] [hour]:[minute] UTC");

/// Body being written.
pub(super) struct Lines(Vec<String>);

impl Lines {
    pub(super) fn of(first: impl Into<String>) -> Self {
        Self(vec![first.into()])
    }

    pub(super) fn line(mut self, text: impl Into<String>) -> Self {
        self.0.push(text.into());
        self
    }

    /// Adds `label` and the value, unless the value is empty. The label brings its own colon, which is set differently in French.
    pub(super) fn said(self, label: &str, value: &str) -> Self {
        if value.trim().is_empty() { self } else { self.line(format!("{label} {}", value.trim())) }
    }

    pub(super) fn text(self) -> String {
        self.0.join("\n")
    }
}

/// Instant as both languages write it.
pub(super) fn minute(at: Option<OffsetDateTime>) -> String {
    at.and_then(|at| at.to_offset(time::UtcOffset::UTC).format(MINUTE).ok()).unwrap_or_default()
}
