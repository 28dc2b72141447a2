//! Comparison of the open concerns with the audit log and with notification's copy, so that no accepted concern vanishes unnoticed, even if
//! one database is under an attacker's control [R3e, THREAT-1, THREAT-3].
//!
//! There are three copies: the concern here, the raise in the signed audit log, and what notification keeps in a database of its own. What
//! is missing in one is restored from another, and rings. An acceptance or a closing that this service did not sign counts for nothing.

use std::{collections::BTreeMap, str::FromStr};

use audit_log::{Act, Deferred, enter};
use base::{Result, database, refusal::store_error};
use prost::Message;
use proto::{id::ConcernId, safety::v1};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    app::App,
    change::{Change, KIND, record},
    raise_concern, report, ring, signed,
};
use crate::{
    app::row_security,
    domain::alarm::{
        concern::{Audience, AudienceStatus, Said, State},
        core, duty, route,
    },
    error,
    store::{
        self,
        alarm::concern::{Concern, Content},
    },
};

/// Rows per check.
const BATCH: i64 = 500;
/// Audit log entries per check, besides the latest: a log of years is read in turn.
const PAGE: i64 = 2_000;
const START_OF_LOG: i64 = -1;
/// Notification restores a concern with all that was said; after this long without it, the audit log does, without any content.
const GRACE_PERIOD: time::Duration = time::Duration::seconds(15);
/// Time within which a ring is confirmed and is among what notification guards.
const DELIVERED_GRACE: time::Duration = time::Duration::seconds(15);
/// Largest number of concerns compared in one call.
pub const MAX_CONCERNS: usize = 2_000;
/// Valid length of a reference number that is restored as it was.
const NUMBER: std::ops::RangeInclusive<usize> = 1..=24;

const ACTOR: &str = "service:safety";
const GUARDIAN: &str = "service:notification";

/// State of a concern for one audience.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Rings,
    Settled,
    Vanished,
    Closed,
}

/// Raises that the log has and this database has not, and since when that was seen; and how far the log was read.
#[derive(Debug)]
pub struct Missing {
    since: BTreeMap<String, OffsetDateTime>,
    read_to: i64,
}

impl Missing {
    #[must_use]
    pub const fn new() -> Self {
        Self { since: BTreeMap::new(), read_to: START_OF_LOG }
    }
}

impl Default for Missing {
    fn default() -> Self {
        Self::new()
    }
}

/// One check; returns how many concerns were rung again for what was found.
///
/// # Errors
/// A statement failed; what was done before stays done.
pub async fn check(pool: &PgPool, app: &App, missing: &mut Missing) -> Result<usize> {
    if let Err(error) = enter_raises(pool, app).await {
        // An audit log that accepts no entries does not stop the check.
        tracing::error!(error = store_error(&error), "raises wait to be entered into the audit log");
    }
    let rung = void_forged(pool, app).await? + complete(pool, app).await?;
    Ok(rung + restore_vanished(pool, app, missing).await?)
}

/// Enters raises into the audit log; returns how many. A raise does not wait for it.
///
/// # Errors
/// A statement failed; the next check goes on.
pub async fn enter_raises(pool: &PgPool, app: &App) -> sqlx::Result<usize> {
    let mut tx = database::begin(pool, &row_security::itself()).await?;
    let raised = store::alarm::reconcile::not_entered(&mut tx, BATCH).await?;
    if raised.is_empty() {
        return Ok(0);
    }
    let entries: Vec<Deferred<'_>> = raised.iter().map(past).collect();
    enter(&mut tx, &entries).await?;
    let ids: Vec<Uuid> = raised.iter().map(|raise| raise.id).collect();
    store::alarm::reconcile::note_entered(&mut tx, &ids, app.clock.now()).await?;
    tx.commit().await?;
    Ok(raised.len())
}

fn past(raise: &store::alarm::reconcile::Raised) -> Deferred<'_> {
    let act = Act::by(&raise.raised_by, "concern.raise", KIND, &raise.id.to_string());
    Deferred { act, outcome: "granted", reason: "", at: raise.raised_at }
}

/// Audiences recorded as having accepted without a signature of this service ring again; returns how many.
async fn void_forged(pool: &PgPool, app: &App) -> Result<usize> {
    let (mut voided, mut after) = (0, Uuid::nil());
    loop {
        let mut tx = database::begin(pool, &row_security::itself()).await?;
        let said = store::alarm::reconcile::said_to_have_accepted(&mut tx, after, BATCH).await?;
        let Some(last) = said.last() else { return Ok(voided) };
        after = *last;
        for (id, statuses) in store::alarm::audience::of_all(&mut tx, &said).await? {
            if statuses.iter().any(|status| signed::is_forged(app, id, status)) {
                voided += void(&mut tx, app, id).await?;
            }
        }
        tx.commit().await?;
    }
}

