//! The state folder of a checkout's stack, and the lock that lets one runner at a time use it.

use std::{
    env,
    fs::{self, File, OpenOptions, TryLockError},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use crate::{
    error::{Doing, Error, Result},
    place, sys,
};

/// The longest path of a state folder: its PostgreSQL socket must stay below 107 bytes.
const LONGEST: usize = 107 - "/pg/socket/.s.PGSQL.5432".len() - 1;

/// The state folder of a checkout when none is given.
///
/// Root uses `/var/tmp`, because PostgreSQL then runs as another user who may not enter root's home.
#[must_use]
pub fn default_dir(checkout: &Path) -> PathBuf {
    let path = checkout.canonicalize().unwrap_or_else(|_| checkout.to_path_buf());
    let digest = Sha256::digest(path.as_os_str().as_encoded_bytes());
    let hash: String = hex::encode(digest).chars().take(8).collect();
    let user = sys::user_id();
    if user == 0 {
        return PathBuf::from(format!("/var/tmp/ro-{hash}"));
    }
    let home = env::var_os("XDG_STATE_HOME")
        .filter(|dir| !dir.is_empty())
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(env::var_os("HOME")?)).filter(|home| home.is_dir()).map(|home| home.join(".local/state")));
    match home.map(|dir| dir.join(format!("ro-{hash}"))) {
        Some(dir) if dir.is_absolute() && dir.as_os_str().len() <= LONGEST => dir,
        _ => PathBuf::from(format!("/var/tmp/ro-{user}-{hash}")),
    }
}

/// The folder of fetched tools, shared by every checkout of this user.
#[must_use]
pub fn tools_dir() -> PathBuf {
    PathBuf::from(format!("/var/tmp/ro-tools-{}", sys::user_id()))
}

/// Makes a folder that no other user can have prepared.
///
/// # Errors
/// When it is too long for a socket, or as for [`place::make`].
pub fn prepare(dir: &Path) -> Result<()> {
    if dir.as_os_str().len() > LONGEST {
        return Err(Error::said(format!(
            "the state folder {} is longer than {LONGEST} bytes, too long for a socket: choose a shorter one with --state-dir",
            dir.display()
        )));
    }
    // The database runs as another user when we are root, and must be able to pass through.
    place::make(dir, if sys::is_root() { 0o711 } else { 0o700 })
}

/// Lock that allows one runner per state folder: released when dropped, or by the kernel however the runner ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock.
    ///
    /// # Errors
    /// When another runner has it; the sentence says how to stop that one.
    pub fn take(dir: &Path) -> Result<Self> {
        let mut file = open(dir)?;
        match file.try_lock() {
            Ok(()) => {
                let told = file.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
                told.doing(|| format!("write the lock of {}", dir.display()))?;
                Ok(Self { _file: file })
            }
            Err(TryLockError::WouldBlock) => {
                Err(Error::said(format!("the stack in {} is already running: use it, or stop it with `cargo ro down`", dir.display())))
            }
            Err(TryLockError::Error(source)) => Err(Error::Io { doing: format!("lock {}", dir.display()), source }),
        }
    }

    /// The process that holds the lock now. The lock of a folder that another user may have prepared is not read: the process it names
    /// would be trusted, and sent signals.
    ///
    /// # Errors
    /// As for [`place::check`].
    pub fn holder(dir: &Path) -> Result<Option<u32>> {
        if !place::check(dir)? {
            return Ok(None);
        }
        let path = dir.join("lock");
        let Ok(file) = OpenOptions::new().read(true).open(&path) else { return Ok(None) };
        // A shared lock: two that only check do not look like runners to each other.
        Ok(match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => fs::read_to_string(path).ok().and_then(|text| text.trim().parse().ok()),
            _ => None,
        })
    }
}

/// Drops all data, messages, mail, logs and secrets of a stack that does not run. Fetched tools stay.
///
/// # Errors
/// When a folder cannot be removed.
pub fn reset(dir: &Path) -> Result<()> {
    for part in ["pg", "nats", "mail", "logs", "secrets", "documents"] {
        let path = dir.join(part);
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).doing(|| format!("remove {}", path.display()));
            }
            _ => {}
        }
    }
    let _absent = fs::remove_file(dir.join("stack.json"));
    Ok(())
}

fn open(dir: &Path) -> Result<File> {
    let path = dir.join("lock");
    OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path).doing(|| format!("open {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_runner_of_the_same_folder_is_refused_with_the_remedy() {
        let dir = env::temp_dir().join(format!("ro-lock-{}", std::process::id()));
        prepare(&dir).unwrap();
        let first = Lock::take(&dir).unwrap();
        assert_eq!(Lock::holder(&dir).unwrap(), Some(std::process::id()));
        let refusal = Lock::take(&dir).unwrap_err().to_string();
        assert!(refusal.contains("cargo ro down"), "{refusal}");
        drop(first);
        assert_eq!(Lock::holder(&dir).unwrap(), None);
        fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn a_state_folder_too_long_for_a_socket_is_refused_before_anything_starts() {
        let long = PathBuf::from(format!("/tmp/{}", "x".repeat(100)));
        assert!(prepare(&long).unwrap_err().to_string().contains("shorter"));
    }
}
