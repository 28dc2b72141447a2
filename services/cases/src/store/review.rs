//! Reviews by the RJ Unit, and the events that called for them; notes are sealed under the key of the file [RM1a].

use std::collections::BTreeSet;

use proto::id::CaseId;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::{Place, Vault};

use crate::{
    domain::review::{Found, Review, Trigger},
    store::{
        decode::known,
        sealed::{self, Unopened},
    },
};

/// Most reviews of one case that are read.
const LIMIT: i64 = 500;

const fn note(id: Uuid) -> Place {
    Place::new("review", "note", id)
}

/// Records an event that calls for a review of a locked case. Returns the review that it opened; none where one of this trigger is open,
/// whose record then holds the event, and none where the same event came before.
///
/// # Errors
/// The statement failed.
pub async fn call(
    tx: &mut PgConnection,
    case: CaseId,
    trigger: Trigger,
    (event, review): (Uuid, Uuid),
    at: OffsetDateTime,
) -> sqlx::Result<Option<Uuid>> {
    // Steps: the open review, or a new one unless the event came before; then the event.
    sqlx::query_scalar!(
        r#"with known as (select id from review_event where id = $3),
                standing as (select id from review where case_id = $1 and trigger = $2 and finished_at is null),
                opened as (
                    insert into review (id, case_id, trigger, opened_at)
                    select $4, $1, $2, $5 where not exists (select from standing) and not exists (select from known) returning id),
                came as (
                    insert into review_event (id, case_id, review_id, came_at)
                    select $3, $1, id, $5 from (select id from standing union all select id from opened) as called
                    where not exists (select from known))
           select id from opened"#,
        case.uuid(),
        trigger.code(),
        event,
        review,
        at
    )
    .fetch_optional(tx)
    .await
}

/// What opened the reviews of a case that stand in the gate now.
///
/// # Errors
/// The statement failed.
pub async fn in_the_gate(tx: &mut PgConnection, case: CaseId, at: OffsetDateTime) -> sqlx::Result<BTreeSet<Trigger>> {
    let rows = sqlx::query!(
        r#"select trigger, due.at as "due_at?" from review left join due on due.kind = 'review' and due.object = review.id::text
           where review.case_id = $1 and finished_at is null"#,
        case.uuid()
    )
    .fetch_all(tx)
    .await?;
    let open = rows.into_iter().map(|row| Ok((known::<Trigger>("trigger", &row.trigger)?, row.due_at)));
    let open: Vec<(Trigger, Option<OffsetDateTime>)> = open.collect::<sqlx::Result<_>>()?;
    Ok(open.into_iter().filter(|(trigger, due_at)| trigger.blocks(*due_at, at)).map(|(trigger, _)| trigger).collect())
}

/// The reviews of a case, in the order in which they opened.
///
/// # Errors
/// The statement failed, or a note cannot be opened and that is refused.
pub async fn of_case(tx: &mut PgConnection, vault: &Vault, case: CaseId, unopened: Unopened) -> sqlx::Result<Vec<Review>> {
    let rows = sqlx::query!(
        r#"select r.id, trigger, opened_at, finding, note_sealed, finished_by, finished_at, signed_off_by, signed_off_at,
                  array(select came_at from review_event e where e.review_id = r.id and e.case_id = r.case_id order by e.position) as "events!",
                  due.at as "due_at?"
           from review r left join due on due.kind = 'review' and due.object = r.id::text and due.settled_at is null
           where r.case_id = $1 order by position limit $2"#,
        case.uuid(),
        LIMIT
    )
    .fetch_all(&mut *tx)
    .await?;
    let sealed: Vec<&[u8]> = rows.iter().filter_map(|row| row.note_sealed.as_deref()).collect();
    let keys = vault.keys_of(tx, &sealed).await?;
    rows.into_iter()
        .map(|row| {
            let found = match (row.finding, row.finished_by, row.finished_at) {
                (Some(finding), Some(by), Some(at)) => Some(Found {
                    finding: known("finding", &finding)?,
                    note: unopened.text(keys.text(note(row.id), row.note_sealed.as_deref(), Some(String::new())))?,
                    by,
                    at,
                }),
                _ => None,
            };
            Ok(Review {
                id: row.id,
                trigger: known("trigger", &row.trigger)?,
                opened_at: row.opened_at,
                events: row.events,
                due_at: row.due_at,
                found,
                signed: row.signed_off_by.zip(row.signed_off_at),
            })
        })
        .collect()
}

/// Finishes an open review of a locked case.
///
/// # Errors
/// A statement failed, or the vault cannot seal.
pub async fn finish(tx: &mut PgConnection, vault: &Vault, case: CaseId, review: Uuid, found: &Found) -> sqlx::Result<()> {
    let sealed = match found.note.expose().as_bytes() {
        [] => None,
        text => Some(vault.seal(tx, sealed::owner(case.uuid(), None), note(review), text, found.at).await?),
    };
    let written = sqlx::query!(
        "update review set finding = $3, note_sealed = $4, finished_by = $5, finished_at = $6
         where id = $1 and case_id = $2 and finished_at is null",
        review,
        case.uuid(),
        found.finding.code(),
        sealed,
        found.by,
        found.at
    )
    .execute(tx)
    .await?;
    if written.rows_affected() == 1 { Ok(()) } else { Err(sqlx::Error::RowNotFound) }
}

/// Signs off a finished review of a locked case.
///
/// # Errors
/// The statement failed, or it was signed off before.
pub async fn sign_off(tx: &mut PgConnection, case: CaseId, review: Uuid, by: &str, at: OffsetDateTime) -> sqlx::Result<()> {
    let written = sqlx::query!(
        "update review set signed_off_by = $3, signed_off_at = $4 where id = $1 and case_id = $2 and signed_off_at is null",
        review,
        case.uuid(),
        by,
        at
    )
    .execute(tx)
    .await?;
    if written.rows_affected() == 1 { Ok(()) } else { Err(sqlx::Error::RowNotFound) }
}
