//! The rejects file of an import, which only its owner may read.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use proto::intake::v1::Rejection;
use referral_file::{
    encoding::Encoding,
    records::Line,
    rejects::{beginning, row},
};

use crate::client::{own_files, text::Lang};

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
        rejects.file.write_all(&beginning(encoding, lang.separator()))?;
        Ok(rejects)
    }

    /// Adds one line.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn add(&mut self, line: &Line, rejection: &Rejection, raw: &[u8]) -> io::Result<()> {
        self.is_empty = false;
        self.file.write_all(&row(line, rejection, raw, self.encoding, self.lang.separator()))
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
    fn only_its_owner_may_read_the_rejected_lines() {
        let bytes = written(Encoding::Utf8, "Zoé".as_bytes());
        assert!(bytes.ends_with(";\"Zoé\"\r\n".as_bytes()));
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
