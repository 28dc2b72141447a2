//! The rejects file of an import: line number, reason, field, message, and the original bytes of the line. Only its owner may read it.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use proto::{intake::v1::Rejection, sheet};

use super::records::Line;
use crate::client::{
    encoding::Encoding,
    own_files,
    text::{Lang, Words},
};

const HEADINGS: [Words; 5] = [
    Words { en: "line", fr: "ligne" },
    Words { en: "reason", fr: "motif" },
    Words { en: "field", fr: "champ" },
    Words { en: "message", fr: "message" },
    Words { en: "as it stood", fr: "texte d'origine" },
];

/// Writer of the rejected lines, in the encoding of the import.
pub struct Rejects {
    path: PathBuf,
    file: File,
    encoding: Encoding,
    lang: Lang,
    is_empty: bool,
}

impl Rejects {
    /// Begins a new file: the one that is named, or the first free one beside the import, `FILE.rejects.csv` or `FILE.rejects.2.csv`.
    ///
    /// # Errors
    /// The file is there already, or cannot be written.
    pub fn create(named: Option<&Path>, import: &Path, encoding: Encoding, lang: Lang) -> io::Result<Self> {
        let (path, file) = match named {
            Some(path) => (path.to_owned(), own_files::anew(path)?),
            None => {
                let mut stem = import.as_os_str().to_owned();
                stem.push(".rejects");
                own_files::beside(Path::new(&stem), "csv")?
            }
        };
        let mut rejects = Self { path, file, encoding, lang, is_empty: true };
        rejects.file.write_all(encoding.mark())?;
        rejects.write(&sheet::row(HEADINGS.map(|words| words.of(lang)), lang.separator()))?;
        Ok(rejects)
    }

    /// Adds one line.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn add(&mut self, line: &Line, rejection: &Rejection, raw: &[u8]) -> io::Result<()> {
        self.is_empty = false;
        let message = match self.lang {
            Lang::En => &rejection.message_en,
            Lang::Fr => &rejection.message_fr,
        };
        let number = line.number.to_string();
        let columns = sheet::row([&number, &rejection.reason, &rejection.field, message], self.lang.separator());
        let separator = self.lang.separator().character();
        let guard = if sheet::needs_guard(&line.text) { "'" } else { "" };
        self.write(&format!("{}{separator}\"{guard}", columns.trim_end()))?;
        self.file.write_all(&doubled_quotes(raw, self.encoding))?;
        self.write("\"\r\n")
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.file.write_all(&self.encoding.encode(text))
    }

    /// Path of the rejects file; without a rejected line no file is left.
    #[must_use]
    pub fn finish(self) -> Option<PathBuf> {
        if self.is_empty {
            let _an_empty_file_at_worst = fs::remove_file(&self.path);
            return None;
        }
        Some(self.path)
    }
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
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn written(encoding: Encoding, raw: &[u8]) -> Vec<u8> {
        let import = std::env::temp_dir().join(format!("ro-rejects-{}-{}", std::process::id(), encoding.name().replace(' ', "")));
        let line = Line { number: 7, text: encoding.decode(raw).0, ..Line::default() };
        let rejection = Rejection { reason: "field-count".into(), message_fr: "2 champs, \"3\"".into(), ..Rejection::default() };
        let mut rejects = Rejects::create(None, &import, encoding, Lang::Fr).unwrap();
        rejects.add(&line, &rejection, raw).unwrap();
        let path = rejects.finish().unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let bytes = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        bytes
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

    #[test]
    fn what_is_there_is_never_overwritten_and_without_a_reject_no_file_is_left() {
        let path = std::env::temp_dir().join(format!("ro-import-{}.csv", std::process::id()));
        fs::write(&path, "origin,site\n").unwrap();
        assert!(Rejects::create(Some(&path), &path, Encoding::Utf8, Lang::En).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "origin,site\n");
        let rejects = Rejects::create(None, &path, Encoding::Utf8, Lang::En).unwrap();
        let beside = rejects.path.clone();
        assert!(beside.to_string_lossy().ends_with(".csv.rejects.csv") && beside.exists());
        assert_eq!(rejects.finish(), None);
        assert!(!beside.exists());
        fs::remove_file(&path).unwrap();
    }
}
