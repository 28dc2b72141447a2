//! What every change of a concern leaves behind, written in one statement.

use audit_log::Act;
use base::trace;
use messaging::outbox::Outgoing;
use sqlx::PgConnection;

use super::concern::Entry;
use crate::domain::alarm::concern::Audience;

/// Traces of a change: the entry of the timeline, that of the audit log where a person decided it, and the message for the bus.
pub struct Trail<'a> {
    pub entry: Entry<'a>,
    pub act: Option<Act<'a>>,
    pub event: &'a Outgoing,
}

/// Statement of a trail: its entry and its message, and the columns of its act where it has one.
macro_rules! record {
    ($tx:expr, $entry:expr, $event:expr, $sql:literal $(, $act:expr)*) => {
        sqlx::query_file!(
            $sql,
            $entry.concern,
            $entry.revision,
            $entry.what,
            $entry.audience.map(Audience::code),
            $entry.level.map(|level| i32::try_from(level).unwrap_or(i32::MAX)),
            $entry.actor,
            $entry.at,
            $event.id,
            $event.aggregate,
            $event.subject,
            $event.body,
            $event.confirm,
            $event.urgent,
            $event.sealed,
            trace::current()
            $(, $act)*
        )
        .execute($tx)
        .await?
    };
}

/// Writes the trail, at the time of its entry.
pub async fn record(tx: &mut PgConnection, trail: &Trail<'_>) -> sqlx::Result<()> {
    let Trail { entry, act, event } = trail;
    match act.as_ref().map(Act::granted_row) {
        None => record!(tx, entry, event, "src/store/alarm/change.sql"),
        Some(act) => record!(tx, entry, event, "src/store/alarm/decision.sql", act.actor, act.action, act.kind, act.object, act.reason),
    };
    Ok(())
}
