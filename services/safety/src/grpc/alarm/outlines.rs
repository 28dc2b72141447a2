//! Outlines of concerns that all watchers of one capacity read alike: one reading of a change serves them all.
//!
//! Held are the newest outlines of what watchers are told of now, and nothing of what was said.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use proto::safety::v1::ConcernView;
use tokio::sync::Semaphore;
use tonic::Status;
use uuid::Uuid;

use crate::app::alarm::{
    read_concerns::Common,
    watch::{Revision, Revisions},
};

/// Which concern is wanted, at this revision or a later one.
type Wanted = (Uuid, Revision);
/// Concerns as everybody of one capacity reads them.
type Found = Vec<(Uuid, ConcernView)>;

/// A concern as it was read; without a view where it is not to be seen.
#[derive(Clone)]
struct Outline {
    revision: Revision,
    view: Option<Arc<ConcernView>>,
}

struct Capacity {
    /// Turn to read: whoever waits for it finds what was read meanwhile.
    turn: Semaphore,
    read: Mutex<HashMap<Uuid, Outline>>,
}

/// Outlines of this process, by capacity. Cheap to clone.
#[derive(Clone, Default)]
pub struct Outlines(Arc<Capacities>);

#[derive(Default)]
struct Capacities {
    nhq: Capacity,
    dashboard: Capacity,
}

impl Default for Capacity {
    fn default() -> Self {
        Self { turn: Semaphore::new(1), read: Mutex::default() }
    }
}

impl Outlines {
    /// Those of `wanted` that can be seen, at their revision or a later one. What nobody of this capacity has read yet is read by `read`,
    /// under the caller's own permissions; `latest` says which are worth holding.
    ///
    /// # Errors
    /// What `read` answers; the outlines stay as they were.
    pub async fn find(
        &self,
        common: Common,
        wanted: &[Wanted],
        latest: &Revisions,
        read: impl AsyncFnOnce(&[Uuid]) -> Result<Found, Status>,
    ) -> Result<Found, Status> {
        let capacity = match common {
            Common::Nhq => &self.0.nhq,
            Common::Dashboard => &self.0.dashboard,
        };
        if let Ok(found) = capacity.held(wanted) {
            return Ok(found);
        }
        let _turn = capacity.turn.acquire().await.map_err(|_| Status::unavailable("the process stops"))?;
        let missing = match capacity.held(wanted) {
            Ok(found) => return Ok(found),
            Err(missing) => missing,
        };
        let ids: Vec<Uuid> = missing.iter().map(|(id, _)| *id).collect();
        let views: HashMap<Uuid, Arc<ConcernView>> = read(&ids).await?.into_iter().map(|(id, view)| (id, Arc::new(view))).collect();
        let mut held = capacity.lock();
        held.retain(|id, _| latest.contains_key(id));
        for (id, revision) in missing {
            let view = views.get(&id).cloned();
            let revision = view.as_ref().map_or(revision, |view| (revision.0, view.revision));
            held.insert(id, Outline { revision, view });
        }
        drop(held);
        Ok(capacity.held(wanted).unwrap_or_default())
    }
}

impl Capacity {
    /// Everything wanted, where all of it was read; else what was not.
    fn held(&self, wanted: &[Wanted]) -> Result<Found, Vec<Wanted>> {
        let held = self.lock();
        let is_held = |(id, revision): &&Wanted| held.get(id).is_some_and(|outline| outline.revision >= *revision);
        let missing: Vec<Wanted> = wanted.iter().filter(|wanted| !is_held(wanted)).copied().collect();
        if !missing.is_empty() {
            return Err(missing);
        }
        let found: Vec<(Uuid, Arc<ConcernView>)> = wanted.iter().filter_map(|(id, _)| Some((*id, held.get(id)?.view.clone()?))).collect();
        drop(held);
        Ok(found.into_iter().map(|(id, view)| (id, view.as_ref().clone())).collect())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, Outline>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    const ID: Uuid = Uuid::from_u128(7);

    fn latest(revision: Revision) -> Revisions {
        Arc::new(HashMap::from([(ID, revision)]))
    }

    fn view(revision: i64) -> ConcernView {
        ConcernView { concern_id: ID.to_string(), revision, ..ConcernView::default() }
    }

    #[tokio::test]
    async fn a_change_is_read_once_for_all_of_one_capacity_and_again_for_another() {
        let (outlines, reads) = (Outlines::default(), AtomicUsize::new(0));
        let find = async |common, revision| {
            let read = async |_: &[Uuid]| {
                reads.fetch_add(1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                Ok(vec![(ID, view(3))])
            };
            outlines.find(common, &[(ID, revision)], &latest(revision), read).await.unwrap()
        };
        let together = futures::future::join_all((0..50).map(|_| find(Common::Nhq, (0, 2)))).await;
        assert!(together.iter().all(|found| found[0].1.revision == 3));
        // It was read at a later revision than was asked for.
        find(Common::Nhq, (0, 3)).await;
        assert_eq!(reads.load(Ordering::SeqCst), 1);
        find(Common::Dashboard, (0, 3)).await;
        find(Common::Nhq, (0, 4)).await;
        // A later epoch is newer, whatever the revision.
        find(Common::Nhq, (1, 1)).await;
        assert_eq!(reads.load(Ordering::SeqCst), 4);
    }

    #[tokio::test]
    async fn what_cannot_be_seen_is_read_once_and_what_could_not_be_read_is_read_again() {
        let outlines = Outlines::default();
        let wanted = [(ID, (0, 1))];
        let failed = outlines.find(Common::Nhq, &wanted, &latest((0, 1)), async |_: &[Uuid]| Err(Status::unavailable("away"))).await;
        assert!(failed.is_err());
        let hidden = outlines.find(Common::Nhq, &wanted, &latest((0, 1)), async |_: &[Uuid]| Ok(Vec::new())).await.unwrap();
        assert!(hidden.is_empty());
        let again = outlines.find(Common::Nhq, &wanted, &latest((0, 1)), async |_: &[Uuid]| panic!("it is known")).await;
        assert!(again.unwrap().is_empty());
    }

    #[tokio::test]
    async fn no_more_is_held_than_what_watchers_are_told_of() {
        let outlines = Outlines::default();
        for number in 0..100 {
            let id = Uuid::from_u128(number);
            let latest = Arc::new(HashMap::from([(id, (0, 1))]));
            outlines.find(Common::Nhq, &[(id, (0, 1))], &latest, async |_: &[Uuid]| Ok(vec![(id, view(1))])).await.unwrap();
        }
        assert_eq!(outlines.0.nhq.lock().len(), 1);
    }
}
