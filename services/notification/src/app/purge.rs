//! Use case: a case was purged. Its notices are deleted too, unless this service's own data forbids it, and the deletion is reported
//! [LPR4].
//!
//! Alarms stay: a concern is a record of safety, under a retention and a key of its own. Contact points stay: they belong to the victim and
//! not to the case.

use audit_log::Act;
use base::wire::timestamp;
use messaging::outbox::{self, Outgoing};
use proto::{
    notification::v1::{NoticesPurged, PurgedRows},
    subject,
};
use sqlx::PgConnection;

use super::App;
use crate::{
    domain::purge::{Purged, forbidden},
    store,
};

/// Actor of a purge reported by cases.
const BY_ITSELF: &str = "service:notification";
/// Kind in the audit log.
const KIND: &str = "case";

/// Reason the deletion is forbidden, as a stable code, from this service's own data.
///
/// # Errors
/// A statement failed.
pub async fn forbids(tx: &mut PgConnection, app: &App, purged: &Purged) -> sqlx::Result<Option<&'static str>> {
    let told = store::purge::told(tx, &purged.about()).await?;
    Ok(forbidden(purged, &told, app.clock.now()))
}

/// Deletes the notices in the caller's transaction, and answers; an unknown case is answered too.
///
/// # Errors
/// A statement failed.
pub async fn purge_notices(tx: &mut PgConnection, app: &App, purged: &Purged) -> sqlx::Result<()> {
    let (at, case) = (app.clock.now(), purged.case.uuid());
    let done = store::purge::carry_out(tx, &app.vault, case, &purged.about(), at).await?;
    audit_log::granted(tx, &Act::by(BY_ITSELF, "notices.purge", KIND, &case.to_string()), at).await?;
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
