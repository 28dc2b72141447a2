//! Safety, as a service that asks it finds it in the tests.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use proto::{id::ConcernId, named::Named};
use time::OffsetDateTime;
use to_safety::{AskSafety, Stands, Told};

/// It says what they tell it, or nothing at all.
#[derive(Default)]
pub struct Alarm {
    pub silent: AtomicBool,
    concerns: Mutex<BTreeMap<ConcernId, Told>>,
}

impl Alarm {
    fn concerns(&self) -> MutexGuard<'_, BTreeMap<ConcernId, Told>> {
        self.concerns.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, told: Told) {
        self.concerns().insert(told.concern, told);
    }

    /// A concern is open, and names this.
    pub fn opens(&self, concern: ConcernId, names: &[&str], said_at: OffsetDateTime) {
        let names = names.iter().filter_map(|name| Named::parse(name)).collect();
        self.put(Told { concern, stands: Stands::Open, said_at: Some(said_at), names, unread: false });
    }

    /// What was said of it cannot be opened at the moment.
    pub fn cannot_read(&self, concern: ConcernId) {
        self.put(Told { concern, stands: Stands::Open, said_at: Some(OffsetDateTime::UNIX_EPOCH), names: Vec::new(), unread: true });
    }

    pub fn closes(&self, concern: ConcernId) {
        let mut concerns = self.concerns();
        let unknown = Told { concern, stands: Stands::Closed, said_at: Some(OffsetDateTime::UNIX_EPOCH), names: Vec::new(), unread: false };
        concerns.entry(concern).or_insert(unknown).stands = Stands::Closed;
    }

    /// Its database was set back to before the concern.
    pub fn forgets(&self, concern: ConcernId) {
        self.concerns().remove(&concern);
    }
}

#[tonic::async_trait]
impl AskSafety for Alarm {
    async fn open(&self) -> Option<Vec<(ConcernId, OffsetDateTime)>> {
        let concerns = self.concerns();
        let open = concerns.values().filter(|told| told.stands == Stands::Open);
        (!self.silent.load(Ordering::Relaxed))
            .then(|| open.map(|told| (told.concern, told.said_at.unwrap_or(OffsetDateTime::UNIX_EPOCH))).collect())
    }

    async fn told(&self, concerns: &[ConcernId]) -> Option<Vec<Told>> {
        let known = self.concerns();
        let unknown = |concern| Told { concern, stands: Stands::Unknown, said_at: None, names: Vec::new(), unread: false };
        let told = concerns.iter().map(|id| known.get(id).cloned().unwrap_or_else(|| unknown(*id)));
        (!self.silent.load(Ordering::Relaxed)).then(|| told.collect())
    }
}
