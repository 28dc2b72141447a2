//! Stream of a watcher: first everything open, then each change, with a heartbeat at least every two seconds.

use std::{
    collections::{HashMap, HashSet},
    pin::Pin,
    time::Duration,
};

use auth::access::no_grant;
use base::{Caller, Error, caller::unauthenticated, refusal::store_error, wire::timestamp};
use futures::{Stream, stream};
use proto::safety::v1::{self, watch_concerns_response::Item};
use sqlx::{Postgres, Transaction};
use tokio::{
    sync::{OwnedSemaphorePermit, watch},
    time::Instant,
};
use tonic::Status;
use uuid::Uuid;

use super::server::AlarmServer;
use crate::{
    app::alarm::{
        read_concerns::{self, Common, Depth, Viewer, viewer},
        watch::{Revision, Revisions},
    },
    store::alarm::list::Wanted,
};

const BEAT_INTERVAL: Duration = Duration::from_secs(1);
/// Interval at which the watcher's permissions are read again, also when nothing changed.
const CHECK_INTERVAL: Duration = Duration::from_secs(2);
/// How long a watcher is trusted while their permissions cannot be read.
const TRUSTED_FOR: Duration = Duration::from_secs(45);
/// Largest number of open concerns in a snapshot; more are sent as changes.
const MAX_SNAPSHOT: i64 = 500;
/// What a snapshot holds.
const OPEN: &Wanted<'_> = &Wanted { closed: false, grade: None, state: None, site: None, raised_from: None, raised_before: None };
/// Changes read at once.
const MAX_AT_ONCE: usize = 100;

type Items = Pin<Box<dyn Stream<Item = Result<v1::WatchConcernsResponse, Status>> + Send>>;

struct Watcher {
    server: AlarmServer,
    caller: Caller,
    depth: Depth,
    revisions: watch::Receiver<Revisions>,
    told: HashMap<Uuid, Revision>,
    /// Concerns the watcher was shown and may still see.
    shown: HashSet<Uuid>,
    /// Those of the snapshot that the revisions do not hold yet: they may be older than the snapshot, and say nothing of what left.
    newer: HashSet<Uuid>,
    waiting: std::collections::VecDeque<Item>,
    begun: bool,
    /// When the grants were last read.
    known_at: Instant,
    /// When reading them was last attempted.
    asked_at: Instant,
    /// More has changed than was read.
    behind: bool,
}

/// Status that ends the stream: a new one begins with what the watcher may see now.
fn changed() -> Status {
    Status::unavailable("what you may see has changed: watch again")
}

/// Stream of a watcher. It ends with the caller's token, with the grants it began with, and with the process.
pub fn stream(server: AlarmServer, caller: Caller, depth: Depth) -> Items {
    // Subscribed before the first snapshot is read: nothing can fall between the two.
    let revisions = server.hub.subscribe();
    let (known_at, asked_at) = (Instant::now(), Instant::now());
    let (told, shown, newer, waiting) = (HashMap::new(), HashSet::new(), HashSet::new(), std::collections::VecDeque::new());
    let watcher =
        Watcher { server, caller, depth, revisions, told, shown, newer, waiting, begun: false, known_at, asked_at, behind: false };
    Box::pin(stream::unfold(Some(watcher), |watcher| async move {
        let mut watcher = watcher?;
        match watcher.next().await {
            Ok(Some(item)) => Some((Ok(v1::WatchConcernsResponse { item: Some(item) }), Some(watcher))),
            Ok(None) => None,
            Err(status) => Some((Err(status), None)),
        }
    }))
}

impl Watcher {
    async fn next(&mut self) -> Result<Option<Item>, Status> {
        if !self.begun {
            self.begun = true;
            return self.snapshot().await.map(Some);
        }
        loop {
            self.still_granted().await?;
            if let Some(item) = self.waiting.pop_front() {
                return Ok(Some(item));
            }
            if self.behind {
                self.collect().await?;
                continue;
            }
            tokio::select! {
                () = self.server.stop.cancelled() => return Ok(None),
                () = tokio::time::sleep(BEAT_INTERVAL) => return Ok(Some(self.beat())),
                changed = self.revisions.changed() => {
                    if changed.is_err() {
                        return Ok(None);
                    }
                    self.collect().await?;
                }
            }
        }
    }

    /// Ends the stream when the proof of identity has expired or the grants differ from those at its start. While the database is away
    /// nothing can be sent anyway; after a while the watcher must prove again what they may see.
    async fn still_granted(&mut self) -> Result<(), Status> {
        let now = self.server.app.clock.now();
        if !self.caller.is_proven(now) {
            return Err(unauthenticated());
        }
        if self.asked_at.elapsed() < CHECK_INTERVAL && now < self.caller.expires_at {
            return Ok(());
        }
        self.asked_at = Instant::now();
        // All who ask at one moment are looked up together, on one connection: this needs no turn.
        match self.server.grants.again(&self.caller, now).await {
            Ok(caller) if caller.grants.is_empty() => Err(no_grant().into()),
            Ok(caller) if caller.grants == self.caller.grants => {
                self.caller = caller;
                self.known_at = Instant::now();
                Ok(())
            }
            Ok(_) => Err(changed()),
            Err(error) if self.known_at.elapsed() < TRUSTED_FOR => {
                tracing::warn!(error = store_error(&error), "a watcher's grants cannot be read for a moment");
                Ok(())
            }
            Err(error) => Err(Error::from(error).into()),
        }
    }