async fn void(tx: &mut PgConnection, app: &App, id: Uuid) -> Result<usize> {
    // Checked again under the lock: an acceptance may be in progress.
    if store::alarm::concern::lock(tx, id).await?.is_none_or(|concern| concern.state == State::Closed) {
        return Ok(0);
    }
    let now = app.clock.now();
    let mut voided = 0;
    for mut status in store::alarm::audience::of(tx, id).await?.into_iter().filter(|status| signed::is_forged(app, id, status)) {
        tracing::error!(concern.id = %id, "an acceptance was written behind this service's back: it does not count, and the audience rings again");
        status.accepted = None;
        if !status.ended {
            status.ring_anew(now);
        }
        store::alarm::audience::put(tx, id, &status, now).await?;
        note(tx, app, id, "voided", Some(status.audience), ACTOR).await?;
        voided += 1;
    }
    Ok(voided)
}

/// Open concerns that lack an audience get it back and ring it; returns how many.
async fn complete(pool: &PgPool, app: &App) -> Result<usize> {
    let mut tx = database::begin(pool, &row_security::itself()).await?;
    let mut completed = 0;
    for id in store::alarm::reconcile::without_an_audience(&mut tx, BATCH).await? {
        let Some(concern) = store::alarm::concern::lock(&mut tx, id).await? else { continue };
        let mut statuses = store::alarm::audience::of(&mut tx, id).await?;
        let site = report::locate(&mut tx, concern.site.as_deref().unwrap_or_default(), None).await?;
        let site = site.as_ref().map(|(code, kind)| (code.as_str(), kind.as_str()));
        let now = app.clock.now();
        let head = route::office(Audience::ResponsibleHead, site);
        let missing = duty::complete(&mut statuses, report::audiences(&concern), &head, now);
        ring::attend(&mut tx, app, &concern, &mut statuses).await?;
        for audience in missing {
            tracing::error!(concern.id = %id, "an audience of an open concern was missing: it is put back and rings");
            note(&mut tx, app, id, "restored", Some(audience), ACTOR).await?;
            completed += 1;
        }
    }
    tx.commit().await?;
    Ok(completed)
}

/// Restores what is in the audit log and not in this database, unless notification already restored it with more than an id.
async fn restore_vanished(pool: &PgPool, app: &App, missing: &mut Missing) -> Result<usize> {
    let now = app.clock.now();
    let mut tx = database::begin(pool, &row_security::itself()).await?;
    let page = store::alarm::reconcile::vanished(&mut tx, missing.read_to, PAGE).await?;
    let seen: Vec<String> = missing.since.keys().cloned().collect();
    let mut vanished = store::alarm::reconcile::absent(&mut tx, &seen).await?;
    vanished.extend(page.vanished);
    vanished.extend(store::alarm::reconcile::vanished_lately(&mut tx, BATCH).await?);
    tx.commit().await?;
    missing.read_to = page.last.unwrap_or(START_OF_LOG);
    missing.since.retain(|id, _| vanished.contains(id));
    let mut restored = 0;
    vanished.sort_unstable();
    vanished.dedup();
    for id in vanished {
        let seen = *missing.since.entry(id.clone()).or_insert(now);
        if now - seen < GRACE_PERIOD {
            continue;
        }
        let envelope = v1::Envelope { concern_id: id, ..v1::Envelope::default() };
        match restore(pool, app, envelope, ACTOR).await {
            Ok(back) => restored += usize::from(back),
            // One that cannot be restored does not stop the others.
            Err(error) => tracing::error!(error = %error, "a concern that vanished cannot be put back now: it is tried again"),
        }
    }
    Ok(restored)
}

