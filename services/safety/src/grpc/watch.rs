//! The stream of a watcher: everything open first, then each change, then a beat at least every two seconds.

use std::{collections::HashMap, pin::Pin, time::Duration};

use chassis::{Caller, wire::timestamp};
use futures::{Stream, stream};
use proto::safety::v1::{self, watch_concerns_response::Item};
use tokio::sync::watch;
use tonic::Status;
use uuid::Uuid;

use super::{Door, database, encode};
use crate::app::{
    read_concerns::{self, Viewer, viewer},
    watch::Revisions,
};

const BEAT: Duration = Duration::from_secs(1);
/// Open concerns in a snapshot; more are told as changes.
const SNAPSHOT: i64 = 500;
/// Changes read at once.
const AT_ONCE: usize = 100;

type Items = Pin<Box<dyn Stream<Item = Result<v1::WatchConcernsResponse, Status>> + Send>>;

struct Watcher {
    door: Door,
    caller: Caller,
    revisions: watch::Receiver<Revisions>,
    told: HashMap<Uuid, i64>,
    waiting: std::collections::VecDeque<Item>,
    begun: bool,
    /// More has changed than was read.
    behind: bool,
}

/// The stream ends with the caller's token and with the process.
pub fn stream(door: Door, caller: Caller) -> Items {
    // Subscribed before the first snapshot is read: nothing can fall between the two.
    let revisions = door.hub.subscribe();
    let watcher =
        Watcher { door, caller, revisions, told: HashMap::new(), waiting: std::collections::VecDeque::new(), begun: false, behind: false };
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
            if let Some(item) = self.waiting.pop_front() {
                return Ok(Some(item));
            }
            if self.door.ctx.clock.now() >= self.caller.expires_at {
                return Err(chassis::identity::unauthenticated());
            }
            if self.behind {
                self.collect().await?;
                continue;
            }
            tokio::select! {
                () = self.door.ctx.stop.cancelled() => return Ok(None),
                () = tokio::time::sleep(BEAT) => return Ok(Some(self.beat())),
                changed = self.revisions.changed() => {
                    if changed.is_err() {
                        return Ok(None);
                    }
                    self.collect().await?;
                }
            }
        }
    }

    fn beat(&self) -> Item {
        let ctx = &self.door.ctx;
        Item::Beat(v1::Beat { at: Some(timestamp(ctx.clock.now())), bus: ctx.bus.is_connected(), ladder: self.door.hub.ladder_is_alive() })
    }

    /// The first of what is open; whatever does not fit follows as changes.
    async fn snapshot(&mut self) -> Result<Item, Status> {
        let (mut db, viewer) = self.reader().await?;
        let (views, _) = read_concerns::list(&mut db, &self.door.tools.vault, &viewer, false, None, SNAPSHOT).await?;
        self.note(&mut db, &views).await;
        self.told = views.iter().map(|view| (view.concern.id, view.concern.revision)).collect();
        self.behind = true;
        Ok(Item::Snapshot(v1::Snapshot { concerns: views.into_iter().map(encode::view).collect() }))
    }

    /// What changed since it was last told, a bounded number at a time.
    async fn collect(&mut self) -> Result<(), Status> {
        let latest = self.revisions.borrow_and_update().clone();
        let untold = |id: &Uuid, revision: &i64| self.told.get(id).is_none_or(|told| told < revision);
        let news: Vec<(Uuid, i64)> = latest.iter().filter(|(id, revision)| untold(id, revision)).map(|(id, r)| (*id, *r)).collect();
        self.behind = news.len() > AT_ONCE;
        let (mut db, viewer) = self.reader().await?;
        for (id, revision) in news.into_iter().take(AT_ONCE) {
            let view = read_concerns::find(&mut db, &self.door.tools.vault, &viewer, id).await?;
            // Hidden ones are remembered too, so that they are looked at once for each revision.
            self.told.insert(id, view.as_ref().map_or(revision, |v| v.concern.revision));
            self.note(&mut db, view.as_slice()).await;
            self.waiting.extend(view.map(|v| Item::Changed(encode::view(v))));
        }
        self.told.retain(|id, _| latest.contains_key(id));
        Ok(())
    }

    async fn note(&self, db: &mut sqlx::PgConnection, views: &[read_concerns::View]) {
        read_concerns::note(db, &self.caller, "concern.watch", views, self.door.tools.clock.now()).await;
    }

    /// Who the watcher is, looked up anew each time: an office may have changed hands.
    async fn reader(&self) -> Result<(sqlx::pool::PoolConnection<sqlx::Postgres>, Viewer), Status> {
        let mut db = self.door.ctx.pool.acquire().await.map_err(database)?;
        let viewer = viewer(&mut db, &self.caller).await?;
        Ok((db, viewer))
    }
}
