//! Batched path for new submissions: one statement for all that wait together. Whatever it cannot decide takes the full path
//! ([`super::record`]), which recognizes what was already written.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    sync::Arc,
    time::Duration,
};

use base::{
    Caller,
    batch_queue::{BatchQueue, BatchWorker, WriteBatch, batch_queue},
    database::{self, Actor},
    refusal::store_error,
};
use messaging::outbox::{self, Fresh};
use sqlx::PgPool;
use time::OffsetDateTime;

use super::record::{Line, Slot, Source, new, received, slot};
use crate::{
    app::App,
    domain::{Answer, Body, Key, Receipt, Repeat, referral::Examined},
    store::referral::record::{Existing, SealedReferral, Unsealed, record, seal},
};

/// Most calls in one batch.
const MAX_CALLS_TOGETHER: usize = 64;
/// Most referrals of a call that shares a batch, so that no caller waits for another's import.
const MAX_REFERRALS_TOGETHER: usize = 16;
/// Time limit of a batch; after it, each of its calls is tried alone.
const SET_TIMEOUT: Duration = Duration::from_secs(5);

/// Submissions of one call, ready to be written.
pub struct Call {
    /// The calling actor; the sites they submit for are stored apart, so that calls of one person can be written together.
    actor: Actor,
    sites: BTreeSet<String>,
    at: OffsetDateTime,
    /// Lease for this process to publish the call's facts from memory.
    lease: time::Duration,
    referrals: BTreeMap<Slot, SealedReferral>,
}

/// Number and time of the stored referral, and whether it is new.
#[derive(Clone)]
pub struct Recorded {
    number: String,
    received_at: OffsetDateTime,
    pub(super) is_new: bool,
}

impl Recorded {
    /// Result of a referral beside the earlier rows under its site and key; `None` where nothing of its call was written: another body, or
    /// purged content.
    pub(super) fn of(whole: &SealedReferral, stands: &[Existing]) -> Option<Self> {
        match stands {
            [] => {
                let (number, received_at) = whole.receipt();
                Some(Self { number, received_at, is_new: true })
            }
            [held] if held.body_hash == whole.hash() && !held.purged => {
                Some(Self { number: held.number.clone(), received_at: held.received_at, is_new: false })
            }
            _ => None,
        }
    }

    /// The receipt under the key as submitted.
    pub(super) fn receipt(self, key: &Key) -> Receipt {
        let repeat = if self.is_new { Repeat::First } else { Repeat::SameBody };
        Receipt { number: self.number, received_at: self.received_at, key: key.to_string(), repeat }
    }
}

/// Result of a call.
pub type Done = BTreeMap<Slot, Recorded>;

/// Records the lines, and answers each in its place. `None`: no line was answered, and all must take the full path. Submissions with a
/// safety concern always do: a concern never waits for a key [RM1b].
pub async fn record_batched(app: &App, caller: &Caller, source: &Source<'_>, lines: &[Line]) -> Option<Vec<Answer>> {
    if lines.iter().any(|line| line.concern(source).is_some()) {
        return None;
    }
    let (call, facts) = prepared(app, caller, source, lines).await?;
    if call.referrals.is_empty() {
        return answers(Done::new(), lines);
    }
    let from_memory = !call.lease.is_zero();
    let done = app.batching.write(call).await?;
    if from_memory {
        let mut told = Fresh::default();
        facts.into_iter().filter(|(slot, _)| done.get(slot).is_some_and(|now| now.is_new)).for_each(|(_, fact)| told.append(fact));
        app.outbox.publish(told);
    } else {
        app.outbox.wake();
    }
    answers(done, lines)
}

