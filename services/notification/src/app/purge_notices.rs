//! A case was purged: whatever was told of it is deleted too, and this service says what it deleted [LPR4].
//!
//! Alarms stay: a concern is a record of safety, which keeps it under a retention and a key of its own. Contact points stay: they are the
//! victim's and not the case's.

use chassis::{
    audit::{self, Act},
    outbox::{self, Outgoing},
    wire::timestamp,
};
use proto::{
    id::{CaseId, ReferralId},
    notification::v1::{NoticesPurged, PurgedRows},
    subject,
};
use sqlx::PgConnection;
use uuid::Uuid;

use super::App;
use crate::store;

/// Who purges when cases says so.
const BY_ITSELF: &str = "service:notification";
/// What the audit log calls it.
const KIND: &str = "case";

/// What is purged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purged {
    pub case: CaseId,
    pub referral: ReferralId,
    /// The break-glasses of the case.
    pub glasses: Vec<Uuid>,
}

/// Deletes it in the caller's transaction, and answers; what is not here is answered too.
///
/// # Errors
/// A statement failed.
pub async fn purge_notices(tx: &mut PgConnection, app: &App, purged: &Purged) -> sqlx::Result<()> {
    let (at, case) = (app.clock.now(), purged.case.uuid());
    let about: Vec<Uuid> = [case, purged.referral.uuid()].into_iter().chain(purged.glasses.iter().copied()).collect();
    let done = store::purge::carry_out(tx, &app.vault, case, &about, at).await?;
    audit::granted(tx, &Act::by(BY_ITSELF, "notices.purge", KIND, &case.to_string()), at).await?;
    let count = |rows: u64| i64::try_from(rows).unwrap_or(i64::MAX);
    let fact = NoticesPurged {
        case_id: case.to_string(),
        purged_at: Some(timestamp(at)),
        keys: count(done.keys),
        deleted: done.rows.iter().map(|(table, rows)| PurgedRows { table: (*table).to_owned(), rows: count(*rows) }).collect(),
    };
    outbox::enqueue(tx, &Outgoing::event(&app.ids, case, subject::NOTICES_PURGED, &fact), at).await?;
    tracing::warn!(case.id = %case, keys = done.keys, "what was told of a purged case is deleted");
    Ok(())
}
