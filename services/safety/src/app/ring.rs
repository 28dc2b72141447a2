//! Rings an audience: at the raise, and again whenever its ladder says so.

use std::time::Duration;

use chassis::{
    database,
    outbox::{self, Outgoing},
    vault::DataKey,
};
use proto::{
    safety::v1,
    subject::{RING_HEAD, RING_NHQ},
};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

use super::{Change, Tools, envelope, fence, record, roster};
use crate::{
    domain::{
        concern::{Audience, AudienceStatus},
        route,
    },
    store::{self, concern::Concern},
};

/// Audiences rung in one transaction.
const BATCH: i64 = 100;
const ACTOR: &str = "service:safety";

/// When this database turns out to be older than its witness knows, what was taken back may include a ring or an acceptance: every
/// open concern rings at once, wherever its ladder stands.
///
/// # Errors
/// A statement failed.
pub async fn all_at_once(pool: &PgPool, now: OffsetDateTime) -> sqlx::Result<u64> {
    let mut tx = database::begin(pool, &fence::itself()).await?;
    let due = store::ring::all_due(&mut tx, now).await?;
    tx.commit().await?;
    Ok(due)
}

/// A status that has not been rung yet.
#[must_use]
pub fn unrung(audience: Audience, office: String, from: OffsetDateTime) -> AudienceStatus {
    AudienceStatus {
        audience,
        office,
        former_office: None,
        rung_from: from,
        step: 0,
        level: 0,
        rings: 0,
        next_ring_at: Some(from),
        delivered_at: None,
        accepted: None,
    }
}

/// Rings an audience at `step` and sets when it rings next. Who is rung is looked up now, not when the concern was raised [T2]. The
/// concern is given as it reads, and the ring is sealed under its key where there is one.
///
/// # Errors
/// A statement failed.
pub async fn ring(
    tx: &mut PgConnection,
    tools: &Tools,
    concern: &Concern,
    key: Option<&DataKey>,
    status: &mut AudienceStatus,
    step: u32,
) -> sqlx::Result<()> {
    let now = tools.clock.now();
    let ladder = tools.ladders.for_concern(concern.grade, concern.unreadable);
    let mut offices: Vec<&str> = vec![&status.office];
    offices.extend(status.former_office.as_deref());
    let everyone: Vec<String> = offices.iter().copied().chain([route::RJ_UNIT, route::NMC]).map(str::to_owned).collect();
    let assigned = roster::holders(tx, tools, &everyone).await?;
    let to = route::recipients(status.audience, &offices, ladder.reach(step), &assigned);
    if to.no_route {
        tracing::error!(concern.id = %concern.id, office = status.office, step, "nobody holds the office: nhq and the monitoring centre are rung in its place");
    }
    let id = tools.ids.uuid();
    let signed = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
    let next = status.rung_from + ladder.due(step.saturating_add(1));
    let message = v1::Ring {
        ring_id: id.to_string(),
        concern_id: concern.id.to_string(),
        audience: envelope::audience(status.audience) as i32,
        step: signed(step),
        level: signed(ladder.level(step)),
        recipients: to
            .holders
            .into_iter()
            .map(|h| v1::OfficeHolder { office: h.office, holder: h.holder, rank: i32::from(h.rank), cannot_accept: false })
            .collect(),
        envelope: Some(envelope::envelope(concern, status.audience)),
        no_route: to.no_route,
        next_ring_at: Some(chassis::wire::timestamp(next)),
    };
    let subject = match status.audience {
        Audience::Nhq => RING_NHQ,
        Audience::ResponsibleHead => RING_HEAD,
    };
    // Each ring is its own aggregate: a ring never waits for one before it.
    let outgoing = Outgoing::event(&tools.ids, id, subject, &message).until_confirmed();
    let outgoing = outgoing.sealed_if(key).map_err(sqlx::Error::from)?;
    status.step = step;
    status.level = ladder.level(step);
    status.rings = status.rings.saturating_add(1);
    status.next_ring_at = Some(next);
    store::concern::put_audience(tx, concern.id, status, None).await?;
    store::ring::insert(tx, id, concern.id, status.audience, step, outgoing.id, now).await?;
    outbox::enqueue(tx, &outgoing, now).await
}

/// At a start without a key: what waits sealed for the bus cannot leave, so whoever should hear it is rung anew at once, in clear.
///
/// # Errors
/// The statement failed.
pub async fn ring_anew_without_a_key(pool: &PgPool, tools: &Tools) -> sqlx::Result<()> {
    if tools.vault.is_usable().await {
        return Ok(());
    }
    let mut tx = database::begin(pool, &fence::itself()).await?;
    let hurried = store::ring::hurry_what_waits_sealed(&mut tx, tools.clock.now()).await?;
    tx.commit().await?;
    tracing::error!(audiences = hurried, "there is no key: rings that wait sealed are rung anew");
    Ok(())
}

/// Rings every audience that is due; how many. After a downtime each is rung once, at the step that time demands.
///
/// # Errors
/// A statement failed; nothing was rung, and the next tick tries again.
pub async fn tick(pool: &PgPool, tools: &Tools) -> sqlx::Result<usize> {
    let now = tools.clock.now();
    let mut tx = database::begin(pool, &fence::itself()).await?;
    let due = store::ring::due(&mut tx, now, BATCH).await?;
    let mut rung = 0;
    for (id, kind) in due {
        let Some(concern) = store::concern::find(&mut tx, id).await? else { continue };
        let audiences = store::concern::audiences(&mut tx, id).await?;
        let Some(mut status) = audiences.into_iter().find(|a| a.audience.code() == kind && a.accepted.is_none()) else { continue };
        if status.next_ring_at.is_none_or(|at| at > now) {
            continue;
        }
        let ladder = tools.ladders.for_concern(concern.grade, concern.unreadable);
        let elapsed = Duration::try_from(now - status.rung_from).unwrap_or_default();
        let step = ladder.step_at(elapsed).max(status.step.saturating_add(1));
        let key = store::sealed::key(&mut tx, &tools.vault, id, now).await?;
        let concern = store::concern::opened(&mut tx, &tools.vault, concern).await?;
        ring(&mut tx, tools, &concern, key.as_ref(), &mut status, step).await?;
        let revision = store::concern::advance(&mut tx, id, concern.state).await?;
        let change = Change {
            concern: id,
            revision,
            state: concern.state,
            what: "rung",
            audience: Some(status.audience),
            level: Some(status.level),
            actor: ACTOR,
            device: None,
        };
        record(&mut tx, tools, &change).await?;
        rung += 1;
    }
    tx.commit().await?;
    Ok(rung)
}
