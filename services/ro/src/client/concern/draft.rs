//! Drafts of concerns on disk: the text is written before it is sent, and deleted only when there is a receipt.

use std::{
    fs,
    io::{self, Read, Write as _},
    path::{Path, PathBuf},
};

use prost_reflect::{DynamicMessage, ReflectMessage};
use proto::safety::v1::Concern;

use crate::client::{output, own_files};

/// Bytes of a note that are read; the whole of it is in the draft.
pub const READ: usize = 4 * 1024 * 1024;

/// Folder of this person's drafts.
#[must_use]
pub fn folder() -> PathBuf {
    own_files::folder("drafts")
}

/// Writes the concern to a new file, readable by its owner alone, and flushed to the disk.
///
/// # Errors
/// The folder cannot be written.
pub fn keep(folder: &Path, concern: &Concern) -> io::Result<PathBuf> {
    own_files::make_folder(folder)?;
    let (path, mut file) = own_files::beside(&folder.join(format!("concern-{}", concern.concern_id)), "json")?;
    file.write_all(output::json(concern).to_string().as_bytes())?;
    file.sync_all()?;
    Ok(path)
}

/// A note as it was read: its bytes, and the file that stores them.
pub struct Note {
    pub bytes: Vec<u8>,
    /// Number of bytes that were not read into memory, and are in the file alone.
    pub left: u64,
    pub kept: io::Result<PathBuf>,
    /// Error that ended reading before the end of the note, if any.
    pub broken: Option<io::Error>,
}

/// Stores a note byte by byte as it arrives, before it is interpreted.
#[must_use]
pub fn keep_note(folder: &Path, name: &str, mut from: impl Read) -> Note {
    let made = own_files::make_folder(folder).and_then(|()| own_files::beside(&folder.join(format!("note-{name}")), "txt"));
    let (mut file, mut kept) = match made {
        Ok((path, file)) => (Some(file), Ok(path)),
        Err(error) => (None, Err(error)),
    };
    let mut note = Note { bytes: Vec::new(), left: 0, kept: Ok(PathBuf::new()), broken: None };
    let mut piece = vec![0; 64 * 1024];
    loop {
        let read = match from.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => piece.get(..count).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                note.broken = Some(error);
                break;
            }
        };
        if let Some(Err(error)) = file.as_mut().map(|file| file.write_all(read)) {
            (file, kept) = (None, Err(error));
        }
        let room = READ - note.bytes.len();
        note.bytes.extend(read.iter().take(room));
        note.left += read.len().saturating_sub(room) as u64;
        if file.is_none() && note.left > 0 {
            // No room for more: what was read is raised now.
            break;
        }
    }
    if let Some(Err(error)) = file.map(|file| file.sync_all()) {
        kept = Err(error);
    }
    note.kept = kept;
    note
}

/// Reads a draft back, with the same concern id.
///
/// # Errors
/// The file cannot be read, or is no draft.
pub fn read(path: &Path) -> io::Result<Concern> {
    let text = fs::read(path)?;
    let mut json = serde_json::Deserializer::from_slice(&text);
    let dynamic = DynamicMessage::deserialize(Concern::default().descriptor(), &mut json)?;
    dynamic.transcode_to().map_err(io::Error::other)
}

/// Every draft of a folder, oldest first.
///
/// # Errors
/// The folder cannot be read.
pub fn in_folder(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("concern-") && name.ends_with(".json") {
            found.push((entry.metadata()?.modified()?, entry.path()));
        }
    }
    found.sort();
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

/// Deletes the draft of a concern that is recorded.
pub fn forget(path: &Path) {
    let _kept_twice_at_worst = fs::remove_file(path);
}

#[cfg(test)]
mod tests {
    use std::{env, os::unix::fs::PermissionsExt as _};

    use proto::safety::v1::Grade;

    use super::*;
    use referral_file::encoding::best_reading;

    fn folder(name: &str) -> PathBuf {
        env::temp_dir().join(format!("ro-drafts-{name}-{}", std::process::id()))
    }

    #[test]
    fn a_draft_brings_back_the_same_concern_under_the_same_id() {
        let folder = folder("same");
        let concern = Concern {
            concern_id: "0198c0de-0000-7000-8000-000000000001".into(),
            grade: Grade::Imminent as i32,
            text: "dit qu'il va se blesser ce soir\nUnit 3".into(),
            ..Concern::default()
        };
        let path = keep(&folder, &concern).unwrap();
        let again = keep(&folder, &concern).unwrap();
        assert!(again != path && in_folder(&folder).unwrap().len() == 2, "one draft never takes the place of another");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(read(&path).unwrap() == concern);
        forget(&path);
        assert!(read(&path).is_err());
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_note_that_is_no_utf_8_is_kept_byte_for_byte_before_it_is_read_and_rings_with_its_text() {
        let folder = folder("note");
        let bytes: &[u8] = include_bytes!("../../../tests/files/note-windows-1252.txt");
        let note = keep_note(&folder, "x", bytes);
        let path = note.kept.unwrap();
        assert_eq!(fs::read(&path).unwrap(), bytes);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(best_reading(&note.bytes), "Le détenu fictif Zoé Exemple dit qu’il va se blesser ce soir.\n");
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_note_without_end_is_kept_whole_and_one_that_breaks_off_rings_with_what_was_read() {
        struct Breaks(bool);
        impl Read for Breaks {
            fn read(&mut self, piece: &mut [u8]) -> io::Result<usize> {
                if std::mem::replace(&mut self.0, true) {
                    return Err(io::Error::other("the pipe broke"));
                }
                piece[..5].copy_from_slice(b"knife");
                Ok(5)
            }
        }
        let folder = folder("long");
        let note = keep_note(&folder, "broken", Breaks(false));
        assert!(note.bytes == b"knife" && note.broken.is_some() && note.kept.is_ok());
        let long = vec![b'x'; READ + 10];
        let note = keep_note(&folder, "long", long.as_slice());
        assert_eq!((note.bytes.len(), note.left, fs::read(note.kept.unwrap()).unwrap().len()), (READ, 10, READ + 10));
        let nowhere = keep_note(Path::new("/proc/nowhere"), "x", &b"knife"[..]);
        assert!(nowhere.kept.is_err() && nowhere.bytes == b"knife", "what cannot be kept rings all the same");
        fs::remove_dir_all(&folder).unwrap();
    }
}
