//! A stand-in for the safety service, as another service that calls it sees it.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use proto::{id::ConcernId, named::Named, safety::v1::FollowCaseRequest};
use time::OffsetDateTime;
use to_safety::{AskSafety, ConcernAnswer, Followed, Open, Stands, TellSafety};
use uuid::Uuid;

/// The stand-in: it reports the concerns that a test gave it, or does not answer at all.
#[derive(Default)]
pub struct Alarm {
    pub silent: AtomicBool,
    /// Whether it lists the open concerns but rejects reports of where their persons are.
    pub deaf: AtomicBool,
    concerns: Mutex<BTreeMap<ConcernId, ConcernAnswer>>,
    /// All reports of where the person of a concern is, in order.
    words: Mutex<Vec<FollowCaseRequest>>,
}

impl Alarm {
    fn concerns(&self) -> MutexGuard<'_, BTreeMap<ConcernId, ConcernAnswer>> {
        self.concerns.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, told: ConcernAnswer) {
        self.concerns().insert(told.concern, told);
    }

    /// Opens a concern that names this.
    pub fn opens(&self, concern: ConcernId, names: &[&str], said_at: OffsetDateTime) {
        let names = names.iter().filter_map(|name| Named::parse(name)).collect();
        self.put(ConcernAnswer { concern, stands: Stands::Open, said_at: Some(said_at), names, unread: false });
    }

    /// Makes the content of a concern unreadable for the moment.
    pub fn cannot_read(&self, concern: ConcernId) {
        self.put(ConcernAnswer {
            concern,
            stands: Stands::Open,
            said_at: Some(OffsetDateTime::UNIX_EPOCH),
            names: Vec::new(),
            unread: true,
        });
    }

    pub fn closes(&self, concern: ConcernId) {
        let mut concerns = self.concerns();
        let unknown =
            ConcernAnswer { concern, stands: Stands::Closed, said_at: Some(OffsetDateTime::UNIX_EPOCH), names: Vec::new(), unread: false };
        concerns.entry(concern).or_insert(unknown).stands = Stands::Closed;
    }

    fn heard(&self) -> MutexGuard<'_, Vec<FollowCaseRequest>> {
        self.words.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Received reports of where the person of a concern is, in order.
    pub fn words(&self, concern: ConcernId) -> Vec<FollowCaseRequest> {
        let concern = concern.to_string();
        self.heard().iter().filter(|word| word.concern_id == concern).cloned().collect()
    }

    /// Sets its database back to before any report of where the persons of concerns are.
    pub fn forgets_words(&self) {
        self.heard().clear();
    }

    /// Sets its database back to before the concern.
    pub fn forgets(&self, concern: ConcernId) {
        self.concerns().remove(&concern);
    }
}

#[tonic::async_trait]
impl AskSafety for Alarm {
    async fn open(&self) -> Option<Vec<Open>> {
        let concerns = self.concerns();
        let open = concerns.values().filter(|told| told.stands == Stands::Open);
        let taken = |concern| self.words(concern).pop().and_then(|word| Uuid::try_parse(&word.case_site).ok());
        let listed = |told: &ConcernAnswer| Open {
            concern: told.concern,
            said_at: told.said_at.unwrap_or(OffsetDateTime::UNIX_EPOCH),
            case_site: taken(told.concern),
        };
        (!self.silent.load(Ordering::Relaxed)).then(|| open.map(listed).collect())
    }

    async fn told(&self, concerns: &[ConcernId]) -> Option<Vec<ConcernAnswer>> {
        let known = self.concerns();
        let unknown = |concern| ConcernAnswer { concern, stands: Stands::Unknown, said_at: None, names: Vec::new(), unread: false };
        let told = concerns.iter().map(|id| known.get(id).cloned().unwrap_or_else(|| unknown(*id)));
        (!self.silent.load(Ordering::Relaxed)).then(|| told.collect())
    }
}

#[tonic::async_trait]
impl TellSafety for Alarm {
    async fn follow(&self, word: FollowCaseRequest) -> Option<Followed> {
        if self.silent.load(Ordering::Relaxed) || self.deaf.load(Ordering::Relaxed) {
            return None;
        }
        self.heard().push(word);
        Some(Followed::Moved)
    }
}
