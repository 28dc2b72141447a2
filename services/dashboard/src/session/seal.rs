//! Sealing of what a browser keeps for us: AES-256-GCM under keys that every instance of the dashboard has, and no browser.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use anyhow::{Context as _, bail, ensure};
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey},
    hmac,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};

const KEY: usize = 32;
const NONCE: usize = 12;
/// Bytes of the number of the key in front of what it sealed.
const VERSION: usize = 4;

/// Keys that seal and open. Cheap to clone.
#[derive(Clone)]
pub struct Seal(Arc<Keys>);

struct Keys {
    /// File of the keys; none where they live as long as this process.
    path: Option<PathBuf>,
    loaded: Mutex<Loaded>,
}

#[derive(Default)]
struct Loaded {
    /// Inode, time and size of the file that was read.
    read: Option<(u64, i64, i64, u64)>,
    keys: BTreeMap<u32, SealKey>,
}

/// A key of sessions in its two uses.
struct SealKey {
    seals: RandomizedNonceKey,
    /// Derives keys for what a browser seals by itself.
    derives: hmac::Key,
}

impl Seal {
    /// Keys of a file with one `<version> <64 hexadecimal digits>` in each line: the highest version seals, all open. It is read again when
    /// it changes; a key that is taken out ends the sessions it sealed.
    ///
    /// # Errors
    /// The file cannot be read, others may read it, or it holds no keys.
    pub fn of_file(path: &Path) -> anyhow::Result<Self> {
        let seal = Self(Arc::new(Keys { path: Some(path.to_path_buf()), loaded: Mutex::default() }));
        ensure!(!seal.keys().keys.is_empty(), "the keys of sessions cannot be used");
        Ok(seal)
    }

    /// A key of this process alone: sessions end with it, and no other instance knows them.
    ///
    /// # Errors
    /// The machine gives no random bytes.
    pub fn of_this_process() -> anyhow::Result<Self> {
        let mut bytes = [0_u8; KEY];
        aws_lc_rs::rand::fill(&mut bytes).ok().context("the machine gives no random bytes")?;
        let keys = BTreeMap::from([(1, SealKey::new(&bytes)?)]);
        Ok(Self(Arc::new(Keys { path: None, loaded: Mutex::new(Loaded { read: None, keys }) })))
    }

    /// Seals a value for one purpose, as text that may stand in a cookie.
    #[must_use]
    pub fn seal(&self, purpose: &str, value: &impl Serialize) -> Option<String> {
        let mut body = serde_json::to_vec(value).ok()?;
        let keys = self.keys();
        let (version, key) = keys.keys.last_key_value()?;
        let nonce = key.seals.seal_in_place_append_tag(Aad::from(purpose.as_bytes()), &mut body).ok()?;
        let mut sealed = version.to_be_bytes().to_vec();
        sealed.extend_from_slice(nonce.as_ref());
        sealed.append(&mut body);
        Some(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// Opens what was sealed for this purpose. Nothing where it was changed, was sealed for something else or under a key that is not here.
    #[must_use]
    pub fn open<T: DeserializeOwned>(&self, purpose: &str, text: &str) -> Option<T> {
        let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (version, rest) = sealed.split_at_checked(VERSION)?;
        let (nonce, body) = rest.split_at_checked(NONCE)?;
        let version = u32::from_be_bytes(version.try_into().ok()?);
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut body = body.to_vec();
        let keys = self.keys();
        let opened = keys.keys.get(&version)?.seals.open_in_place(nonce, Aad::from(purpose.as_bytes()), &mut body).ok()?;
        serde_json::from_slice(opened).ok()
    }

    /// Keys of 256 bits for one purpose, each with the version it comes from, newest first: the same on every instance, and from none of
    /// them can the key behind it be found.
    #[must_use]
    pub fn derived(&self, purpose: &str) -> Vec<(u32, [u8; KEY])> {
        let one = |key: &SealKey| hmac::sign(&key.derives, purpose.as_bytes()).as_ref().try_into().ok();
        self.keys().keys.iter().rev().filter_map(|(version, key)| Some((*version, one(key)?))).collect()
    }

    fn keys(&self) -> MutexGuard<'_, Loaded> {
        let mut loaded = self.0.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(path) = &self.0.path else { return loaded };
        let found = fs::metadata(path).ok().map(|file| (file.ino(), file.mtime(), file.mtime_nsec(), file.size()));
        if found.is_some() && found != loaded.read {
            match read(path) {
                Ok(keys) => loaded.keys = keys,
                Err(error) => tracing::error!(error = format!("{error:#}"), "the keys of sessions cannot be read: those known are used"),
            }
            loaded.read = found;
        }
        loaded
    }
}

impl SealKey {
    fn new(bytes: &[u8]) -> anyhow::Result<Self> {
        let seals = RandomizedNonceKey::new(&AES_256_GCM, bytes).ok().context("a key of sessions has 32 bytes")?;
        // Two uses, two keys: what seals a session is not what derives.
        let derives = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, bytes), b"keys for browsers");
        Ok(Self { seals, derives: hmac::Key::new(hmac::HMAC_SHA256, derives.as_ref()) })
    }
}

