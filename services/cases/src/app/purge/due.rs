//! Use case: list the cases whose retention is over [LPR4].

use audit_log::Act;
use base::{Caller, Result};
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::{
    app::{App, access::need_to_know::KIND},
    domain::{
        access::{
            decision::{self, Tie, Verb},
            scope::Scope,
        },
        purge::{kept_by, order_stands},
    },
    store::purge::retention::{self as store, Closed},
};

/// Most cases in the list of those due.
pub const LIMIT: usize = 500;
/// Cases read in one statement.
const BATCH: i64 = 500;
/// Days of the shortest month: a case closed later than this many days per month ago cannot be due.
const SHORTEST_MONTH: i64 = 28;

/// A case whose retention is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    pub closed: Closed,
    pub over_at: OffsetDateTime,
    /// Code of what keeps it nevertheless.
    pub kept_by: Option<&'static str>,
}

/// The cases whose retention is over, those unused for the longest time first.
///
/// # Errors
/// Not found for a caller outside the unit.
pub async fn list_due(app: &App, caller: &Caller) -> Result<Vec<Due>> {
    let at = app.clock.now();
    let tie = if Scope::of(caller).is_unit() { Tie::Unit } else { Tie::Stranger };
    decision::allowed(tie, Verb::ListDue, None)?;
    let mut tx = app.begin(caller).await?;
    let due = longest_unused(&mut tx, app, at).await?;
    let ids: Vec<String> = due.iter().map(|due| due.closed.case.to_string()).collect();
    let acts: Vec<Act<'_>> = ids.iter().map(|id| Act::new(caller, Verb::ListDue.permission(), KIND, id)).collect();
    audit_log::granted_all(&mut tx, &acts, at).await?;
    tx.commit().await?;
    Ok(due)
}

/// The cases due, read in the order of their closing. A case was used last when it was closed, or later: once enough of those read were used no
/// later than the last of them was closed, no other case was unused for longer.
///
/// # Errors
/// The database does not answer.
pub async fn longest_unused(tx: &mut PgConnection, app: &App, at: OffsetDateTime) -> Result<Vec<Due>> {
    let closed_before = at - Duration::days(i64::from(app.retention.in_months()) * SHORTEST_MONTH);
    let mut found = Vec::new();
    let mut after = (OffsetDateTime::UNIX_EPOCH, Uuid::nil());
    loop {
        let closed = store::closed(tx, closed_before, after, BATCH).await?;
        let Some(last) = closed.last() else { break };
        after = (last.closed_at, last.case.uuid());
        found.extend(closed.into_iter().filter_map(|closed| due(app, closed, at)));
        if found.iter().filter(|due| due.closed.facts.last_use <= after.0).count() >= LIMIT {
            break;
        }
    }
    found.sort_by_key(|due| (due.closed.facts.last_use, due.closed.case.uuid()));
    found.truncate(LIMIT);
    Ok(found)
}

fn due(app: &App, closed: Closed, at: OffsetDateTime) -> Option<Due> {
    let over_at = app.retention.over_at(closed.facts.last_use);
    if at < over_at {
        return None;
    }
    let kept_by = kept_by(&closed.facts, app.retention, at).map(crate::domain::purge::Kept::code);
    let order = closed.order.filter(|order| order_stands(order.at, at));
    Some(Due { closed: Closed { order, ..closed }, over_at, kept_by })
}
