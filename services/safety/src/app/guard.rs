//! Nothing that was accepted vanishes unnoticed, whoever holds one database [R3e, threats T1, T3].
//!
//! Three copies watch each other: the concern here, the raise in the signed audit log, and what notification guards in a database of its
//! own. What is missing in one is put back from another, and rings. An acceptance or a closing that this service did not sign counts for
//! nothing.

use std::{collections::BTreeMap, str::FromStr, time::Duration};

use chassis::{
    Context, Error, Refusal, Result,
    audit::{Act, Past, enter},
    database,
    refusal::store_error,
};
use prost::Message;
use proto::{id::ConcernId, safety::v1};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Change, Tools, fence, raise_concern, read_concerns, record, ring, signed};
use crate::{
    domain::{
        alarm,
        concern::{Audience, AudienceStatus, Said, State},
        duty, route,
    },
    store::{
        self,
        concern::{Concern, Content},
    },
};

/// How often this database is looked at.
const LOOK: Duration = Duration::from_secs(2);
/// Rows of one look.
const BATCH: i64 = 500;
/// Entries of the audit log of one look, besides the latest: a log of years is looked through in turn.
const PAGE: i64 = 2_000;
const START_OF_LOG: i64 = -1;
/// Notification puts a concern back with all that was said; after this long without it, the audit log does, without a word of content.
const PATIENCE: time::Duration = time::Duration::seconds(15);
/// A ring is confirmed, and stands among what notification guards, well within this time.
const DELIVERED: time::Duration = time::Duration::seconds(15);
/// Concerns compared in one call.
pub const MOST: usize = 2_000;
/// A number that is put back as it was.
const NUMBER: std::ops::RangeInclusive<usize> = 1..=24;

const ACTOR: &str = "service:safety";
const GUARDIAN: &str = "service:notification";

/// How a concern stands for one audience.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Rings,
    Settled,
    Vanished,
    Closed,
}

/// Raises that the log holds and this database does not, and since when that was seen; and how far the log was looked through.
#[derive(Debug)]
pub struct Missing {
    since: BTreeMap<String, OffsetDateTime>,
    looked: i64,
}

impl Missing {
    #[must_use]
    pub const fn new() -> Self {
        Self { since: BTreeMap::new(), looked: START_OF_LOG }
    }
}

impl Default for Missing {
    fn default() -> Self {
        Self::new()
    }
}

/// Looks until stopped.
///
/// # Errors
/// Never: what cannot be looked at is looked at again.
pub async fn keep(ctx: Context, tools: Tools) -> anyhow::Result<()> {
    let mut missing = Missing::new();
    loop {
        tokio::select! {
            () = ctx.stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(LOOK) => {}
        }
        match look(&ctx.pool, &tools, &mut missing).await {
            Ok(0) => {}
            Ok(_) => ctx.outbox.wake(),
            Err(error) => tracing::error!(error = %error, "what was accepted cannot be held against the audit log"),
        }
    }
}

/// One look: how many concerns were rung again for what was found.
///
/// # Errors
/// A statement failed; what was done before stays done.
pub async fn look(pool: &PgPool, tools: &Tools, missing: &mut Missing) -> Result<usize> {
    if let Err(error) = enter_raises(pool, tools).await {
        // A log that takes nothing keeps nobody from looking.
        tracing::error!(error = store_error(&error), "raises wait to be entered into the audit log");
    }
    let rung = void_forged(pool, tools).await? + complete(pool, tools).await?;
    Ok(rung + restore_vanished(pool, tools, missing).await?)
}

/// Enters raises into the audit log; how many. A raise does not wait for it.
///
/// # Errors
/// A statement failed; the next look goes on.
pub async fn enter_raises(pool: &PgPool, tools: &Tools) -> sqlx::Result<usize> {
    let mut tx = database::begin(pool, &fence::itself()).await?;
    let raised = store::guard::not_entered(&mut tx, BATCH).await?;
    if raised.is_empty() {
        return Ok(0);
    }
    let entries: Vec<Past<'_>> = raised.iter().map(past).collect();
    enter(&mut tx, &entries).await?;
    let ids: Vec<Uuid> = raised.iter().map(|raise| raise.id).collect();
    store::guard::note_entered(&mut tx, &ids, tools.clock.now()).await?;
    tx.commit().await?;
    Ok(raised.len())
}

fn past(raise: &store::guard::Raised) -> Past<'_> {
    let act = Act::by(&raise.raised_by, "concern.raise", read_concerns::KIND, &raise.id.to_string());
    Past { act, outcome: "granted", reason: "", at: raise.raised_at }
}

