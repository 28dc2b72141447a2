//! Cache of unwrapped data keys: few, and for a short time, so that a list of rows does not ask the key store for each.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use base::clock::Clock;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::DataKey;

/// Longest time that a key may be used after another instance destroyed it.
const TIME_TO_LIVE: Duration = Duration::seconds(30);
const MAX_KEYS: usize = 1_024;

pub(super) struct Cache {
    clock: Clock,
    keys: Mutex<HashMap<Uuid, (DataKey, OffsetDateTime)>>,
}

impl Cache {
    pub fn new(clock: Clock) -> Self {
        Self { clock, keys: Mutex::default() }
    }

    pub fn get(&self, id: Uuid) -> Option<DataKey> {
        let now = self.clock.now();
        let keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.get(&id).filter(|(_, until)| *until > now).map(|(key, _)| key.clone())
    }

    pub fn put(&self, key: &DataKey) {
        let now = self.clock.now();
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.len() >= MAX_KEYS {
            keys.retain(|_, (_, until)| *until > now);
        }
        if keys.len() >= MAX_KEYS {
            keys.clear();
        }
        keys.insert(key.id(), (key.clone(), now + TIME_TO_LIVE));
    }

    pub fn forget(&self, ids: &[Uuid]) {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.retain(|id, _| !ids.contains(id));
    }
}
