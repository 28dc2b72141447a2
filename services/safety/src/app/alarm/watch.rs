//! Notification of watchers that something changed: a hint when this process commits, and a poll for what other instances commit.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use base::{Clock, database};
use sqlx::PgPool;
use tokio::sync::{Semaphore, watch};
use uuid::Uuid;

use crate::{
    app::{epoch::Epoch, row_security},
    store,
};

/// How long a closed concern is still sent to watchers.
const SHOW_CLOSED_FOR: time::Duration = time::Duration::minutes(5);
/// The ladder engine is alive if it ticked within this time.
const ALIVE_SECONDS: i64 = 15;

/// Epoch and revision: a later epoch is newer, whatever its revision.
pub type Revision = (i64, i64);

/// Id and revision of every concern that may have to be sent to a watcher.
pub type Revisions = Arc<HashMap<Uuid, Revision>>;

/// Hub of the process; every stream subscribes to it.
#[derive(Clone)]
pub struct Hub {
    latest: watch::Sender<Revisions>,
    ticked_at: Arc<AtomicI64>,
    clock: Clock,
    epoch: Epoch,
    /// Limits concurrent reads of watchers: a change that hundreds follow must not take the connections of a raise.
    pub readers: Arc<Semaphore>,
}

/// Watchers that read at one time.
const MAX_READERS: usize = 3;

impl Hub {
    #[must_use]
    pub fn new(clock: Clock, epoch: Epoch) -> Self {
        Self {
            latest: watch::Sender::new(Revisions::default()),
            ticked_at: Arc::default(),
            clock,
            epoch,
            readers: Arc::new(Semaphore::new(MAX_READERS)),
        }
    }

    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<Revisions> {
        self.latest.subscribe()
    }

    /// Reports that the ladder engine has just ticked.
    pub fn ticked(&self) {
        self.ticked_at.store(self.clock.now().unix_timestamp(), Ordering::Relaxed);
    }

    #[must_use]
    pub fn ladder_is_alive(&self) -> bool {
        let since = self.clock.now().unix_timestamp() - self.ticked_at.load(Ordering::Relaxed);
        // A clock that was set back makes no engine count as alive.
        since.abs() <= ALIVE_SECONDS
    }

    /// Compares the revisions in the database with those that the watchers have, and notifies the watchers of a difference.
    ///
    /// # Errors
    /// A statement failed: the watchers keep what they have.
    pub async fn refresh(&self, pool: &PgPool) -> sqlx::Result<()> {
        let mut tx = database::begin(pool, &row_security::itself()).await?;
        let revisions = store::alarm::concern::revisions(&mut tx, self.clock.now() - SHOW_CLOSED_FOR).await?;
        let epoch = self.epoch.number();
        let now: HashMap<Uuid, Revision> = revisions.into_iter().map(|(id, revision)| (id, (epoch, revision))).collect();
        tx.commit().await?;
        self.latest.send_if_modified(|held| {
            let changed = **held != now;
            if changed {
                *held = Arc::new(now);
            }
            changed
        });
        Ok(())
    }
}