/// Audiences that are said to have accepted, and of which this service signed nothing, ring again; how many.
async fn void_forged(pool: &PgPool, tools: &Tools) -> Result<usize> {
    let (mut voided, mut after) = (0, Uuid::nil());
    loop {
        let mut tx = database::begin(pool, &fence::itself()).await?;
        let said = store::guard::said_to_have_accepted(&mut tx, after, BATCH).await?;
        let Some(last) = said.last() else { return Ok(voided) };
        after = *last;
        for (id, told) in store::audience::of_all(&mut tx, &said).await? {
            if told.iter().any(|status| signed::is_forged(tools, id, status)) {
                voided += void(&mut tx, tools, id).await?;
            }
        }
        tx.commit().await?;
    }
}

async fn void(tx: &mut PgConnection, tools: &Tools, id: Uuid) -> Result<usize> {
    // Looked at again under the lock: an acceptance may be on its way.
    if store::concern::hold(tx, id).await?.is_none_or(|concern| concern.state == State::Closed) {
        return Ok(0);
    }
    let now = tools.clock.now();
    let mut voided = 0;
    for mut status in store::audience::of(tx, id).await?.into_iter().filter(|status| signed::is_forged(tools, id, status)) {
        tracing::error!(concern.id = %id, "an acceptance was written behind this service's back: it does not count, and the audience rings again");
        status.accepted = None;
        if !status.ended {
            status.ring_anew(now);
        }
        store::audience::put(tx, id, &status, None, now).await?;
        note(tx, tools, id, "voided", Some(status.audience), ACTOR).await?;
        voided += 1;
    }
    Ok(voided)
}

/// Open concerns of which an audience is missing get it back and ring it; how many.
async fn complete(pool: &PgPool, tools: &Tools) -> Result<usize> {
    let mut tx = database::begin(pool, &fence::itself()).await?;
    let mut completed = 0;
    for id in store::guard::without_an_audience(&mut tx, BATCH).await? {
        let Some(concern) = store::concern::hold(&mut tx, id).await? else { continue };
        let mut told = store::audience::of(&mut tx, id).await?;
        let site = raise_concern::locate(&mut tx, concern.site.as_deref().unwrap_or_default(), None).await?;
        let site = site.as_ref().map(|(code, kind)| (code.as_str(), kind.as_str()));
        let now = tools.clock.now();
        let head = route::office(Audience::ResponsibleHead, site);
        let missing = duty::complete(&mut told, raise_concern::audiences(&concern), &head, now);
        ring::attend(&mut tx, tools, &concern, &mut told).await?;
        for audience in missing {
            tracing::error!(concern.id = %id, "an audience of an open concern was missing: it is put back and rings");
            note(&mut tx, tools, id, "restored", Some(audience), ACTOR).await?;
            completed += 1;
        }
    }
    tx.commit().await?;
    Ok(completed)
}

/// Puts back what the audit log knows and this database does not, where notification has not done so with more than an id.
async fn restore_vanished(pool: &PgPool, tools: &Tools, missing: &mut Missing) -> Result<usize> {
    let now = tools.clock.now();
    let mut tx = database::begin(pool, &fence::itself()).await?;
    let page = store::guard::vanished(&mut tx, missing.looked, PAGE).await?;
    let seen: Vec<String> = missing.since.keys().cloned().collect();
    let mut vanished = store::guard::absent(&mut tx, &seen).await?;
    vanished.extend(page.vanished);
    vanished.extend(store::guard::vanished_lately(&mut tx, BATCH).await?);
    tx.commit().await?;
    missing.looked = page.last.unwrap_or(START_OF_LOG);
    missing.since.retain(|id, _| vanished.contains(id));
    let mut restored = 0;
    vanished.sort_unstable();
    vanished.dedup();
    for id in vanished {
        let seen = *missing.since.entry(id.clone()).or_insert(now);
        if now - seen < PATIENCE {
            continue;
        }
        let envelope = v1::Envelope { concern_id: id, ..v1::Envelope::default() };
        match restore(pool, tools, envelope, ACTOR).await {
            Ok(back) => restored += usize::from(back),
            // One that cannot be put back keeps no other.
            Err(error) => tracing::error!(error = %error, "a concern that vanished cannot be put back now: it is tried again"),
        }
    }
    Ok(restored)
}

