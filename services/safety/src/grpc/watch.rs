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
/// Changes told at once; where more happened, a snapshot is sent instead.
const BEHIND: usize = 100;

type Items = Pin<Box<dyn Stream<Item = Result<v1::WatchConcernsResponse, Status>> + Send>>;

struct Watcher {
    door: Door,
    caller: Caller,
    revisions: watch::Receiver<Revisions>,
    told: HashMap<Uuid, i64>,
    waiting: std::collections::VecDeque<Item>,
    begun: bool,
}

/// The stream ends with the caller's token and with the process.
pub fn stream(door: Door, caller: Caller) -> Items {
    // Subscribed before the first snapshot is read: nothing can fall between the two.
    let revisions = door.hub.subscribe();
    let watcher = Watcher { door, caller, revisions, told: HashMap::new(), waiting: std::collections::VecDeque::new(), begun: false };
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

    async fn snapshot(&mut self) -> Result<Item, Status> {
        let latest = self.revisions.borrow_and_update().clone();
        let (mut db, viewer) = self.reader().await?;
        let (views, _) = read_concerns::list(&mut db, &viewer, false, None, SNAPSHOT).await?;
        self.note(&mut db, &views).await;
        self.told = latest.iter().map(|(id, revision)| (*id, *revision)).collect();
        for view in &views {
            self.told.insert(view.concern.id, view.concern.revision);
        }
        Ok(Item::Snapshot(v1::Snapshot { concerns: views.into_iter().map(encode::view).collect() }))
    }

    /// What changed since it was last told; a watcher that fell behind gets a snapshot.
    async fn collect(&mut self) -> Result<(), Status> {
        let latest = self.revisions.borrow_and_update().clone();
        let news: Vec<Uuid> =
            latest.iter().filter(|(id, revision)| self.told.get(id).is_none_or(|t| t < revision)).map(|(id, _)| *id).collect();
        if news.len() > BEHIND {
            let snapshot = self.snapshot().await?;
            self.waiting.push_back(snapshot);
            return Ok(());
        }
        let (mut db, viewer) = self.reader().await?;
        for id in news {
            let Some(view) = read_concerns::find(&mut db, &viewer, id).await? else { continue };
            self.told.insert(id, view.concern.revision);
            if viewer.may_know(&view.audiences) {
                self.note(&mut db, std::slice::from_ref(&view)).await;
                self.waiting.push_back(Item::Changed(encode::view(view)));
            }
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
