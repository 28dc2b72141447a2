//! Rows of a rejects file: line number, reason, field, message, and the original bytes of the line, in the encoding of the file.

use proto::{
    intake::v1::Rejection,
    sheet::{self, Separator},
};

use super::{encoding::Encoding, records::Line};

const HEADINGS: [(&str, &str); 5] =
    [("line", "ligne"), ("reason", "motif"), ("field", "champ"), ("message", "message"), ("as it stood", "texte d'origine")];

/// Beginning of the file: its mark, and the headings.
#[must_use]
pub fn beginning(encoding: Encoding, separator: Separator) -> Vec<u8> {
    let headings = HEADINGS.map(|(en, fr)| if separator == Separator::Semicolon { fr } else { en });
    [encoding.mark(), &encoding.encode(&sheet::row(headings, separator))].concat()
}

/// Row of one line; `raw` are its bytes.
#[must_use]
pub fn row(line: &Line, rejection: &Rejection, raw: &[u8], encoding: Encoding, separator: Separator) -> Vec<u8> {
    let message = if separator == Separator::Semicolon { &rejection.message_fr } else { &rejection.message_en };
    let number = line.number.to_string();
    let columns = sheet::row([&number, &rejection.reason, &rejection.field, message], separator);
    let guard = if sheet::needs_guard(&line.text) { "'" } else { "" };
    let mut row = encoding.encode(&format!("{}{}\"{guard}", columns.trim_end(), separator.character()));
    row.extend(doubled_quotes(raw, encoding));
    row.extend(encoding.encode("\"\r\n"));
    row
}

/// The bytes of a line with each quote doubled. Half a code unit at the end gets a byte added, so that what follows is aligned.
fn doubled_quotes(raw: &[u8], encoding: Encoding) -> Vec<u8> {
    let quote = encoding.encode("\"");
    let mut doubled = Vec::with_capacity(raw.len());
    for unit in raw.chunks(encoding.unit()) {
        doubled.extend(unit);
        if unit == quote {
            doubled.extend(unit);
        }
    }
    doubled.resize(doubled.len().next_multiple_of(encoding.unit()), 0);
    doubled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(encoding: Encoding, raw: &[u8]) -> Vec<u8> {
        let line = Line { number: 7, text: encoding.decode(raw).0, ..Line::default() };
        let rejection = Rejection { reason: "field-count".into(), message_fr: "2 champs, \"3\"".into(), ..Rejection::default() };
        [beginning(encoding, Separator::Semicolon), row(&line, &rejection, raw, encoding, Separator::Semicolon)].concat()
    }

    #[test]
    fn a_rejected_line_stands_in_the_file_as_its_bytes_were_with_the_reason() {
        for encoding in [Encoding::Windows1252, Encoding::Utf8, Encoding::Utf16Le, Encoding::Utf16Be] {
            let raw = encoding.encode("Zoé d’Exemple;x");
            let bytes = written(encoding, &raw);
            assert!(bytes.windows(raw.len()).any(|window| window == raw), "{encoding:?}");
            let (text, is_sound) = encoding.decode(bytes.get(encoding.mark().len()..).unwrap());
            assert!(is_sound, "{encoding:?}");
            assert!(text.ends_with("\r\n\"7\";\"field-count\";\"\";\"2 champs, \"\"3\"\"\";\"Zoé d’Exemple;x\"\r\n"), "{text}");
        }
        let broken = written(Encoding::Utf8, b"a\xff\"b\"");
        assert!(broken.ends_with(b";\"a\xff\"\"b\"\"\"\r\n"));
        assert!(written(Encoding::Utf16Le, b"a\0b").ends_with(b"\"\0a\0b\0\"\0\r\0\n\0"));
    }

    #[test]
    fn a_rejected_line_is_no_formula_in_the_file() {
        let bytes = written(Encoding::Utf8, b"=HYPERLINK(\"x\")");
        assert!(bytes.ends_with(b";\"'=HYPERLINK(\"\"x\"\")\"\r\n"));
    }
}