/// Puts back a concern that this database has lost, as far as it is known, and rings both audiences: what they had accepted is lost
/// with it. `false` where it stands here.
///
/// # Errors
/// Refused where the envelope names no concern; or a statement failed.
pub async fn restore(pool: &PgPool, tools: &Tools, envelope: v1::Envelope, by: &str) -> Result<bool> {
    let id = ConcernId::from_str(&envelope.concern_id).map_err(|_| names_nothing())?.uuid();
    let now = tools.clock.now();
    let mut tx = database::begin(pool, &fence::itself()).await?;
    if store::concern::hold(&mut tx, id).await?.is_some() {
        return Ok(false);
    }
    let unreadable = envelope.unreadable || envelope.content.is_none();
    let site = raise_concern::locate(&mut tx, &envelope.site, None).await?;
    let number = NUMBER.contains(&envelope.reference.len());
    let mut concern = Concern {
        id,
        reference: if number { envelope.reference } else { String::new() },
        grade: raise_concern::grade(envelope.grade, unreadable),
        site: site.as_ref().map(|(code, _)| code.clone()),
        content: Content::Clear(envelope.content.unwrap_or_default().encode_to_vec()),
        more: Vec::new(),
        said: raise_concern::ONCE,
        unreadable,
        raised_by: by.to_owned(),
        raised_at: now,
        state: State::Ringing,
        revision: store::guard::last_revision(&mut tx, id).await? + 1,
        ladder_version: tools.ladders.version,
    };
    let key = store::sealed::key(&mut tx, &tools.vault, id, now).await?;
    if raise_concern::record_new(&mut tx, tools, &mut concern, key.as_ref(), site, "restored").await?.is_some() {
        return Ok(false);
    }
    tx.commit().await?;
    tracing::error!(concern.id = %id, "a concern had vanished from this database: it is put back, and rings anew");
    Ok(true)
}

/// The same for notification, which guards all that NHQ was told.
///
/// # Errors
/// As [`restore`].
pub async fn restore_guarded(pool: &PgPool, tools: &Tools, envelope: v1::Envelope) -> Result<bool> {
    restore(pool, tools, envelope, GUARDIAN).await
}

/// How each of these stands, in their order. Where they are all that notification guards, whatever else it was told of rings again.
///
/// # Errors
/// Refused where there are too many; or a statement failed.
pub async fn compare(pool: &PgPool, tools: &Tools, guarded: &[(Uuid, Audience)], whole: bool) -> Result<Vec<Standing>> {
    if guarded.len() > MOST {
        return Err(too_many().into());
    }
    let mut tx = database::begin(pool, &fence::itself()).await?;
    let ids: Vec<Uuid> = guarded.iter().map(|(id, _)| *id).collect();
    let known = store::guard::standing(&mut tx, &ids).await?;
    let told = store::audience::of_all(&mut tx, &ids).await?;
    let mut standings = Vec::with_capacity(guarded.len());
    for (id, audience) in guarded {
        let Some(stands) = known.iter().find(|stands| stands.id == *id) else {
            standings.push(Standing::Vanished);
            continue;
        };
        let closed = stands.closing.as_ref().filter(|_| stands.state == State::Closed);
        let told = signed::believed(tools, *id, told.get(id).cloned().unwrap_or_default());
        let accepted = has_accepted(&told, *audience, stands.said);
        standings.push(match closed {
            Some(closing) if signed::is_closed(tools, *id, closing) => Standing::Closed,
            Some(_) => reopen(&mut tx, tools, *id).await?,
            None if accepted => Standing::Settled,
            None => Standing::Rings,
        });
    }
    if whole {
        let now = tools.clock.now();
        let lost = store::ring::lost(&mut tx, guarded, now - DELIVERED, now).await?;
        if lost > 0 {
            tracing::error!(audiences = lost, "notification has lost rings that it had taken: they ring again at once");
        }
    }
    tx.commit().await?;
    Ok(standings)
}

/// Whether an audience is told of it, and no office of it owes an acceptance.
fn has_accepted(told: &[AudienceStatus], audience: Audience, said: Said) -> bool {
    let of_audience = |status: &&AudienceStatus| status.audience == audience;
    told.iter().any(|status| of_audience(&status)) && !told.iter().filter(of_audience).any(|status| alarm::owes(status, told, said))
}

async fn reopen(tx: &mut PgConnection, tools: &Tools, id: Uuid) -> Result<Standing> {
    tracing::error!(concern.id = %id, "a concern was closed behind this service's back: it is open again and rings");
    store::guard::reopen(tx, id).await?;
    store::ring::anew(tx, id, tools.clock.now()).await?;
    note(tx, tools, id, "reopened", None, ACTOR).await?;
    Ok(Standing::Rings)
}

async fn note(
    tx: &mut PgConnection,
    tools: &Tools,
    concern: Uuid,
    what: &'static str,
    audience: Option<Audience>,
    actor: &str,
) -> Result<()> {
    let revision = store::concern::advance(tx, concern, State::Ringing).await?;
    record(tx, tools, &Change { concern, revision, state: State::Ringing, what, audience, level: None, graver: None, actor, device: None })
        .await?;
    Ok(())
}

fn names_nothing() -> Error {
    let (en, fr) = ("the envelope names no concern", "l'enveloppe ne désigne aucun signalement");
    Refusal::invalid("concern-malformed", "R3e", "envelope.concern_id", en, fr).into()
}

fn too_many() -> Refusal {
    let (en, fr) = ("at most 2,000 concerns are compared in one call", "au plus 2 000 signalements sont comparés par appel");
    Refusal::invalid("too-many", "R3e", "guarded", en, fr)
}