    fn beat(&self) -> Item {
        Item::Beat(v1::Beat {
            at: Some(timestamp(self.server.app.clock.now())),
            bus: self.server.bus.is_connected(),
            ladder: self.server.hub.ladder_is_alive(),
        })
    }

    /// Snapshot of what is open; what does not fit follows as changes.
    async fn snapshot(&mut self) -> Result<Item, Status> {
        let _turn = self.turn().await?;
        let (mut tx, viewer) = self.reader().await?;
        let (views, _) = read_concerns::list(&mut tx, &self.server.app.vault, &viewer, (OPEN, self.depth), None, MAX_SNAPSHOT).await?;
        self.note(tx, &views).await;
        let epoch = self.server.app.epoch.number();
        self.told = views.iter().map(|view| (view.concern.id, (epoch, view.concern.revision))).collect();
        self.shown = views.iter().map(|view| view.concern.id).collect();
        self.newer = self.shown.clone();
        self.behind = true;
        Ok(Item::Snapshot(v1::Snapshot { concerns: views.into_iter().map(|view| self.server.shown(view)).collect() }))
    }

    /// Changes since the last message, a bounded number at a time.
    async fn collect(&mut self) -> Result<(), Status> {
        // Outlines that many read alike are read once for all of them.
        let common = Common::of(&self.server.app, &self.caller).filter(|_| self.depth == Depth::Outline);
        // What changes while this one waits for its turn is read with it: alone, nothing waits for another.
        let _turn = match common {
            Some(_) => None,
            None => Some(self.turn().await?),
        };
        let latest = self.revisions.borrow_and_update().clone();
        let unsent = self.unsent(&latest);
        if unsent.is_empty() {
            return Ok(());
        }
        let views = match common {
            Some(common) => {
                let read = async |ids: &[Uuid]| {
                    let _turn = self.turn().await?;
                    self.read(ids).await
                };
                self.server.outlines.find(common, &unsent, &latest, read).await?
            }
            None => self.read(&unsent.iter().map(|(id, _)| *id).collect::<Vec<_>>()).await?,
        };
        let visible: HashMap<Uuid, i64> = views.iter().map(|(id, view)| (*id, view.revision)).collect();
        for (id, revision) in unsent {
            // Hidden ones are remembered too, so that they are read once for each revision.
            self.told.insert(id, visible.get(&id).map_or(revision, |read| (revision.0, *read)));
            if visible.contains_key(&id) {
                self.shown.insert(id);
            } else if self.shown.remove(&id) {
                // No longer visible, and the watcher must not go on as if it rang: a new stream begins with what they may see now.
                return Err(changed());
            }
        }
        self.waiting.extend(views.into_iter().map(|(_, view)| Item::Changed(view)));
        Ok(())
    }

    /// The next of what this watcher was not told yet; what is over is forgotten.
    fn unsent(&mut self, latest: &Revisions) -> Vec<(Uuid, Revision)> {
        let untold = |id: &Uuid, revision: &Revision| self.told.get(id).is_none_or(|told| told < revision);
        let mut unsent: Vec<(Uuid, Revision)> =
            latest.iter().filter(|(id, revision)| untold(id, revision)).map(|(id, revision)| (*id, *revision)).collect();
        self.behind = unsent.len() > MAX_AT_ONCE;
        unsent.truncate(MAX_AT_ONCE);
        self.newer.retain(|id| !latest.contains_key(id));
        self.told.retain(|id, _| latest.contains_key(id) || self.newer.contains(id));
        self.shown.retain(|id| latest.contains_key(id) || self.newer.contains(id));
        unsent
    }

    /// Those of these concerns that the watcher may know of, as they read them.
    async fn read(&self, ids: &[Uuid]) -> Result<Vec<(Uuid, v1::ConcernView)>, Status> {
        let (mut tx, viewer) = self.reader().await?;
        let views = read_concerns::find_all(&mut tx, &self.server.app.vault, &viewer, (ids, self.depth)).await?;
        self.note(tx, &views).await;
        Ok(views.into_iter().map(|view| (view.concern.id, self.server.shown(view))).collect())
    }

    async fn note(&self, tx: Transaction<'_, Postgres>, views: &[read_concerns::View]) {
        read_concerns::note(tx, &self.caller, "concern.watch", views, self.server.app.clock.now()).await;
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit, Status> {
        self.server.hub.readers.clone().acquire_owned().await.map_err(|_| unauthenticated())
    }

    /// Permissions of the watcher, read anew each time: an office may have changed hands.
    async fn reader(&self) -> Result<(Transaction<'static, Postgres>, Viewer), Status> {
        let mut tx = self.server.transactions.begin(&self.caller).await?;
        let viewer = viewer(&mut tx, &self.server.app, &self.caller).await?;
        Ok((tx, viewer))
    }
}
