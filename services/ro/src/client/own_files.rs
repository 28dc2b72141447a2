//! Private files of the person who runs the command: each newly made, in folders and with a mode that only the owner can read.

use std::{
    env, fs, io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

/// Alternative names tried when one is taken.
const NAMES: u32 = 1_000;

/// Folder of this person's files of a kind.
#[must_use]
pub fn folder(kind: &str) -> PathBuf {
    let state = env::var_os("XDG_STATE_HOME").filter(|d| !d.is_empty()).map(PathBuf::from);
    let home = || env::var_os("HOME").filter(|d| !d.is_empty()).map(|home| PathBuf::from(home).join(".local/state"));
    state.or_else(home).map_or_else(shared, |state| state.join("ro")).join(kind)
}

/// Folder for a user without a home: in the shared temporary folder, under a name that everybody can guess.
fn shared() -> PathBuf {
    env::temp_dir().join(format!("ro-{}", local::sys::user_id()))
}

/// Makes a folder that only its owner may enter.
///
/// # Errors
/// It cannot be made, or it is in the shared folder and another user may have prepared it: nothing there is used.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    make_in(&shared(), folder)
}

fn make_in(shared: &Path, folder: &Path) -> io::Result<()> {
    if folder.starts_with(shared) {
        let set = |why: local::Error| io::Error::other(format!("{why}. Set HOME or XDG_STATE_HOME to a folder of your own"));
        local::place::make(shared, 0o700).map_err(set)?;
    }
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Creates a new file; an existing file or a link is never written.
///
/// # Errors
/// There is such a file, or it cannot be made.
pub fn anew(path: &Path) -> io::Result<fs::File> {
    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// A new file under the first of these names that is free: `STEM.END`, `STEM.2.END` and so on.
///
/// # Errors
/// No name is free, or the file cannot be made.
pub fn beside(stem: &Path, end: &str) -> io::Result<(PathBuf, fs::File)> {
    for number in 1..=NAMES {
        let mut name = stem.as_os_str().to_owned();
        name.push(if number == 1 { format!(".{end}") } else { format!(".{number}.{end}") });
        let path = PathBuf::from(name);
        match anew(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => return made.map(|file| (path, file)),
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("{}.*.{end}", stem.display())))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn a_draft_among_everybodys_folders_is_kept_in_none_that_somebody_else_may_have_prepared() {
        let root = env::temp_dir().join(format!("ro-shared-{}", std::process::id()));
        make_folder(&root).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let ours = root.join("ours");
        make_in(&ours, &ours.join("drafts")).unwrap();
        make_in(&ours, &ours.join("drafts")).unwrap();
        assert_eq!((mode(&ours), mode(&ours.join("drafts"))), (0o700, 0o700));
        // A link to a folder of theirs, and a folder that they can write.
        let (link, open) = (root.join("link"), root.join("open"));
        symlink(&ours, &link).unwrap();
        fs::create_dir(&open).unwrap();
        fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).unwrap();
        for theirs in [&link, &open] {
            let refused = make_in(theirs, &theirs.join("drafts")).unwrap_err().to_string();
            assert!(refused.contains("Set HOME or XDG_STATE_HOME"), "it says what to set: {refused}");
        }
        assert!(!open.join("drafts").exists());
        fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn a_file_of_ours_is_new_and_its_owners_alone_and_what_stands_there_stays_as_it_is() {
        let folder = env::temp_dir().join(format!("ro-own-{}", std::process::id()));
        make_folder(&folder).unwrap();
        let theirs = folder.join("theirs");
        fs::write(&theirs, "theirs").unwrap();
        symlink(&theirs, folder.join("list.csv")).unwrap();
        let (path, file) = beside(&folder.join("list"), "csv").unwrap();
        assert_eq!(path, folder.join("list.2.csv"));
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert!(anew(&path).is_err() && anew(&folder.join("list.csv")).is_err());
        assert_eq!(fs::read_to_string(&theirs).unwrap(), "theirs");
        fs::remove_dir_all(&folder).unwrap();
    }
}
