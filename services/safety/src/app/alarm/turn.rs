//! Cursor of a round over all open concerns.

use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

/// Cursor of the round of one process: the last concern that was checked. Cheap to clone.
#[derive(Clone, Default)]
pub struct Turn(Arc<Mutex<Uuid>>);

impl Turn {
    pub(in crate::app) fn after(&self) -> Uuid {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(in crate::app) fn move_to(&self, last: Uuid) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = last;
    }
}
