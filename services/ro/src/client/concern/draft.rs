//! The text of a concern is on disk before it is sent, and leaves it only when there is a receipt.

use std::{
    env, fs, io,
    io::Write,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use prost_reflect::{DynamicMessage, ReflectMessage};
use proto::safety::v1::Concern;

use crate::client::output;

/// Where drafts of this person stand.
#[must_use]
pub fn folder() -> PathBuf {
    let state = env::var_os("XDG_STATE_HOME").filter(|d| !d.is_empty()).map(PathBuf::from);
    let home = || env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/state"));
    state.or_else(home).unwrap_or_else(env::temp_dir).join("ro/drafts")
}

/// Keeps the concern, readable by its owner alone, and flushed to the disk.
///
/// # Errors
/// The folder cannot be written.
pub fn keep(folder: &Path, concern: &Concern) -> io::Result<PathBuf> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let path = folder.join(format!("concern-{}.json", concern.concern_id));
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path)?;
    file.write_all(output::json(concern).to_string().as_bytes())?;
    file.sync_all()?;
    Ok(path)
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

/// The concern is recorded: the draft is not needed any more.
pub fn forget(path: &Path) {
    let _kept_twice_at_worst = fs::remove_file(path);
}

#[cfg(test)]
mod tests {
    use proto::safety::v1::Grade;

    use super::*;

    #[test]
    fn a_draft_brings_back_the_same_concern_under_the_same_id() {
        let folder = env::temp_dir().join(format!("ro-drafts-{}", std::process::id()));
        let concern = Concern {
            concern_id: "0198c0de-0000-7000-8000-000000000001".into(),
            grade: Grade::Imminent as i32,
            text: "dit qu'il va se blesser ce soir\nUnit 3".into(),
            ..Concern::default()
        };
        let path = keep(&folder, &concern).unwrap();
        assert!(read(&path).unwrap() == concern);
        forget(&path);
        assert!(read(&path).is_err());
        fs::remove_dir_all(&folder).unwrap();
    }
}