fn read(path: &Path) -> anyhow::Result<BTreeMap<u32, SealKey>> {
    let mode = fs::metadata(path).context("the file cannot be read")?.mode();
    ensure!(mode & 0o077 == 0, "others may read the file: set its mode to 0600");
    let text = fs::read_to_string(path).context("the file cannot be read")?;
    let mut keys = BTreeMap::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        // A line is never repeated in an error: it is the key.
        let Some((version, digits)) = line.split_once(' ') else { bail!("a line is no version and key") };
        let version: u32 = version.parse().ok().filter(|n| *n >= 1).context("a version is no number from 1")?;
        let bytes = hex::decode(digits.trim()).ok().context("a key is not 64 hexadecimal digits")?;
        ensure!(keys.insert(version, SealKey::new(&bytes)?).is_none(), "version {version} stands twice");
    }
    ensure!(!keys.is_empty(), "the file is empty");
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    struct File(PathBuf);

    impl File {
        fn new(name: &str, text: &str) -> Self {
            let path = std::env::temp_dir().join(format!("dashboard-seal-{name}-{}", std::process::id()));
            let file = Self(path);
            file.write(text);
            file
        }

        fn write(&self, text: &str) {
            let _absent = fs::remove_file(&self.0);
            fs::write(&self.0, text).unwrap();
            fs::set_permissions(&self.0, fs::Permissions::from_mode(0o600)).unwrap();
        }
    }

    impl Drop for File {
        fn drop(&mut self) {
            let _gone = fs::remove_file(&self.0);
        }
    }

    #[test]
    fn what_is_sealed_opens_for_its_own_purpose_only_and_not_when_a_letter_of_it_was_changed() {
        let seal = Seal::of_this_process().unwrap();
        let text = seal.seal("session", &"a token").unwrap();
        assert!(!text.contains("token"));
        assert_eq!(seal.open::<String>("session", &text).as_deref(), Some("a token"));
        assert_eq!(seal.open::<String>("attempt", &text), None);
        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(seal.open::<String>("session", std::str::from_utf8(&changed).unwrap()), None, "letter {at}");
        }
        assert_eq!(Seal::of_this_process().unwrap().open::<String>("session", &text), None);
        for broken in ["", "A", "AAAA", "é", "AAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            assert_eq!(seal.open::<String>("session", broken), None);
        }
    }

    #[test]
    fn a_browser_gets_the_same_keys_from_every_instance_and_others_for_another_person() {
        let (first, second) = (format!("1 {}\n", "11".repeat(32)), format!("2 {}\n", "22".repeat(32)));
        let file = File::new("derived", &first);
        let (seal, other) = (Seal::of_file(&file.0).unwrap(), Seal::of_file(&file.0).unwrap());
        let former = seal.derived("drafts of one");
        assert_eq!(former, other.derived("drafts of one"));
        assert_ne!(former, seal.derived("drafts of another"));
        assert_ne!(former, vec![(1, [0x11; 32])], "not the key itself");
        file.write(&format!("{first}{second}"));
        let [newer, older] = seal.derived("drafts of one").try_into().unwrap();
        assert_eq!((newer.0, vec![older]), (2, former), "what a former key sealed is still opened");
    }

    #[test]
    fn a_new_key_seals_at_once_the_former_ones_open_and_one_that_was_taken_out_opens_nothing() {
        let (first, second) = (format!("1 {}\n", "11".repeat(32)), format!("2 {}\n", "22".repeat(32)));
        let file = File::new("rotation", &first);
        let (seal, other) = (Seal::of_file(&file.0).unwrap(), Seal::of_file(&file.0).unwrap());
        let former = seal.seal("session", &1).unwrap();
        assert_eq!(other.open::<u8>("session", &former), Some(1), "another instance opens it");
        file.write(&format!("{first}{second}"));
        let newer = seal.seal("session", &2).unwrap();
        assert_eq!((other.open::<u8>("session", &former), other.open::<u8>("session", &newer)), (Some(1), Some(2)));
        file.write(&second);
        assert_eq!((seal.open::<u8>("session", &former), seal.open::<u8>("session", &newer)), (None, Some(2)));
        file.write("what is this");
        assert_eq!(seal.open::<u8>("session", &newer), Some(2), "a broken file ends nobody's session");
    }

    #[test]
    fn a_file_without_keys_or_that_others_may_read_is_refused_at_the_start() {
        for text in ["", "# none\n", "1", "0 00", "1 00", "x 11"] {
            let file = File::new("refused", text);
            assert!(Seal::of_file(&file.0).is_err(), "{text}");
        }
        let file = File::new("open", &format!("1 {}\n", "11".repeat(32)));
        fs::set_permissions(&file.0, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(Seal::of_file(&file.0).is_err());
    }
}