/// A call with the facts of its referrals. `None` where two lines differ under one key, or no key is available.
async fn prepared(app: &App, caller: &Caller, source: &Source<'_>, lines: &[Line]) -> Option<(Call, BTreeMap<Slot, Fresh>)> {
    let at = app.clock.now();
    let mut firsts: BTreeMap<Slot, (&Body, Unsealed<'_>)> = BTreeMap::new();
    for line in lines {
        let (Ok(referral), body) = (&line.verdict, &line.submission.body) else { continue };
        match firsts.entry(slot(referral)) {
            Entry::Occupied(first) if first.get().0 != body => return None,
            Entry::Occupied(_) => {}
            Entry::Vacant(place) => {
                place.insert((body, unsealed(app, source, referral, body, at)));
            }
        }
    }
    // Facts of an import are left to the relay, so that no other message waits for room in memory because of them.
    let lease = if firsts.len() <= MAX_REFERRALS_TOGETHER { outbox::LEASE } else { time::Duration::ZERO };
    let facts = firsts.iter().filter(|_| !lease.is_zero()).map(|(slot, (_, unsealed))| {
        let mut told = Fresh::default();
        told.wrote(std::slice::from_ref(&unsealed.fact), at);
        (slot.clone(), told)
    });
    let (facts, sites) = (facts.collect(), firsts.keys().map(|(site, _)| site.clone()).collect());
    let (slots, referrals): (Vec<Slot>, Vec<_>) = firsts.into_iter().map(|(slot, (_, referral))| (slot, referral)).unzip();
    let referrals = slots.into_iter().zip(seal(&app.vault, referrals, at).await.ok()?).collect();
    Some((Call { actor: app.actor(caller), sites, at, lease, referrals }, facts))
}

/// A referral that may be new, with its fact, in the trace of the current span.
pub(super) fn unsealed<'a>(app: &App, source: &Source<'a>, referral: &'a Examined, body: &'a Body, at: OffsetDateTime) -> Unsealed<'a> {
    let new = new(app, referral, body);
    let fact = received(app, source, new.id, referral, at);
    Unsealed { new, fact, submitter: source.submitter, trace: base::trace::current() }
}

fn answers(mut done: Done, lines: &[Line]) -> Option<Vec<Answer>> {
    let answer = |line: &Line| {
        let referral = match &line.verdict {
            Ok(referral) => referral,
            Err(refusal) => {
                return Some(Answer::Refused { refusal: refusal.clone(), key: line.submission.told.idempotency_key.clone() });
            }
        };
        let recorded = done.get_mut(&slot(referral))?;
        let receipt = recorded.clone().receipt(&referral.key);
        // The second line under the same key repeats the first.
        recorded.is_new = false;
        Some(Answer::Recorded(receipt))
    };
    lines.iter().map(answer).collect()
}

/// The batched path: small calls that wait together share a transaction, and each larger one has its own.
#[derive(Clone)]
pub struct Batching {
    alone: Recorder,
    together: Option<BatchQueue<Recorder>>,
}

impl Batching {
    /// One transaction per call.
    #[must_use]
    pub const fn each(pool: PgPool) -> Self {
        Self { alone: Recorder { pool }, together: None }
    }

    /// Batches, written by the task that runs them.
    #[must_use]
    pub fn together(pool: PgPool) -> (Self, BatchWorker<Recorder>) {
        let alone = Recorder { pool };
        let (together, sets) = batch_queue(alone.clone(), MAX_CALLS_TOGETHER, SET_TIMEOUT);
        (Self { alone, together: Some(together) }, sets)
    }

    async fn write(&self, call: Call) -> Option<Done> {
        match &self.together {
            Some(together) if call.referrals.len() <= MAX_REFERRALS_TOGETHER => together.write(Arc::new(call)).await,
            _ => self.alone.write(&[Arc::new(call)]).await.pop()?,
        }
    }
}

/// Writer of a batch in one transaction.
#[derive(Clone)]
pub struct Recorder {
    pool: PgPool,
}

/// Calls of one actor that share a statement: no two of them name the same site and key.
struct ActorBatch {
    actor: Actor,
    sites: BTreeSet<String>,
    calls: Vec<usize>,
}

impl WriteBatch for Recorder {
    type Item = Call;
    type Done = Done;

