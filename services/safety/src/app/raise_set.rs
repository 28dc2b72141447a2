//! Raises that are decided from memory and written together, in one statement that is a transaction by itself.
//!
//! The short way of [`raise_concern`], for a concern that is new and whose site and offices are known from memory. Whatever does not fit is
//! left to the long way, which refuses nothing: an id or a number that is taken, a vault without a key, a memory that is too old, a set
//! that failed. What a failed set may have written all the same is recognised there by its id [RM1c].

use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chassis::{
    Context, database,
    gather::{Gather, WriteSet, gather},
    outbox::{Fresh, Wake},
    refusal::store_error,
    trace,
    vault::Owner,
};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::{
    Tools,
    directory_cache::Known,
    raise_concern::{self, Receipt, Report, audiences},
    ring,
};
use crate::{
    domain::{concern::Audience, duty, route},
    store::{self, raised::New},
};

/// Raises that are written in one statement at most.
const MAX_SET: usize = 64;
/// What writing a set may take before each is tried alone.
const SET_TIMEOUT: Duration = Duration::from_secs(2);
/// Connections that write nothing but sets: one writes, the other stands by where an answer was not waited for.
const CONNECTIONS: u32 = 2;

/// A concern that was decided from memory and not yet written.
pub struct Prepared {
    new: New,
    known: Known,
    /// What the bus is told, until it is handed over behind the commit.
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

/// Decides from memory what is written for a raise. `None` where the tables must be asked.
pub async fn prepare(tools: &Tools, report: &Report) -> Option<Prepared> {
    let known = tools.directory.known()?;
    let now = tools.clock.now();
    let site = known.locate(&report.concern.site, report.door.as_ref());
    let mut concern = raise_concern::new_concern(tools, report, site.as_ref(), now);
    concern.reference = raise_concern::draw_reference(tools);
    // That there is no key is told and counted on the long way.
    let keys = tools.vault.new_keys(&BTreeSet::from([Owner::of("concern", concern.id)])).await.ok()?;
    let mut new = New::of(concern, keys, raise_concern::RAISED)?;
    let site = site.as_ref().map(|(code, kind)| (code.as_str(), kind.as_str()));
    duty::complete(&mut new.told, audiences(&new.concern), &route::office(Audience::ResponsibleHead, site), now);
    ring::first(tools, &known, &mut new, now).ok()?;
    new.outgoing.push(raise_concern::raised(tools, &new.concern));
    new.traceparent = trace::current();
    // Its messages are the first of their aggregates: the ids of rings and concern are new, or the concern is not recorded.
    let mut fresh = Fresh::default();
    fresh.wrote(&new.outgoing, now);
    Some(Prepared { new, known, fresh: Mutex::new(fresh) })
}

/// Records a concern in the caller's transaction, by the short way where it fits.
///
/// # Errors
/// A statement failed: nothing is recorded and the raiser must not be told otherwise.
pub async fn raise(tx: &mut PgConnection, tools: &Tools, fresh: &mut Fresh, report: Report) -> chassis::Result<Receipt> {
    if let Some(prepared) = prepare(tools, &report).await
        && store::raised::insert(tx, &[&prepared.new]).await?.contains(&prepared.new.concern.id)
    {
        fresh.append(prepared.fresh());
        return Ok(prepared.receipt());
    }
    raise_concern::raise(tx, tools, report).await
}

/// The queue of raises that wait to be written together.
pub type Raises = Gather<Writer>;

/// Writes raises in sets until the process stops; the end of the queue for those who raise.
#[must_use]
pub fn start(ctx: &Context, tools: &Tools) -> Raises {
    let pool = database::for_service(ctx.name, &ctx.pool, CONNECTIONS);
    let (raises, sets) = gather(Writer { pool, tools: tools.clone(), outbox: ctx.outbox.clone() }, MAX_SET, SET_TIMEOUT);
    ctx.spawn("write-raises", sets.run(ctx.stop.clone()));
    raises
}

/// Writes sets of raises, each in one statement, on connections that act for the service and for nobody else.
pub struct Writer {
    pool: PgPool,
    tools: Tools,
    outbox: Wake,
}

impl WriteSet for Writer {
    type Item = Prepared;
    type Done = Receipt;

    async fn write(&self, items: &[Arc<Prepared>]) -> Vec<Option<Receipt>> {
        // By id, so that two instances do not wait for each other; of two with one id the second is told that it is known.
        let mut set: BTreeMap<Uuid, &Arc<Prepared>> = BTreeMap::new();
        for item in items.iter().filter(|item| self.tools.directory.still_holds(&item.known)) {
            set.entry(item.new.concern.id).or_insert(item);
        }
        let recorded = match self.insert(set.values().map(|item| &item.new).collect()).await {
            Ok(recorded) => recorded,
            Err(error) => {
                tracing::warn!(items = items.len(), error = store_error(&error), "raises cannot be written together: each is tried alone");
                return Vec::new();
            }
        };
        let is_recorded = |item: &Arc<Prepared>| {
            let first = set.get(&item.new.concern.id).is_some_and(|first| Arc::ptr_eq(first, item));
            first && recorded.contains(&item.new.concern.id)
        };
        let mut fresh = Fresh::default();
        let mut receipts = Vec::with_capacity(items.len());
        for item in items {
            receipts.push(is_recorded(item).then(|| {
                fresh.append(item.fresh());
                item.receipt()
            }));
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
        Ok(store::raised::insert(&mut connection, &set).await?.into_iter().collect())
    }
}
