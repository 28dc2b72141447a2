//! Use case: break-glass, reading one case outside the portfolio for some hours, with a reason; supervisors are notified [R3c, IM1a].
//!
//! It does not depend on the audit log: each use and each refused attempt is stored in the same transaction and written to the log
//! afterwards (`break_glass::audit`). A case that does not exist is not found, after the same steps.

use base::{Caller, Error, Ids, Private, Result, wire};
use messaging::outbox::{self, Outgoing};
use proto::{
    cases::v1::{BreakGlassOpened, BreakGlassQuotaReached},
    id::CaseId,
    subject,
};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    app::{
        App,
        access::{need_to_know::BY_BREAK_GLASS, ties},
    },
    domain::{
        access::{
            decision::{self, Tie, Verb},
            scope::Scope,
        },
        break_glass as rules,
        case::reference::CaseRef,
    },
    error,
    store::{
        break_glass::{self, NewBreakGlass, Notice, Use},
        case::file,
    },
};

/// A case opened to the caller for reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    pub break_glass: Uuid,
    pub case: CaseId,
    pub until: OffsetDateTime,
}

/// Opens the case; one that is already open is returned again.
///
/// # Errors
/// Not found, or a refusal: no reason, no need, the quota is used up.
pub async fn break_glass(app: &App, caller: &Caller, case_ref: &str, reason: &str) -> Result<Opened> {
    let mut tx = app.begin_itself().await?;
    break_glass::queue(&mut tx, &caller.subject).await?;
    let at = app.clock.now();
    let ended = attempt(&mut tx, app, caller, case_ref, reason, at).await;
    let (break_glass, outcome, why) = match &ended {
        Ok(opened) => (Some(opened.break_glass), "granted", BY_BREAK_GLASS),
        Err(Error::NotFound) => (None, "hidden", "not-found"),
        Err(Error::Refused(refusal)) => (None, "refused", refusal.reason),
        Err(Error::Database(_) | Error::Unavailable { .. } | Error::Internal(_)) => return ended,
    };
    let id = ended.as_ref().map(|opened| opened.case.to_string());
    let object = id.as_deref().unwrap_or_else(|_| case_ref.trim());
    let tried = Use { break_glass, actor: &caller.subject, verb: Verb::BreakGlass, object, outcome, reason: why };
    break_glass::note_use(&mut tx, &tried, at).await?;
    tx.commit().await?;
    app.outbox.wake();
    ended
}

async fn attempt(tx: &mut PgConnection, app: &App, caller: &Caller, case_ref: &str, reason: &str, at: OffsetDateTime) -> Result<Opened> {
    let reason = rules::reason(reason)?;
    let case_ref = CaseRef::parse(case_ref);
    let known = match &case_ref {
        Some(named) => file::visible(tx, &Scope::of(caller), named, at).await?,
        None => None,
    };
    let tie = known.as_ref().map_or(Tie::Stranger, |file| file.tie);
    decision::allowed(tie, Verb::BreakGlass, known.as_ref().map(|file| file.standing.stage))?;
    if let Some(file) = known
        && let Some(live) = break_glass::live(tx, file.id, &caller.subject, at).await?
    {
        return Ok(Opened { break_glass: live.id, case: file.id, until: live.until });
    }
    // Checked before the case is looked up: a caller whose quota is used up learns nothing of any case.
    if break_glass::broken_lately(tx, &caller.subject, at).await? >= i64::from(app.break_glass.quota) {
        let notice = app.ids.uuid();
        if break_glass::record_notice(tx, notice, Notice::QuotaReached(&caller.subject), at.date()).await? {
            outbox::enqueue(tx, &break_glass_quota_reached(&app.ids, notice, at), at).await?;
        }
        return Err(error::break_glass_quota_reached().into());
    }
    let case = match &case_ref {
        Some(named) => file::for_break_glass(tx, named).await?.ok_or(Error::NotFound)?,
        None => return Err(Error::NotFound),
    };
    open(tx, app, caller, case, &reason, at).await
}

async fn open(
    tx: &mut PgConnection,
    app: &App,
    caller: &Caller,
    case: CaseId,
    reason: &Private<String>,
    at: OffsetDateTime,
) -> Result<Opened> {
    let (id, until) = (app.ids.uuid(), at + app.break_glass.lasts);
    let new = NewBreakGlass { id, case, subject: &caller.subject, reason, until, review_due: rules::review_due(at) };
    break_glass::open(tx, &app.vault, &new, at).await?;
    outbox::enqueue(tx, &break_glass_opened(&app.ids, id, case, at), at).await?;
    ties::publish(tx, &app.ids, case, at).await?;
    tracing::warn!(case.id = %case, break_glass.id = %id, "a case was opened by break-glass");
    Ok(Opened { break_glass: id, case, until })
}

/// Event: a case was opened by break-glass. It waits behind no other message of the case.
#[must_use]
pub fn break_glass_opened(ids: &Ids, break_glass: Uuid, case: CaseId, at: OffsetDateTime) -> Outgoing {
    let message =
        BreakGlassOpened { break_glass_id: break_glass.to_string(), case_id: case.to_string(), broken_at: Some(wire::timestamp(at)) };
    Outgoing::event(ids, break_glass, subject::BREAK_GLASS_OPENED, &message)
}

/// Event: a further break-glass was refused because of the quota.
#[must_use]
pub fn break_glass_quota_reached(ids: &Ids, notice: Uuid, at: OffsetDateTime) -> Outgoing {
    let message = BreakGlassQuotaReached { notice_id: notice.to_string(), reached_at: Some(wire::timestamp(at)) };
    Outgoing::event(ids, notice, subject::BREAK_GLASS_QUOTA_REACHED, &message)
}