    async fn write(&self, calls: &[Arc<Call>]) -> Vec<Option<Done>> {
        self.write_all(calls).await.unwrap_or_else(|error| {
            tracing::warn!(error = store_error(&error), "referrals could not be recorded together: each is tried alone");
            Vec::new()
        })
    }
}

impl Recorder {
    async fn write_all(&self, calls: &[Arc<Call>]) -> sqlx::Result<Vec<Option<Done>>> {
        let sets = sets(calls);
        let mut done: Vec<Option<Done>> = calls.iter().map(|_| None).collect();
        match sets.as_slice() {
            // A single statement is its own transaction.
            [alone] => alone.write(&self.pool, calls, &mut done).await?,
            [first, ..] => {
                let mut tx = database::begin(&self.pool, &first.actor).await?;
                for set in &sets {
                    set.write(&mut *tx, calls, &mut done).await?;
                }
                tx.commit().await?;
            }
            [] => {}
        }
        Ok(done)
    }
}

/// The batches: each with the calls of one actor, in order of arrival.
fn sets(calls: &[Arc<Call>]) -> Vec<ActorBatch> {
    let mut sets: Vec<(ActorBatch, BTreeSet<&Slot>)> = Vec::new();
    for (number, call) in calls.iter().enumerate() {
        let fits = |(set, slots): &&mut (ActorBatch, BTreeSet<&Slot>)| {
            set.actor == call.actor && !call.referrals.keys().any(|slot| slots.contains(slot))
        };
        match sets.iter_mut().find(fits) {
            Some((set, slots)) => {
                set.calls.push(number);
                set.sites.extend(call.sites.iter().cloned());
                slots.extend(call.referrals.keys());
            }
            None => {
                let set = ActorBatch { actor: call.actor.clone(), sites: call.sites.clone(), calls: vec![number] };
                sets.push((set, call.referrals.keys().collect()));
            }
        }
    }
    sets.into_iter().map(|(set, _)| set).collect()
}

impl ActorBatch {
    async fn write(&self, db: impl sqlx::PgExecutor<'_>, calls: &[Arc<Call>], done: &mut [Option<Done>]) -> sqlx::Result<()> {
        let calls: Vec<(usize, &Call)> = self.calls.iter().filter_map(|number| Some((*number, calls.get(*number)?.as_ref()))).collect();
        let Some(at) = calls.iter().map(|(_, call)| call.at).max() else { return Ok(()) };
        let lease = calls.iter().map(|(_, call)| call.lease).min().unwrap_or_default();
        let mut all: Vec<(usize, &Slot, &SealedReferral)> =
            calls.iter().flat_map(|(number, call)| call.referrals.iter().map(|(slot, whole)| (*number, slot, whole))).collect();
        // Sorted by site and key, so that two batches cannot deadlock.
        all.sort_unstable_by_key(|(_, slot, _)| *slot);
        let numbered: Vec<(i32, &SealedReferral)> =
            all.iter().map(|(number, _, whole)| (i32::try_from(*number).unwrap_or(i32::MAX), *whole)).collect();
        let actor = self.actor.clone().named(self.sites.iter().cloned()).at(at);
        let mut stands: BTreeMap<usize, Vec<Existing>> = BTreeMap::new();
        for one in record(db, &actor, (at, lease), &numbered).await? {
            stands.entry(one.place).or_default().push(one);
        }
        for (number, _) in &calls {
            if let Some(done) = done.get_mut(*number) {
                *done = Some(Done::new());
            }
        }
        for (place, (number, slot, whole)) in all.into_iter().enumerate() {
            let Some(of_call) = done.get_mut(number) else { continue };
            match Recorded::of(whole, stands.get(&place).map(Vec::as_slice).unwrap_or_default()) {
                Some(recorded) => drop(of_call.as_mut().map(|done| done.insert(slot.clone(), recorded))),
                None => *of_call = None,
            }
        }
        Ok(())
    }
}
