//! Daily reminder of overdue reviews of break-glass.

use base::{Ids, wire};
use messaging::outbox::{self, Outgoing};
use proto::{cases::v1::BreakGlassReviewDue, subject};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    app::App,
    store::break_glass::{self, Notice},
};

/// Notifies supervisors that reviews are overdue, at most once a day across all instances.
///
/// # Errors
/// The database failed.
pub async fn remind(app: &App) -> sqlx::Result<bool> {
    let at = app.clock.now();
    let mut tx = app.begin_itself().await?;
    let overdue = break_glass::overdue(&mut tx, at.date()).await?;
    let notice = app.ids.uuid();
    if overdue == 0 || !break_glass::record_notice(&mut tx, notice, Notice::ReviewDue, at.date()).await? {
        return Ok(false);
    }
    outbox::enqueue(&mut tx, &break_glass_review_due(&app.ids, notice, overdue, at), at).await?;
    tx.commit().await?;
    app.outbox.wake();
    Ok(true)
}

/// Event: reviews of break-glass are overdue.
#[must_use]
pub fn break_glass_review_due(ids: &Ids, notice: Uuid, overdue: i64, at: OffsetDateTime) -> Outgoing {
    let overdue = i32::try_from(overdue).unwrap_or(i32::MAX);
    let message = BreakGlassReviewDue { notice_id: notice.to_string(), overdue, noticed_at: Some(wire::timestamp(at)) };
    Outgoing::event(ids, notice, subject::BREAK_GLASS_REVIEW_DUE, &message)
}
