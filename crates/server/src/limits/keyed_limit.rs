//! Keyed limit: a bounded number of places, and of them a bounded number for each key.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

/// Places taken, by key. Cheap to clone.
#[derive(Clone)]
pub struct KeyedLimit<K: Eq + Hash> {
    in_all: usize,
    of_one: usize,
    taken: Arc<Mutex<HashMap<K, usize>>>,
}

/// Reason there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    /// All are taken.
    InAll,
    /// This key has reached its limit.
    OfOne,
}

/// Place that is taken until it is dropped.
pub struct Permit<K: Eq + Hash> {
    of: KeyedLimit<K>,
    whose: K,
}

impl<K: Eq + Hash + Clone> KeyedLimit<K> {
    /// Limit of `in_all` places, and of `of_one` for each key.
    #[must_use]
    pub fn new(in_all: usize, of_one: usize) -> Self {
        Self { in_all, of_one, taken: Arc::default() }
    }

    /// Takes a place.
    ///
    /// # Errors
    /// The limit that is exceeded.
    pub fn take(&self, whose: K) -> Result<Permit<K>, Full> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.values().sum::<usize>() >= self.in_all {
            return Err(Full::InAll);
        }
        let own = taken.entry(whose.clone()).or_default();
        if *own >= self.of_one {
            return Err(Full::OfOne);
        }
        *own += 1;
        Ok(Permit { of: self.clone(), whose })
    }

    #[cfg(test)]
    pub(super) fn are_all_free(&self) -> bool {
        self.taken.lock().unwrap().is_empty()
    }
}

impl<K: Eq + Hash> Drop for Permit<K> {
    fn drop(&mut self) {
        let mut taken = self.of.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = taken.get_mut(&self.whose) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.whose);
            }
        }
    }
}
