//! Public keys that verify access tokens, and their renewal.
//!
//! They are in a file that is read again when it changes. It is written by an operator, or by this process, from what an identity provider
//! publishes: a start while the provider is away finds the last keys. Size, number, age and requests are bounded.

mod key;
pub mod provider;

use std::{
    io::Read as _,
    path::Path,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard},
    time::Duration,
};

use anyhow::Context as _;
use base::tasks::Tasks;
use jsonwebtoken::jwk::JwkSet;
use tokio::sync::Notify;

pub use self::key::Key;

/// Largest size of a key set, in bytes: one key takes about 200.
const MAX_FILE_SIZE: u64 = 64 * 1024;
/// Largest number of keys; a provider publishes two or three.
const MAX_KEYS: usize = 32;
/// Interval at which the file is checked for changes.
const CHECK_INTERVAL: Duration = Duration::from_secs(2);

/// Reason the keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    #[error("cannot read the identity keys")]
    Read(#[from] std::io::Error),
    #[error("the identity keys are not a JWK set")]
    Parse(#[from] serde_json::Error),
    #[error("the identity keys are larger than 64 KiB or more than 32")]
    TooMany,
    #[error("the identity keys hold no key for signatures by ES256, RS256 or PS256")]
    Empty,
}

/// Keys in use. Cheap to clone; every clone sees a renewal.
#[derive(Clone, Default)]
pub struct Keys(Arc<Shared>);

#[derive(Default)]
struct Shared {
    current: RwLock<KeySet>,
    /// Notified when a token names an unknown key: the provider may have a newer set.
    unknown: Arc<Notify>,
}

#[derive(Default)]
struct KeySet {
    /// Rises with every change of the set.
    generation: u64,
    content: Vec<u8>,
    keys: Vec<(Option<String>, Key)>,
}

impl Keys {
    /// Reads a JWK set; only keys for signatures by ES256, RS256 or PS256 are ever taken from it.
    ///
    /// # Errors
    /// The file is missing, malformed, too large or without a key that can be used.
    pub fn from_file(path: &Path) -> Result<Self, KeysError> {
        Self::from_bytes(&read(path)?)
    }

    /// The same from the text of a JWK set.
    ///
    /// # Errors
    /// As [`Keys::from_file`].
    pub fn from_bytes(content: &[u8]) -> Result<Self, KeysError> {
        let keys = Self::default();
        keys.replace(content)?;
        Ok(keys)
    }

    /// Key that a token names. One that names none gets the only key there is, or nothing.
    #[must_use]
    pub fn find(&self, id: Option<&str>) -> Option<Key> {
        let found = match (id, self.current().keys.as_slice()) {
            (None, [(_, only)]) => Some(only.clone()),
            (None, _) => None,
            (Some(id), keys) => keys.iter().find(|(of, _)| of.as_deref() == Some(id)).map(|(_, key)| key.clone()),
        };
        if found.is_none() {
            self.0.unknown.notify_one();
        }
        found
    }

    /// Replaces the set; `true` where it differs. A set that cannot be used changes nothing.
    fn replace(&self, content: &[u8]) -> Result<bool, KeysError> {
        if self.current().content == content {
            return Ok(false);
        }
        let keys = parse(content)?;
        self.put(content.to_vec(), keys);
        Ok(true)
    }

    /// Removes every key: it is no longer known whether the provider still stands by them.
    fn forget(&self) {
        self.put(Vec::new(), Vec::new());
    }

    fn put(&self, content: Vec<u8>, keys: Vec<(Option<String>, Key)>) {
        let mut current = self.0.current.write().unwrap_or_else(PoisonError::into_inner);
        *current = KeySet { generation: current.generation + 1, content, keys };
    }

    /// Number of the set in use: what was verified with a former set must be verified again.
    pub(crate) fn generation(&self) -> u64 {
        self.current().generation
    }

    fn current(&self) -> RwLockReadGuard<'_, KeySet> {
        self.0.current.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the file again, periodically.
    pub fn keep_fresh(self, path: Arc<Path>, tasks: &Tasks) {
        tasks.every_delayed("identity-keys", CHECK_INTERVAL, None, move || self.clone().read_again(path.clone()));
    }

    async fn read_again(self, path: Arc<Path>) -> anyhow::Result<()> {
        let content = tokio::task::spawn_blocking(move || read(&path)).await?;
        if content.and_then(|content| self.replace(&content)).context("the identity keys on disk cannot be used: those held stay in use")? {
            tracing::info!("the identity keys are renewed");
        }
        Ok(())
    }
}

fn read(path: &Path) -> Result<Vec<u8>, KeysError> {
    let mut content = Vec::new();
    std::fs::File::open(path)?.take(MAX_FILE_SIZE + 1).read_to_end(&mut content)?;
    Ok(content)
}

fn parse(content: &[u8]) -> Result<Vec<(Option<String>, Key)>, KeysError> {
    if u64::try_from(content.len()).unwrap_or(u64::MAX) > MAX_FILE_SIZE {
        return Err(KeysError::TooMany);
    }
    let set: JwkSet = serde_json::from_slice(content)?;
    if set.keys.len() > MAX_KEYS {
        return Err(KeysError::TooMany);
    }
    let keys: Vec<_> = set.keys.iter().filter_map(|key| Some((key.common.key_id.clone(), Key::from_jwk(key)?))).collect();
    if keys.is_empty() { Err(KeysError::Empty) } else { Ok(keys) }
}

#[cfg(test)]
mod tests;
