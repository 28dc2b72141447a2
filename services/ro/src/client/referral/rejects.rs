//! The rejects file of an import: line number, reason, message, and the line itself. Only its owner may read it.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use proto::intake::v1::Rejection;

use crate::client::text::Lang;

/// Collects rejected lines.
pub struct Rejects {
    writer: csv::Writer<File>,
    lang: Lang,
}

impl Rejects {
    /// The file beside the import where no other is named: `FILE.rejects.csv`.
    #[must_use]
    pub fn default_path(import: &Path) -> PathBuf {
        let mut name = import.as_os_str().to_owned();
        name.push(".rejects.csv");
        PathBuf::from(name)
    }

    /// Begins the file anew, so that it tells of this run and no other.
    ///
    /// # Errors
    /// The file cannot be written, or is the import itself.
    pub fn create(path: &Path, import: &Path, lang: Lang) -> io::Result<Self> {
        if fs::canonicalize(path).is_ok_and(|p| fs::canonicalize(import).is_ok_and(|i| i == p)) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the rejects file is the import itself"));
        }
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
        let mut writer = csv::Writer::from_writer(file);
        writer.write_record(["line", "reason", "message", "raw"])?;
        writer.flush()?;
        Ok(Self { writer, lang })
    }

    /// Adds one line.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn add(&mut self, line: u64, rejection: &Rejection, raw: &[u8]) -> io::Result<()> {
        let message = match self.lang {
            Lang::En => &rejection.message_en,
            Lang::Fr => &rejection.message_fr,
        };
        let raw = String::from_utf8_lossy(raw);
        self.writer.write_record([line.to_string().as_str(), rejection.reason.as_str(), message.as_str(), raw.as_ref()])?;
        self.writer.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_rejected_line_stands_in_the_file_as_it_was_with_the_reason() {
        let path = std::env::temp_dir().join(format!("ro-rejects-{}.csv", std::process::id()));
        let rejection = Rejection { reason: "field-count".into(), message_fr: "2 champs, \"3\"".into(), ..Rejection::default() };
        let mut rejects = Rejects::create(&path, Path::new("/nowhere"), Lang::Fr).unwrap();
        rejects.add(7, &rejection, b"victim,\"mis\nsion\xff").unwrap();
        drop(rejects);
        let mut reader = csv::Reader::from_path(&path).unwrap();
        assert_eq!(reader.headers().unwrap(), vec!["line", "reason", "message", "raw"]);
        let row = reader.records().next().unwrap().unwrap();
        assert_eq!(row, vec!["7", "field-count", "2 champs, \"3\"", "victim,\"mis\nsion\u{fffd}"]);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::remove_file(&path).unwrap();
    }

    #[test]
    fn the_import_itself_is_never_overwritten() {
        let path = std::env::temp_dir().join(format!("ro-import-{}.csv", std::process::id()));
        fs::write(&path, "origin,site\n").unwrap();
        assert!(Rejects::create(&path, &path, Lang::En).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "origin,site\n");
        assert!(Rejects::default_path(&path).to_string_lossy().ends_with(".csv.rejects.csv"));
        fs::remove_file(&path).unwrap();
    }
}
