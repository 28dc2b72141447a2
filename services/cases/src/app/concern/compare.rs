//! Comparison of the cases with the concerns that are open at safety: each one that names a case or its referral freezes the case, however
//! it was raised, until safety, when polled, answers that it is closed [RM1].
//!
//! The facts on the bus only trigger a poll. No revision is trusted: a safety database restored from a backup is polled like any other.

use std::collections::BTreeSet;

use base::{Caller, Result, refusal::store_error};
use messaging::outbox;
use proto::{
    id::{CaseId, ConcernId},
    named::Named,
};
use to_safety::{Known, Open, Stands, learn};
use uuid::Uuid;

use crate::{
    app::{App, access::need_to_know::find, contact, review::call::call_for, site::follow, transition},
    domain::{
        access::decision::{self, Tie, Verb},
        gate::conditions,
        review::Trigger,
    },
    store::{concern, gate},
};

/// Most names looked up in one statement.
const MAX_NAMES: usize = 2_000;
/// Most concerns read in one statement.
const BATCH: i64 = 1_000;

/// One comparison. Where safety does not answer, no case is released, and the gate treats safety as unheard.
///
/// # Errors
/// This database does not answer.
pub async fn compare(app: &App) -> Result<()> {
    decision::allowed(Tie::Service, Verb::FollowConcern, None)?;
    let asked_at = app.clock.now();
    let Some(open) = app.concerns.safety().open().await else { return Ok(()) };
    let Some((known, whole)) = learn(app.concerns.safety(), app.concerns.with(|last| last.known.clone()), &open).await else {
        return Ok(());
    };
    let frozen = freeze(app, &known).await?;
    follow::update_safety(app, &open).await?;
    let settled = settle(app, &open).await?;
    app.concerns.with(|last| {
        last.known = known;
        // A concern that could not be opened may name any case, and a failed write froze none: such an answer opens no gate.
        if whole && frozen && settled {
            last.at = Some(asked_at);
        }
    });
    Ok(())
}

/// The comparison for a caller who may do this to a case, before the case is locked. Without an answer the gate reports it.
///
/// # Errors
/// Not found, or refused; or this database does not answer.
pub(crate) async fn ask(app: &App, caller: &Caller, verb: Verb, case_ref: &str) -> Result<()> {
    let mut tx = app.begin(caller).await?;
    find(&mut tx, app.clock.now(), caller, verb, case_ref).await?;
    tx.commit().await?;
    compare(app).await
}

/// Freezes every case that an open concern names and that it does not freeze yet; mediation under way stops. `false` where that could not
/// be written for some case: the others are frozen all the same.
async fn freeze(app: &App, known: &Known) -> Result<bool> {
    let named: Vec<(ConcernId, Named)> = known.iter().flat_map(|(id, (_, names))| names.iter().map(|name| (*id, name.clone()))).collect();
    let mut done = true;
    for batch in named.chunks(MAX_NAMES) {
        let mut tx = app.begin_itself().await?;
        let pairs = concern::not_frozen_by(&mut tx, batch).await?;
        tx.commit().await?;
        for (concern, case) in pairs {
            if let Err(error) = freeze_one(app, case, concern).await {
                tracing::error!(case.id = %case, concern.id = %concern, error = %error, "an open concern could not freeze its case: trying again");
                done = false;
            }
        }
    }
    Ok(done)
}

async fn freeze_one(app: &App, case: CaseId, concern: ConcernId) -> Result<()> {
    let at = app.clock.now();
    let mut tx = app.begin_itself().await?;
    let Some(ground) = gate::lock(&mut tx, case, at).await? else { return Ok(()) };
    if concern::freeze(&mut tx, case, concern, at).await? {
        call_for(&mut tx, &app.ids, case, Trigger::Concern, app.ids.uuid(), at).await?;
    }
    let to = conditions::after_contact_frozen(ground.standing);
    transition::apply(&mut tx, (&app.vault, &app.ids), case, ground.standing, to, "", transition::BY_ITSELF, at).await?;
    contact::tell(&mut tx, &app.ids, case, at).await?;
    tx.commit().await?;
    app.outbox.wake();
    tracing::warn!(case.id = %case, concern.id = %concern, "an open concern names the case: contact is frozen");
    Ok(())
}

/// Asks safety about each concern that freezes a case and is not among the open ones: a closed one is lifted, one that safety does not know
/// keeps freezing, and one that safety has need not be resent. `false` where safety did not answer.
async fn settle(app: &App, open: &[Open]) -> Result<bool> {
    let open: BTreeSet<ConcernId> = open.iter().map(|one| one.concern).collect();
    let mut after = Uuid::nil();
    loop {
        let mut tx = app.begin_itself().await?;
        let freezing = concern::freezing(&mut tx, after, BATCH).await?;
        tx.commit().await?;
        let Some(last) = freezing.last() else { return Ok(true) };
        after = last.uuid();
        let (mut arrived, doubtful): (Vec<ConcernId>, Vec<ConcernId>) = freezing.into_iter().partition(|id| open.contains(id));
        let Some(answers) = app.concerns.safety().told(&doubtful).await else { return Ok(false) };
        arrived.extend(answers.iter().filter(|answer| answer.stands != Stands::Unknown).map(|answer| answer.concern));
        let at = app.clock.now();
        let mut tx = app.begin_itself().await?;
        let events = concern::raise_events(&mut tx, &arrived).await?;
        outbox::confirm_all(&mut tx, &events, at).await?;
        let mut lifted = BTreeSet::new();
        for closed in answers.iter().filter(|answer| answer.stands == Stands::Closed) {
            lifted.extend(concern::lift(&mut tx, closed.concern, at).await?);
            tracing::info!(concern.id = %closed.concern, "concern closed");
        }
        tx.commit().await.inspect_err(|error| tracing::error!(error = store_error(error), "what safety has closed could not be noted"))?;
        for case in lifted {
            if let Err(error) = tell_one(app, case).await {
                tracing::error!(case.id = %case, error = %error, "it could not be told that contact is clear: it is told with the next change");
            }
        }
    }
}

/// In a transaction of its own, so that the case is locked before anything else. Where it fails, contact stays stopped.
async fn tell_one(app: &App, case: CaseId) -> Result<()> {
    let at = app.clock.now();
    let mut tx = app.begin_itself().await?;
    if gate::lock(&mut tx, case, at).await?.is_some() && contact::tell(&mut tx, &app.ids, case, at).await? {
        tx.commit().await?;
        app.outbox.wake();
    }
    Ok(())
}
