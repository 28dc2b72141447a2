//! Tables: a caption, columns that sort by their address, rows, and what is said where there are none.

use maud::{Markup, html};

use super::{drawing::Drawing, texts};

/// Column of a table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub title: &'static str,
    /// Word of the column in the address, where the table can be sorted by it.
    pub sort: Option<&'static str>,
}

impl Column {
    #[must_use]
    pub const fn plain(title: &'static str) -> Self {
        Self { title, sort: None }
    }

    #[must_use]
    pub const fn sorted_by(title: &'static str, word: &'static str) -> Self {
        Self { title, sort: Some(word) }
    }
}

/// A table of one page of a list.
pub struct Table<'a> {
    /// Element id; the caption is `{id}-caption`.
    pub id: &'a str,
    pub caption: &'a str,
    pub columns: Vec<Column>,
    /// The first cell of a row is its heading.
    pub rows: Vec<Vec<Markup>>,
    /// Shown instead of the table where it has no rows: never that there is nothing, only that the viewer may see none.
    pub none: &'a str,
    /// Address of the page without sorting, and how it is sorted now: `word` or `-word`.
    pub address: String,
    pub sort: &'a str,
}

impl Table<'_> {
    #[must_use]
    pub fn draw(&self, drawing: &Drawing<'_>) -> Markup {
        if self.rows.is_empty() {
            return html! { p class="none" id=(self.id) { (self.none) } };
        }
        html! {
            div class="scroll" role="region" aria-labelledby=(format!("{}-caption", self.id)) tabindex="0" {
                table id=(self.id) class="list" {
                    caption id=(format!("{}-caption", self.id)) { (self.caption) }
                    thead { tr { @for column in &self.columns { (self.heading(column, drawing)) } } }
                    tbody { @for row in &self.rows { (self.row(row)) } }
                }
            }
        }
    }

    fn heading(&self, column: &Column, drawing: &Drawing<'_>) -> Markup {
        let texts = texts::of(drawing.language);
        let Some(word) = column.sort else { return html! { th scope="col" { (column.title) } } };
        let (up, down) = (self.sort == word, self.sort.strip_prefix('-') == Some(word));
        let joint = if self.address.contains('?') { '&' } else { '?' };
        let link = format!("{}{joint}sort={}{word}", self.address, if up { "-" } else { "" });
        html! {
            th scope="col" aria-sort=[if up { Some("ascending") } else if down { Some("descending") } else { None }] {
                a href=(link) { (column.title) }
                @if up { span class="unseen" { " (" (texts.sorted_up) ")" } span aria-hidden="true" { " ▲" } }
                @if down { span class="unseen" { " (" (texts.sorted_down) ")" } span aria-hidden="true" { " ▼" } }
            }
        }
    }

    fn row(&self, cells: &[Markup]) -> Markup {
        html! {
            tr {
                @for (cell, column) in cells.iter().zip(&self.columns) {
                    @if std::ptr::eq(cell, cells.first().unwrap_or(cell)) { th scope="row" data-label=(column.title) { (cell) } }
                    @else { td data-label=(column.title) { (cell) } }
                }
            }
        }
    }
}

/// Links between the pages of a list.
#[must_use]
pub fn pages(address: &str, is_first: bool, next: &str, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let joint = if address.contains('?') { '&' } else { '?' };
    html! {
        @if !is_first || !next.is_empty() {
            p class="pages" {
                @if !is_first { a href=(address) { (texts.first_page) } " " }
                @if !next.is_empty() { a rel="next" href=(format!("{address}{joint}page={next}")) { (texts.next_page) } }
            }
        }
    }
}
