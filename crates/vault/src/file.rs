//! Key store of a machine without a key management service: a file with one wrapping key in each line, readable by its owner alone.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use anyhow::{Context as _, bail, ensure};
use futures::{FutureExt, future::BoxFuture};

use super::{Fault, Kek, KeyStore, Wrapped, key_store::KEY};

/// Lines of `<version> <64 hexadecimal digits>`: the highest version wraps, the others unwrap. The file is read again when it changes. If
/// it vanishes under a running service, the keys that were read stay in use.
pub struct KeyFile {
    path: PathBuf,
    loaded: Mutex<LoadedKeys>,
}

#[derive(Default)]
struct LoadedKeys {
    /// Inode, time and size of the file that was read.
    read: Option<(u64, i64, i64, u64)>,
    keys: BTreeMap<i32, Kek>,
}

impl KeyFile {
    /// Key file that is read when it is first needed: a service starts without it, and reports what it cannot do.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), loaded: Mutex::default() }
    }

    fn fresh(&self) -> Result<MutexGuard<'_, LoadedKeys>, Fault> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        let found = fs::metadata(&self.path).ok().map(|m| (m.ino(), m.mtime(), m.mtime_nsec(), m.size()));
        if found.is_some() && found != loaded.read {
            match read(&self.path) {
                Ok(keys) => *loaded = LoadedKeys { read: found, keys },
                Err(error) if loaded.keys.is_empty() => return Err(Fault::KeyStore(format!("{error:#}"))),
                Err(error) => tracing::error!(error = format!("{error:#}"), "the key file cannot be read again: the former keys are used"),
            }
        }
        if loaded.keys.is_empty() {
            return Err(Fault::KeyStore("there is no key file".to_owned()));
        }
        Ok(loaded)
    }

    fn wrap_now(&self, key: &[u8], bound: &[u8]) -> Result<Wrapped, Fault> {
        let loaded = self.fresh()?;
        let (version, kek) = loaded.keys.last_key_value().ok_or_else(|| Fault::KeyStore("the key file is empty".to_owned()))?;
        Ok(Wrapped { version: *version, bytes: kek.wrap(key, bound)? })
    }

    fn unwrap_now(&self, version: i32, bytes: &[u8], bound: &[u8]) -> Result<Vec<u8>, Fault> {
        let loaded = self.fresh()?;
        let kek = loaded.keys.get(&version).ok_or_else(|| Fault::KeyStore(format!("version {version} is not in the key file")))?;
        // A data key that the key of the right version does not unwrap: the file is another service's, or the row was changed.
        kek.unwrap(bytes, bound).map_err(|_| Fault::KeyStore(format!("version {version} of the key file is another key")))
    }
}

impl KeyStore for KeyFile {
    fn current(&self) -> BoxFuture<'_, Result<i32, Fault>> {
        let newest = self.fresh().and_then(|loaded| {
            loaded.keys.last_key_value().map(|(version, _)| *version).ok_or_else(|| Fault::KeyStore("the key file is empty".to_owned()))
        });
        futures::future::ready(newest).boxed()
    }

    fn wrap<'a>(&'a self, key: &'a [u8], bound: &'a [u8]) -> BoxFuture<'a, Result<Wrapped, Fault>> {
        futures::future::ready(self.wrap_now(key, bound)).boxed()
    }

    fn unwrap<'a>(&'a self, version: i32, bytes: &'a [u8], bound: &'a [u8]) -> BoxFuture<'a, Result<Vec<u8>, Fault>> {
        futures::future::ready(self.unwrap_now(version, bytes, bound)).boxed()
    }
}

fn read(path: &Path) -> anyhow::Result<BTreeMap<i32, Kek>> {
    lines(path)?.into_iter().map(|(version, key)| Ok((version, Kek::new(&key)?))).collect()
}

/// Keys of such a file, by version, for whoever uses them for something else than wrapping.
///
/// # Errors
/// The file cannot be read by its owner alone, is empty, or is of another form. No line is repeated.
pub fn lines(path: &Path) -> anyhow::Result<BTreeMap<i32, Vec<u8>>> {
    let mode = fs::metadata(path).context("the key file cannot be read")?.mode();
    ensure!(mode & 0o077 == 0, "others may read the key file: set its mode to 0600");
    let text = fs::read_to_string(path).context("the key file cannot be read")?;
    let mut keys = BTreeMap::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        // A line is never repeated in an error: it is the key.
        let Some((version, key)) = line.split_once(' ') else { bail!("a line of the key file is no version and key") };
        let version: i32 = version.parse().ok().filter(|n| *n >= 1).context("a version of the key file is no number from 1")?;
        let bytes = hex::decode(key.trim())
            .ok()
            .filter(|bytes| bytes.len() == KEY)
            .context("a key of the key file is not 64 hexadecimal digits")?;
        ensure!(keys.insert(version, bytes).is_none(), "version {version} stands twice in the key file");
    }
    ensure!(!keys.is_empty(), "the key file is empty");
    Ok(keys)
}

/// Adds a version with a new key to the file, or creates the file; returns the new version.
///
/// # Errors
/// The file cannot be read or written: it is as it was.
pub fn add_version(path: &Path) -> anyhow::Result<i32> {
    let (newest, mut text) = if path.exists() {
        let newest = read(path)?.last_key_value().map_or(0, |(version, _)| *version);
        (newest, fs::read_to_string(path).context("the key file cannot be read")?)
    } else {
        (0, String::new())
    };
    let mut key = [0_u8; KEY];
    aws_lc_rs::rand::fill(&mut key).ok().context("the machine gives no random bytes")?;
    let version = newest + 1;
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(&format!("{version} {}\n", hex::encode(key)));
    let fresh = path.with_extension("new");
    let _absent = fs::remove_file(&fresh);
    let mut file =
        fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh).context("the key file cannot be written")?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).context("the key file cannot be written")?;
    fs::rename(&fresh, path).context("the key file cannot be written")?;
    // The new version wraps from now on: a power cut must not take it back.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::File::open(folder).and_then(|folder| folder.sync_all()).context("the folder of the key file cannot be synced")?;
    Ok(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_version_wraps_at_once_and_the_former_ones_stay_until_somebody_takes_them_out() {
        let path = std::env::temp_dir().join(format!("vault-{}.keys", super::super::random_id().unwrap()));
        assert_eq!(add_version(&path).unwrap(), 1);
        let store = KeyFile::new(&path);
        let first = store.wrap_now(&[9; KEY], b"one").unwrap();
        assert_eq!((first.version, add_version(&path).unwrap()), (1, 2));
        let second = store.wrap_now(&[9; KEY], b"one").unwrap();
        assert_eq!(second.version, 2);
        for wrapped in [&first, &second] {
            assert_eq!(store.unwrap_now(wrapped.version, &wrapped.bytes, b"one").unwrap(), [9; KEY]);
            assert!(store.unwrap_now(wrapped.version, &wrapped.bytes, b"other").is_err());
        }
        let mode = fs::metadata(&path).unwrap().mode();
        assert_eq!((mode & 0o777, fs::read_to_string(&path).unwrap().lines().count()), (0o600, 2));
        fs::write(&path, "what is this").unwrap();
        assert!(add_version(&path).is_err(), "a broken file was written over");
        fs::remove_file(&path).unwrap();
    }
}