/// Restores a concern that this database has lost, as far as it is known, and rings both audiences: what they had accepted is lost with it.
/// `false` where it exists here.
///
/// # Errors
/// Refused where the envelope names no concern; or a statement failed.
pub async fn restore(pool: &PgPool, app: &App, envelope: v1::Envelope, by: &str) -> Result<bool> {
    let id = ConcernId::from_str(&envelope.concern_id).map_err(|_| error::concern_malformed())?.uuid();
    let now = app.clock.now();
    let mut tx = database::begin(pool, &row_security::itself()).await?;
    if store::alarm::concern::lock(&mut tx, id).await?.is_some() {
        return Ok(false);
    }
    let unreadable = envelope.unreadable || envelope.content.is_none();
    let site = report::locate(&mut tx, &envelope.site, None).await?;
    let number = NUMBER.contains(&envelope.reference.len());
    let mut concern = Concern {
        id,
        reference: if number { envelope.reference } else { String::new() },
        grade: report::grade(envelope.grade, unreadable),
        site: site.as_ref().map(|(code, _)| code.clone()),
        content: Content::Clear(envelope.content.unwrap_or_default().encode_to_vec()),
        more: Vec::new(),
        said: report::ONCE,
        unreadable,
        raised_by: by.to_owned(),
        raised_at: now,
        state: State::Ringing,
        revision: store::alarm::reconcile::last_revision(&mut tx, id).await? + 1,
        ladder_version: app.ladders.version,
    };
    let key = store::alarm::sealed::key(&mut tx, &app.vault, id, now).await?;
    if raise_concern::record_new(&mut tx, app, &mut concern, key.as_ref(), site, "restored").await?.is_some() {
        return Ok(false);
    }
    tx.commit().await?;
    tracing::error!(concern.id = %id, "a concern had vanished from this database: it is put back, and rings anew");
    Ok(true)
}

/// The same for notification, which keeps everything that NHQ was sent.
///
/// # Errors
/// As [`restore`].
pub async fn restore_guarded(pool: &PgPool, app: &App, envelope: v1::Envelope) -> Result<bool> {
    restore(pool, app, envelope, GUARDIAN).await
}

/// State of each of these, in their order. Where the list is `whole`, every other audience whose ring was delivered rings again.
///
/// # Errors
/// Refused where there are too many; or a statement failed.
pub async fn compare(pool: &PgPool, app: &App, guarded: &[(Uuid, Audience)], whole: bool) -> Result<Vec<Standing>> {
    if guarded.len() > MAX_CONCERNS {
        return Err(error::too_many_compared().into());
    }
    let mut tx = database::begin(pool, &row_security::itself()).await?;
    let ids: Vec<Uuid> = guarded.iter().map(|(id, _)| *id).collect();
    let known = store::alarm::reconcile::standing(&mut tx, &ids).await?;
    let statuses = store::alarm::audience::of_all(&mut tx, &ids).await?;
    let mut standings = Vec::with_capacity(guarded.len());
    for (id, audience) in guarded {
        let Some(stands) = known.iter().find(|stands| stands.id == *id) else {
            standings.push(Standing::Vanished);
            continue;
        };
        let closed = stands.closing.as_ref().filter(|_| stands.state == State::Closed);
        let statuses = signed::believed(app, *id, statuses.get(id).cloned().unwrap_or_default());
        let accepted = has_accepted(&statuses, *audience, stands.said);
        standings.push(match closed {
            Some(closing) if signed::is_closed(app, *id, closing) => Standing::Closed,
            Some(_) => reopen(&mut tx, app, *id).await?,
            None if accepted => Standing::Settled,
            None => Standing::Rings,
        });
    }
    if whole {
        let now = app.clock.now();
        let lost = store::alarm::ring::lost(&mut tx, guarded, now - DELIVERED_GRACE, now).await?;
        if lost > 0 {
            tracing::error!(audiences = lost, "notification has lost rings that it had taken: they ring again at once");
        }
    }
    tx.commit().await?;
    Ok(standings)
}

/// Whether the audience exists for the concern, and none of its offices owes an acceptance.
fn has_accepted(statuses: &[AudienceStatus], audience: Audience, said: Said) -> bool {
    let of_audience = |status: &&AudienceStatus| status.audience == audience;
    statuses.iter().any(|status| of_audience(&status))
        && !statuses.iter().filter(of_audience).any(|status| core::owes(status, statuses, said))
}

async fn reopen(tx: &mut PgConnection, app: &App, id: Uuid) -> Result<Standing> {
    tracing::error!(concern.id = %id, "a concern was closed behind this service's back: it is open again and rings");
    store::alarm::reconcile::reopen(tx, id).await?;
    store::alarm::ring::anew(tx, id, app.clock.now()).await?;
    note(tx, app, id, "reopened", None, ACTOR).await?;
    Ok(Standing::Rings)
}

async fn note(tx: &mut PgConnection, app: &App, concern: Uuid, what: &'static str, audience: Option<Audience>, actor: &str) -> Result<()> {
    let revision = store::alarm::concern::advance(tx, concern, State::Ringing).await?;
    record(tx, app, &Change { concern, revision, state: State::Ringing, what, audience, level: None, graver: None, actor, device: None })
        .await?;
    Ok(())
}
