//! Batch of raises that are decided from memory and written in one statement, which is a transaction by itself.
//!
//! The fast path of [`raise_concern`], for a concern that is new and whose site and offices are cached. Everything else takes the general
//! path, which refuses nothing: an id or a number that is taken, a vault without a key, a cache that is too old, a batch that failed. What
//! a failed batch may have written all the same is recognised there by its id [RM1c].

use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use base::{
    batch_queue::{BatchQueue, BatchWorker, WriteBatch, batch_queue},
    refusal::store_error,
    trace,
};
use messaging::outbox::{Fresh, Wake};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;
use vault::Owner;

use super::{
    app::App,
    raise_concern,
    report::{self, Receipt, Report, audiences},
    ring,
};
use crate::{
    app::directory::directory_cache::Known,
    domain::alarm::{concern::Audience, duty, route},
    store::{self, alarm::raised::New},
};

/// Largest number of raises in one statement.
const MAX_SET: usize = 64;
/// Timeout of writing a batch; after it, each raise is tried alone.
const SET_TIMEOUT: Duration = Duration::from_secs(2);
/// Connections that write only batches: one writes, the other stands by where an answer was not waited for.
pub const CONNECTIONS: u32 = 2;

/// Concern decided from memory and not yet written.
pub struct Prepared {
    new: New,
    known: Known,
    /// Messages for the bus, until they are published right after the commit.
    fresh: Mutex<Fresh>,
}

impl Prepared {
    fn fresh(&self) -> Fresh {
        mem::take(&mut *self.fresh.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn receipt(&self) -> Receipt {
        let concern = &self.new.concern;
        Receipt { id: concern.id, reference: concern.reference.clone(), recorded_at: concern.raised_at, already_known: false }
    }
}

/// Decides from memory what is written for a raise. `None` where the tables must be read.
pub async fn prepare(app: &App, report: &Report) -> Option<Prepared> {
    let known = app.directory.cache.known()?;
    let now = app.clock.now();
    let site = known.locate(&report.concern.site, report.origin_site.as_ref());
    let mut concern = report::new_concern(app, report, site.as_ref(), now);
    concern.reference = report::draw_reference(app);
    // A missing key is logged and counted on the general path.
    let keys = app.vault.new_keys(&BTreeSet::from([Owner::of("concern", concern.id)])).await.ok()?;
    let mut new = New::of(concern, keys, raise_concern::RAISED)?;
    let site = site.as_ref().map(|(code, kind)| (code.as_str(), kind.as_str()));
    duty::complete(&mut new.told, audiences(&new.concern), &route::office(Audience::ResponsibleHead, site), now);
    ring::first(app, &known, &mut new, now).ok()?;
    new.outgoing.push(report::raised(app, &new.concern));
    new.traceparent = trace::current();
    // Its messages are the first of their aggregates: the ids of rings and concern are new, or the concern is not recorded.
    let mut fresh = Fresh::default();
    fresh.wrote(&new.outgoing, now);
    Some(Prepared { new, known, fresh: Mutex::new(fresh) })
}

/// Records a concern in the caller's transaction, by the fast path where it fits.
///
/// # Errors
/// A statement failed: nothing is recorded and the raiser must not be told otherwise.
pub async fn raise(tx: &mut PgConnection, app: &App, fresh: &mut Fresh, report: Report) -> base::Result<Receipt> {
    let prepared = prepare(app, &report).await;
    let receipts = record(tx, app, fresh, vec![(report, prepared)]).await?;
    receipts.into_iter().next().ok_or_else(|| base::Error::Internal("a raise has no receipt".to_owned()))
}

/// Records concerns in the caller's transaction: the prepared ones in one statement, the others by the general path. A receipt for each, in
/// their order.
///
/// # Errors
/// As [`raise`].
pub async fn record(
    tx: &mut PgConnection,
    app: &App,
    fresh: &mut Fresh,
    raises: Vec<(Report, Option<Prepared>)>,
) -> base::Result<Vec<Receipt>> {
    let first = first_of_each(raises.iter().map(|(_, prepared)| prepared.as_ref()));
    let set: Vec<&New> = first.values().map(|(_, prepared)| &prepared.new).collect();
    let recorded = if set.is_empty() { Vec::new() } else { store::alarm::raised::insert(tx, &set).await? };
    let places: BTreeSet<usize> = first.iter().filter(|(id, _)| recorded.contains(id)).map(|(_, (place, _))| *place).collect();
    let mut receipts = Vec::with_capacity(raises.len());
    for (place, (report, prepared)) in raises.into_iter().enumerate() {
        receipts.push(match prepared.filter(|_| places.contains(&place)) {
            Some(prepared) => {
                fresh.append(prepared.fresh());
                prepared.receipt()
            }
            None => raise_concern::raise(tx, app, report).await?,
        });
    }
    Ok(receipts)
}

/// The first concern of each id, and its place: sorted by id, so that two writers of several do not deadlock. The second of two with one id
/// is answered as already known.
fn first_of_each<'a>(all: impl Iterator<Item = Option<&'a Prepared>>) -> BTreeMap<Uuid, (usize, &'a Prepared)> {
    let mut first = BTreeMap::new();
    for (place, prepared) in all.enumerate() {
        if let Some(prepared) = prepared {
            first.entry(prepared.new.concern.id).or_insert((place, prepared));
        }
    }
    first
}

/// Queue of raises that wait to be written together.
pub type Raises = BatchQueue<Writer>;

/// Queue of raises, and the worker that writes them in batches, on connections that act only for the service.
#[must_use]
pub fn queue(pool: PgPool, outbox: Wake, app: App) -> (Raises, BatchWorker<Writer>) {
    batch_queue(Writer { pool, app, outbox }, MAX_SET, SET_TIMEOUT)
}

/// Writer of batches of raises, each in one statement, on connections that act only for the service.
pub struct Writer {
    pool: PgPool,
    app: App,
    outbox: Wake,
}

impl WriteBatch for Writer {
    type Item = Prepared;
    type Done = Receipt;

    async fn write(&self, items: &[Arc<Prepared>]) -> Vec<Option<Receipt>> {
        let usable = items.iter().map(|item| Some(item.as_ref()).filter(|item| self.app.directory.cache.still_holds(&item.known)));
        let first = first_of_each(usable);
        let recorded = match self.insert(first.values().map(|(_, item)| &item.new).collect()).await {
            Ok(recorded) => recorded,
            Err(error) => {
                tracing::warn!(items = items.len(), error = store_error(&error), "raises cannot be written together: each is tried alone");
                return Vec::new();
            }
        };
        let mut fresh = Fresh::default();
        let mut receipts: Vec<Option<Receipt>> = items.iter().map(|_| None).collect();
        for (_, (place, item)) in first.into_iter().filter(|(id, _)| recorded.contains(id)) {
            fresh.append(item.fresh());
            if let Some(receipt) = receipts.get_mut(place) {
                *receipt = Some(item.receipt());
            }
        }
        self.outbox.publish(fresh);
        receipts
    }
}

impl Writer {
    async fn insert(&self, set: Vec<&New>) -> sqlx::Result<BTreeSet<Uuid>> {
        if set.is_empty() {
            return Ok(BTreeSet::new());
        }
        let mut connection = self.pool.acquire().await?;
        Ok(store::alarm::raised::insert(&mut connection, &set).await?.into_iter().collect())
    }
}
