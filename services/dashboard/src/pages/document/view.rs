//! HTML of the pages on documents.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::cases::v1::{Case, Document, DocumentKind, DocumentSide};

use super::texts;
use crate::{
    parts::{
        casework::{LINE, case as of_case, choices, words},
        drawing::Drawing,
        form::{Field, Form, Kind, Sheet},
        person,
        table::{Column, Table},
        time::instant_or,
    },
    text::{Language, fill},
};

/// Name of the field that holds the file.
pub const FILE: &str = "chunk";
/// What a browser offers to choose.
const ACCEPT: &str = ".pdf,.png,.jpg,.jpeg,.txt,application/pdf,image/png,image/jpeg,text/plain";

/// The documents of a case.
#[must_use]
pub fn list(case: &Case, documents: &[Document], drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let columns = [texts.name, texts.kind, texts.side, texts.type_, texts.size, texts.kept_by, texts.kept_at];
    html! {
        h1 { (texts.title) }
        (of_case::above(case, texts.what, "TS1c", drawing))
        (Table {
            id: "documents",
            caption: texts.title,
            columns: columns.map(Column::plain).into(),
            rows: documents.iter().map(|one| row(case, one, drawing)).collect(),
            none: texts.none,
            address: String::new(),
            sort: "",
        }.draw(drawing))
        div class="actions" { a class="action" href=(drawing.address(&of_case::path(case, "/documents/keep"))) { (texts.keep_title) } }
    }
}

fn row(case: &Case, one: &Document, drawing: &Drawing<'_>) -> Vec<Markup> {
    let address = drawing.address(&of_case::path(case, &format!("/documents/{}", one.document_id)));
    vec![
        html! { a href=(address) { (one.name) } },
        html! { (words::document(one.kind(), drawing.language)) },
        html! { (words::side(one.side(), drawing.language)) },
        html! { (one.media_type) },
        html! { (size(one.size, drawing.language)) },
        html! { (person::name(&one.kept_by, drawing)) },
        instant_or(one.kept_at.as_ref().and_then(at), ""),
    ]
}

/// A size in KiB, or in MiB from one on, as each language writes it.
#[must_use]
pub fn size(bytes: u64, language: Language) -> String {
    let (kib, mib) = match language {
        Language::English => ("KiB", "MiB"),
        Language::French => ("Kio", "Mio"),
    };
    if bytes < 1024 * 1024 { format!("{}\u{a0}{kib}", bytes.div_ceil(1024)) } else { format!("{}\u{a0}{mib}", bytes.div_ceil(1024 * 1024)) }
}

/// The form that adds a document of at most so many bytes.
#[must_use]
pub fn keep(case: &Case, largest: usize, drawing: &Drawing<'_>) -> Sheet<'static> {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    let most = size(u64::try_from(largest).unwrap_or(u64::MAX), language);
    let fields = vec![
        Field::new("kind", texts.kind, Kind::Select(choices::coded::<DocumentKind>(words::document, language))).needed(),
        Field::new("side", texts.side, Kind::Radios(choices::coded::<DocumentSide>(words::side, language))).needed(),
        Field::new("name", texts.name, Kind::Line { most: LINE }).hint(texts.name_hint),
        Field::new(FILE, texts.file, Kind::File { accept: ACCEPT, sending: texts.sending }).needed(),
    ];
    Sheet {
        title: texts.keep_title,
        above: html! {
            (of_case::above(case, texts.what, "TS1c", drawing))
            p class="hint" { (fill(texts.file_hint, &[("most", &most)])) }
        },
        form: Form::new(drawing.address(&of_case::path(case, "/documents/keep")), texts.keep, fields),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_never_said_smaller_than_it_is() {
        assert_eq!(size(1, Language::English), "1\u{a0}KiB");
        assert_eq!(size(10 * 1024 * 1024, Language::French), "10\u{a0}Mio");
        assert_eq!(size(1024 * 1024 + 1, Language::English), "2\u{a0}MiB");
    }
}
