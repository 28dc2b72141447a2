//! Batched path for new submissions: one statement for all that wait together. Whatever it cannot decide takes the full path
//! ([`super::record`]), which recognizes what was already written.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    sync::Arc,
    time::Duration,
};

use base::{
    Caller, Clock,
    batch_queue::{BatchQueue, BatchWorker, WriteBatch, batch_queue},
    database::{self, Actor},
    refusal::store_error,
};
use messaging::outbox::{self, Fresh};
use prost::Message;
use sqlx::PgPool;
use time::OffsetDateTime;
use tokio::sync::Semaphore;
use tracing::Span;

use super::record::{Line, Slot, Source, new, slot};
use crate::{
    app::App,
    domain::{Answer, Body, Key, Receipt, Repeat, referral::Examined},
    store::referral::record::{Existing, SealedReferral, Unsealed, record, seal, tell},
    wire,
};

/// Most calls in one batch.
const MAX_CALLS_TOGETHER: usize = 64;
/// Most referrals of a call that shares a batch, so that no caller waits for another's import.
const MAX_REFERRALS_TOGETHER: usize = 16;
/// Most of the larger calls that are written at the same time: an import does not take every processor and the whole disk from whatever is
/// urgent.
const MAX_LARGE_CALLS: usize = 1;
/// Time limit of a batch; after it, each of its calls is tried alone.
const SET_TIMEOUT: Duration = Duration::from_secs(5);

/// Submissions of one call, ready to be written.
pub struct Call {
    /// The calling actor; the sites they submit for are stored apart, so that calls of one person can be written together.
    actor: Actor,
    sites: BTreeSet<String>,
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
    let call = prepared(app, caller, source, lines).await?;
    if call.referrals.is_empty() {
        return answers(Done::new(), lines);
    }
    answers(app.batching.write(call).await?, lines)
}

/// The referrals of a call, sealed. `None` where two lines differ under one key, or no key is available.
async fn prepared(app: &App, caller: &Caller, source: &Source<'_>, lines: &[Line]) -> Option<Call> {
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
    let sites = firsts.keys().map(|(site, _)| site.clone()).collect();
    let (slots, referrals): (Vec<Slot>, Vec<_>) = firsts.into_iter().map(|(slot, (_, referral))| (slot, referral)).unzip();
    let referrals = slots.into_iter().zip(seal(&app.vault, referrals, at).await.ok()?).collect();
    Some(Call { actor: app.actor(caller), sites, referrals })
}

/// A referral that may be new, with its fact, in the current span.
pub(super) fn unsealed<'a>(app: &App, source: &Source<'a>, referral: &'a Examined, body: &'a Body, at: OffsetDateTime) -> Unsealed<'a> {
    let new = new(app, referral, body);
    let fact = wire::referral_received((new.id, source.import), referral, at).encode_to_vec();
    Unsealed { new, event: app.ids.uuid(), fact, submitter: source.submitter, span: Span::current() }
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
    /// Room for the larger calls.
    large: Arc<Semaphore>,
}

impl Batching {
    /// One transaction per call.
    #[must_use]
    pub fn each(alone: Recorder) -> Self {
        Self { alone, together: None, large: Arc::new(Semaphore::new(MAX_LARGE_CALLS)) }
    }

    /// Batches, written by the task that runs them.
    #[must_use]
    pub fn together(alone: Recorder) -> (Self, BatchWorker<Recorder>) {
        let (together, sets) = batch_queue(alone.clone(), MAX_CALLS_TOGETHER, SET_TIMEOUT);
        (Self { together: Some(together), ..Self::each(alone) }, sets)
    }

    async fn write(&self, call: Call) -> Option<Done> {
        let is_large = call.referrals.len() > MAX_REFERRALS_TOGETHER;
        match &self.together {
            Some(together) if !is_large => together.write(Arc::new(call)).await,
            _ => {
                let _room = if is_large { Some(self.large.acquire().await.ok()?) } else { None };
                self.alone.write(&[Arc::new(call)]).await.pop()?
            }
        }
    }
}

/// Writer of a batch in one transaction, which publishes its facts from memory.
#[derive(Clone)]
pub struct Recorder {
    pub pool: PgPool,
    pub clock: Clock,
    pub outbox: outbox::Wake,
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
        let (at, mut fresh) = (self.clock.now(), Fresh::leased_from_now());
        let mut done: Vec<Option<Done>> = calls.iter().map(|_| None).collect();
        match sets.as_slice() {
            // A single statement is its own transaction.
            [alone] => alone.write(&self.pool, calls, at, (&mut done, &mut fresh)).await?,
            [first, ..] => {
                let mut tx = database::begin(&self.pool, &first.actor).await?;
                for set in &sets {
                    set.write(&mut *tx, calls, at, (&mut done, &mut fresh)).await?;
                }
                tx.commit().await?;
            }
            [] => {}
        }
        if !fresh.is_empty() {
            self.outbox.publish(fresh);
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
    async fn write(
        &self,
        db: impl sqlx::PgExecutor<'_>,
        calls: &[Arc<Call>],
        at: OffsetDateTime,
        (done, fresh): (&mut [Option<Done>], &mut Fresh),
    ) -> sqlx::Result<()> {
        let calls: Vec<(usize, &Call)> = self.calls.iter().filter_map(|number| Some((*number, calls.get(*number)?.as_ref()))).collect();
        let mut all: Vec<(usize, &Slot, &SealedReferral)> =
            calls.iter().flat_map(|(number, call)| call.referrals.iter().map(|(slot, whole)| (*number, slot, whole))).collect();
        // Sorted by site and key, so that two batches cannot deadlock.
        all.sort_unstable_by_key(|(_, slot, _)| *slot);
        let numbered: Vec<(i32, &SealedReferral)> =
            all.iter().map(|(number, _, whole)| (i32::try_from(*number).unwrap_or(i32::MAX), *whole)).collect();
        let actor = self.actor.clone().named(self.sites.iter().cloned()).at(at);
        let mut stands: BTreeMap<usize, Vec<Existing>> = BTreeMap::new();
        for one in record(db, &actor, at, &numbered).await? {
            stands.entry(one.place).or_default().push(one);
        }
        for (number, _) in &calls {
            if let Some(done) = done.get_mut(*number) {
                *done = Some(Done::new());
            }
        }
        for (place, (number, slot, whole)) in all.iter().enumerate() {
            let Some(of_call) = done.get_mut(*number) else { continue };
            match Recorded::of(whole, stands.get(&place).map(Vec::as_slice).unwrap_or_default()) {
                Some(recorded) => drop(of_call.as_mut().map(|done| done.insert((*slot).clone(), recorded))),
                None => *of_call = None,
            }
        }
        let is_new = |number: usize, slot: &Slot| {
            let of_call = done.get(number).and_then(Option::as_ref);
            of_call.and_then(|done| done.get(slot)).is_some_and(|recorded| recorded.is_new)
        };
        let new: Vec<&SealedReferral> = all.iter().filter(|(number, slot, _)| is_new(*number, slot)).map(|(.., whole)| *whole).collect();
        tell(fresh, &new, at);
        Ok(())
    }
}
