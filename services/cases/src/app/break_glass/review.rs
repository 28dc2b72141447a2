//! Use cases after a break-glass: end it early, list it for review, record the review by another person [IM1a].

use audit_log::Act;
use base::{Caller, Error, Result};
use sqlx::PgConnection;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use crate::{
    app::{App, access::ties},
    domain::{
        access::{
            decision::{self, Tie, Verb},
            scope::{Line, Scope},
        },
        break_glass::{self as rules, Finding},
    },
    error,
    store::break_glass::{self, BreakGlassRow, Broken},
};

/// Object kind of a break-glass in the audit log.
pub const KIND: &str = "break_glass";
/// Most lines of the review list.
const LIMIT: i64 = 500;

/// The review list and its date: reviews due before that are overdue.
#[derive(Debug, Clone, PartialEq)]
pub struct Reviews {
    pub break_glasses: Vec<Broken>,
    pub today: Date,
}

/// The review list, for supervisors and the National Manager.
///
/// # Errors
/// Not found for other callers.
pub async fn list_break_glass(app: &App, caller: &Caller, open_only: bool) -> Result<Reviews> {
    let at = app.clock.now();
    decision::allowed(tie(caller, None), Verb::ListBreakGlass, None)?;
    let mut tx = app.begin(caller).await?;
    let break_glasses = break_glass::list(&mut tx, &app.vault, open_only, LIMIT).await?;
    let acts: Vec<Act<'_>> = break_glasses
        .iter()
        .map(|break_glass| Act::new(caller, Verb::ListBreakGlass.permission(), KIND, &break_glass.id.to_string()))
        .collect();
    audit_log::granted_all(&mut tx, &acts, at).await?;
    tx.commit().await?;
    Ok(Reviews { break_glasses, today: at.date() })
}

/// Ends the access before it expires. Ending an ended one changes nothing.
///
/// # Errors
/// Not found: it does not exist, or belongs to another person and the caller is no supervisor.
pub async fn end_break_glass(app: &App, caller: &Caller, break_glass_id: &str) -> Result<()> {
    let mut tx = app.begin_itself().await?;
    let (locked, at) = lock(&mut tx, app, caller, Verb::EndBreakGlass, break_glass_id).await?;
    break_glass::end(&mut tx, locked.id, &caller.subject, at).await?;
    ties::publish(&mut tx, &app.ids, locked.case, at).await?;
    tx.commit().await?;
    app.outbox.wake();
    tracing::info!(break_glass.id = %locked.id, "a break-glass was ended");
    Ok(())
}

/// Records a supervisor's finding. Repeating the same finding changes nothing; a different one is refused.
///
/// # Errors
/// Not found, or a refusal: the caller's own, a finding without its required words, one already reviewed.
pub async fn review_break_glass(app: &App, caller: &Caller, break_glass_id: &str, finding: Finding, note: &str) -> Result<()> {
    let mut tx = app.begin_itself().await?;
    let (locked, at) = lock(&mut tx, app, caller, Verb::ReviewBreakGlass, break_glass_id).await?;
    let note = rules::note(finding, note)?;
    match locked.finding {
        None => break_glass::review(&mut tx, &app.vault, &locked, finding, &note, &caller.subject, at).await?,
        Some(same) if same == finding => {}
        Some(_) => return Err(error::reviewed_already().into()),
    }
    tx.commit().await?;
    tracing::info!(break_glass.id = %locked.id, "a break-glass was reviewed");
    Ok(())
}

/// Locks the break-glass a caller names until the transaction ends, and writes it to the audit log.
async fn lock(
    tx: &mut PgConnection,
    app: &App,
    caller: &Caller,
    verb: Verb,
    break_glass_id: &str,
) -> Result<(BreakGlassRow, OffsetDateTime)> {
    let id = Uuid::try_parse(break_glass_id.trim()).map_err(|_| Error::NotFound)?;
    let locked = break_glass::lock(tx, id).await?.ok_or(Error::NotFound)?;
    let at = app.clock.now();
    decision::allowed(tie(caller, Some(&locked.subject)), verb, None)?;
    audit_log::granted(tx, &Act::new(caller, verb.permission(), KIND, &id.to_string()), at).await?;
    Ok((locked, at))
}

/// Tie of a caller to a break-glass: to their own, and for supervisors and the National Manager to everyone's; else none.
fn tie(caller: &Caller, owner: Option<&str>) -> Tie {
    if owner == Some(caller.subject.as_str()) {
        Tie::Line(Line::BreakGlass)
    } else if Scope::of(caller).is_unit() {
        Tie::Unit
    } else {
        Tie::Stranger
    }
}
