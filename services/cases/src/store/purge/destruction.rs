//! Destruction of a case: its keys and its rows [LPR4].

use messaging::expiry;
use proto::id::CaseId;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::{Destroyed, Vault};

use crate::store::sealed::{CASE, SIDES};

/// A table, and how many of its rows were deleted.
pub type Deleted = (String, i64);

/// Counts and ids of what was destroyed of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destruction {
    pub keys: Vec<Destroyed>,
    pub rows: Vec<Deleted>,
    pub holds_lifted: i32,
    /// Break-glasses of which other services were notified.
    pub break_glasses: Vec<Uuid>,
    /// Blocks of which notification was told.
    pub blocks: Vec<Uuid>,
    /// What was told of due things.
    pub due_notices: Vec<Uuid>,
    /// What notification was told of its entries: the entries, their steps and their holds.
    pub entry_notices: Vec<Uuid>,
    /// What notification was told of its requests: their steps.
    pub request_notices: Vec<Uuid>,
    /// Documents whose bytes are still in the object store; they can no longer be opened.
    pub documents: Vec<Uuid>,
}

/// Destroys the keys of a case and deletes its rows; its ids, its number and the time remain. `raised` are the outbox events of its
/// concerns. For the service itself, on a locked case.
///
/// # Errors
/// A statement failed: the transaction with it, and nothing is destroyed.
pub async fn carry_out(
    tx: &mut PgConnection,
    vault: &Vault,
    case: CaseId,
    raised: &[Uuid],
    at: OffsetDateTime,
) -> sqlx::Result<Destruction> {
    let id = case.uuid();
    // First: policies and triggers allow deletes for a purged case only.
    sqlx::query!(
        "update case_file set purged_at = $2, mode = null, described_mode = null, site = null, indirect_only = false where id = $1 and purged_at is null",
        id,
        at
    )
    .execute(&mut *tx)
    .await?;
    let keys = vault.bury(tx, (CASE, id), &SIDES, at).await?;
    let break_glasses = sqlx::query_scalar!("select id from break_glass where case_id = $1 order by id", id).fetch_all(&mut *tx).await?;
    let holds_lifted =
        sqlx::query_scalar!(r#"select count(*)::int as "count!" from case_hold where case_id = $1"#, id).fetch_one(&mut *tx).await?;
    let mut rows = vec![("outbox", expiry::messages(tx, &[id], raised).await?)];
    // In the order of their foreign keys.
    let access = sqlx::query!("delete from case_access where case_id = $1", id).execute(&mut *tx).await?;
    let uses = sqlx::query!("delete from break_glass_use where break_glass_id = any($1)", &break_glasses).execute(&mut *tx).await?;
    let broken = sqlx::query!("delete from break_glass where case_id = $1", id).execute(&mut *tx).await?;
    let conditions = conditions(tx, id).await?;
    let (reviews, due_notices) = reviews(tx, id).await?;
    let consents = sqlx::query!("delete from consent_record where case_id = $1", id).execute(&mut *tx).await?;
    let assessments = sqlx::query!("delete from assessment where case_id = $1", id).execute(&mut *tx).await?;
    let conflicts = sqlx::query!("delete from mediator_conflict where case_id = $1", id).execute(&mut *tx).await?;
    let passages = passages(tx, id).await?;
    let (entries, entry_notices) = entries(tx, id).await?;
    let (requests, request_notices) = requests(tx, id).await?;
    let blocks = sqlx::query_scalar!("delete from gate_block where case_id = $1 returning id", id).fetch_all(&mut *tx).await?;
    let stops = sqlx::query!("delete from contact_stop where case_id = $1", id).execute(&mut *tx).await?;
    let leavings = sqlx::query!("delete from leaving where case_id = $1", id).execute(&mut *tx).await?;
    let people = sqlx::query!("delete from participant where case_id = $1", id).execute(&mut *tx).await?;
    let documents = sqlx::query_scalar!("delete from document where case_id = $1 returning id", id).fetch_all(&mut *tx).await?;
    let moves = sqlx::query!("delete from case_move where case_id = $1", id).execute(&mut *tx).await?;
    let modes = sqlx::query!("delete from described_mode where case_id = $1", id).execute(&mut *tx).await?;
    let sites = sqlx::query!("delete from case_site where case_id = $1", id).execute(&mut *tx).await?;
    let concerns = sqlx::query!("delete from case_concern where case_id = $1", id).execute(&mut *tx).await?;
    let holds = sqlx::query!("delete from case_hold where case_id = $1", id).execute(&mut *tx).await?;
    let orders = sqlx::query!("delete from purge_order where case_id = $1", id).execute(&mut *tx).await?;
    let steps = sqlx::query!("delete from case_step where case_id = $1", id).execute(&mut *tx).await?;
    rows.extend([
        ("case_access", access.rows_affected()),
        ("break_glass_use", uses.rows_affected()),
        ("break_glass", broken.rows_affected()),
        ("consent_record", consents.rows_affected()),
        ("assessment", assessments.rows_affected()),
        ("mediator_conflict", conflicts.rows_affected()),
        ("gate_block", blocks.len() as u64),
        ("contact_stop", stops.rows_affected()),
        ("leaving", leavings.rows_affected()),
        ("participant", people.rows_affected()),
        ("document", documents.len() as u64),
        ("case_move", moves.rows_affected()),
        ("described_mode", modes.rows_affected()),
        ("case_site", sites.rows_affected()),
        ("case_concern", concerns.rows_affected()),
        ("case_hold", holds.rows_affected()),
        ("purge_order", orders.rows_affected()),
        ("case_step", steps.rows_affected()),
    ]);
    rows.extend(conditions.into_iter().chain(passages).chain(reviews).chain(entries).chain(requests));
    let counted = |(table, rows): (&str, u64)| (table.to_owned(), i64::try_from(rows).unwrap_or(i64::MAX));
    let rows = rows.into_iter().map(counted).collect();
    Ok(Destruction { keys, rows, holds_lifted, break_glasses, blocks, due_notices, entry_notices, request_notices, documents })
}

/// Deletes the conditions of a purged case, the advice on them, what was disclosed and what was read in OMS, in the order of their foreign keys.
async fn conditions(tx: &mut PgConnection, id: Uuid) -> sqlx::Result<[(&'static str, u64); 6]> {
    let extracts = sqlx::query!("delete from extract where case_id = $1", id).execute(&mut *tx).await?;
    let disclosures = sqlx::query!("delete from disclosure where case_id = $1", id).execute(&mut *tx).await?;
    let advice = sqlx::query!("delete from condition_advice where case_id = $1", id).execute(&mut *tx).await?;
    let answers = sqlx::query!("delete from condition_answer where case_id = $1", id).execute(&mut *tx).await?;
    let steps = sqlx::query!("delete from condition_step where case_id = $1", id).execute(&mut *tx).await?;
    let conditions = sqlx::query!("delete from condition where case_id = $1", id).execute(&mut *tx).await?;
    Ok([
        ("disclosure", disclosures.rows_affected()),
        ("condition_advice", advice.rows_affected()),
        ("condition_answer", answers.rows_affected()),
        ("condition_step", steps.rows_affected()),
        ("condition", conditions.rows_affected()),
        ("extract", extracts.rows_affected()),
    ])
}

/// Deletes the reviews of a purged case and what was due of it, in the order of their foreign keys; returns the ids of what was told too.
async fn reviews(tx: &mut PgConnection, id: Uuid) -> sqlx::Result<([(&'static str, u64); 3], Vec<Uuid>)> {
    let due = sqlx::query_scalar!("delete from due where case_id = $1 returning notices", id).fetch_all(&mut *tx).await?;
    let events = sqlx::query!("delete from review_event where case_id = $1", id).execute(&mut *tx).await?;
    let reviews = sqlx::query!("delete from review where case_id = $1", id).execute(&mut *tx).await?;
    let counts = [("due", due.len() as u64), ("review_event", events.rows_affected()), ("review", reviews.rows_affected())];
    Ok((counts, due.into_iter().flatten().collect()))
}

/// Deletes the sessions of a purged case and the items that passed between its participants, in the order of their foreign keys.
async fn passages(tx: &mut PgConnection, id: Uuid) -> sqlx::Result<[(&'static str, u64); 5]> {
    let session_steps = sqlx::query!("delete from case_session_step where case_id = $1", id).execute(&mut *tx).await?;
    let met = sqlx::query!("delete from case_session_person where case_id = $1", id).execute(&mut *tx).await?;
    let sessions = sqlx::query!("delete from case_session where case_id = $1", id).execute(&mut *tx).await?;
    let steps = sqlx::query!("delete from exchange_step where case_id = $1", id).execute(&mut *tx).await?;
    let items = sqlx::query!("delete from exchange_item where case_id = $1", id).execute(&mut *tx).await?;
    Ok([
        ("case_session_step", session_steps.rows_affected()),
        ("case_session_person", met.rows_affected()),
        ("case_session", sessions.rows_affected()),
        ("exchange_step", steps.rows_affected()),
        ("exchange_item", items.rows_affected()),
    ])
}

/// Ids under which something was told of the entries of a case.
async fn entry_notices(tx: &mut PgConnection, id: Uuid) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"select id as "id!" from (select id from entry where case_id = $1 union all select id from entry_step where case_id = $1
                                    union all select id from entry_hold where case_id = $1) told order by 1"#,
        id
    )
    .fetch_all(tx)
    .await
}

/// Deletes the entries of a purged case and its curfews, in the order of their foreign keys, and tells under which ids they were told.
async fn entries(tx: &mut PgConnection, id: Uuid) -> sqlx::Result<([(&'static str, u64); 5], Vec<Uuid>)> {
    let told = entry_notices(tx, id).await?;
    let holds = sqlx::query!("delete from entry_hold where case_id = $1", id).execute(&mut *tx).await?;
    let steps = sqlx::query!("delete from entry_step where case_id = $1", id).execute(&mut *tx).await?;
    let people = sqlx::query!("delete from entry_person where case_id = $1", id).execute(&mut *tx).await?;
    let entries = sqlx::query!("delete from entry where case_id = $1", id).execute(&mut *tx).await?;
    let curfews = sqlx::query!("delete from curfew where case_id = $1", id).execute(&mut *tx).await?;
    let deleted = [
        ("entry_hold", holds.rows_affected()),
        ("entry_step", steps.rows_affected()),
        ("entry_person", people.rows_affected()),
        ("entry", entries.rows_affected()),
        ("curfew", curfews.rows_affected()),
    ];
    Ok((deleted, told))
}

/// Deletes the requests of a purged case, in the order of their foreign keys, and tells under which ids they were told.
async fn requests(tx: &mut PgConnection, id: Uuid) -> sqlx::Result<([(&'static str, u64); 4], Vec<Uuid>)> {
    let told = sqlx::query_scalar!("delete from request_step where case_id = $1 returning id", id).fetch_all(&mut *tx).await?;
    let answers = sqlx::query!("delete from request_answer where case_id = $1", id).execute(&mut *tx).await?;
    let items = sqlx::query!("delete from request_item where case_id = $1", id).execute(&mut *tx).await?;
    let requests = sqlx::query!("delete from request where case_id = $1", id).execute(&mut *tx).await?;
    let deleted = [
        ("request_step", told.len() as u64),
        ("request_answer", answers.rows_affected()),
        ("request_item", items.rows_affected()),
        ("request", requests.rows_affected()),
    ];
    Ok((deleted, told))
}
