//! Facts on which a purge is decided, for one case and for all that are due [LPR4].

use proto::id::CaseId;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    domain::{case::stage::Stage, purge::Facts},
    store::decode::known,
};

/// A pending order to purge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub by: String,
    pub at: OffsetDateTime,
}

/// The stored order, however old.
///
/// # Errors
/// The statement failed.
pub async fn order(tx: &mut PgConnection, case: CaseId) -> sqlx::Result<Option<Order>> {
    sqlx::query_as!(Order, r#"select ordered_by as by, ordered_at as "at" from purge_order where case_id = $1"#, case.uuid())
        .fetch_optional(tx)
        .await
}

/// Stores an order, in place of an expired one.
///
/// # Errors
/// The statement failed.
pub async fn set_order(tx: &mut PgConnection, case: CaseId, order: &Order) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into purge_order (case_id, ordered_by, ordered_at) values ($1, $2, $3)
         on conflict on constraint purge_order_one_per_case do update set ordered_by = excluded.ordered_by, ordered_at = excluded.ordered_at",
        case.uuid(),
        order.by,
        order.at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The facts of a locked case.
///
/// # Errors
/// The statement failed.
pub async fn facts(tx: &mut PgConnection, case: CaseId) -> sqlx::Result<Facts> {
    let row = sqlx::query!(
        r#"select stage, last_use_of(id) as "last_use!",
                  (select count(*) from case_hold where case_id = case_file.id and lifted_at is null) as "holds!",
                  (select count(*) from case_concern where case_id = case_file.id and closed_at is null) as "concerns!",
                  (select count(*) from break_glass where case_id = case_file.id
                       and (finding is null or exists (select from break_glass_use where break_glass_id = break_glass.id and entered_at is null))) as "break_glasses!"
           from case_file where id = $1"#,
        case.uuid()
    )
    .fetch_one(tx)
    .await?;
    Ok(Facts {
        stage: known("stage", &row.stage)?,
        last_use: row.last_use,
        standing_holds: row.holds,
        open_concerns: row.concerns,
        open_break_glasses: row.break_glasses,
    })
}

/// A closed case that was not purged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    pub case: CaseId,
    pub number: String,
    /// When it was closed: its last use is this or later.
    pub closed_at: OffsetDateTime,
    pub facts: Facts,
    pub order: Option<Order>,
}

/// Cases that were closed before a moment, those closed first first, after a position.
///
/// # Errors
/// The statement failed.
pub async fn closed(
    tx: &mut PgConnection,
    closed_before: OffsetDateTime,
    (after_at, after_id): (OffsetDateTime, Uuid),
    limit: i64,
) -> sqlx::Result<Vec<Closed>> {
    let rows = sqlx::query!(
        r#"select id as "id!", number as "number!", closed_at as "closed_at!", last_use as "last_use!", holds as "holds!", concerns as "concerns!",
                  break_glasses as "break_glasses!", ordered_by, ordered_at
           from cases_closed($1, $2, $3, $4)"#,
        closed_before,
        after_at,
        after_id,
        limit
    )
    .fetch_all(tx)
    .await?;
    let closed = rows.into_iter().map(|row| Closed {
        case: CaseId::new(row.id),
        number: row.number,
        closed_at: row.closed_at,
        facts: Facts {
            stage: Stage::Closed,
            last_use: row.last_use,
            standing_holds: row.holds,
            open_concerns: row.concerns,
            open_break_glasses: row.break_glasses,
        },
        order: row.ordered_by.zip(row.ordered_at).map(|(by, at)| Order { by, at }),
    });
    Ok(closed.collect())
}

/// Locks the concerns of a case until the transaction ends: none is reopened during the purge. For the service itself.
///
/// # Errors
/// The statement failed.
pub async fn lock_concerns(tx: &mut PgConnection, case: CaseId) -> sqlx::Result<Vec<Uuid>> {
    let locked =
        sqlx::query_scalar!("select raise_event_id from case_concern where case_id = $1 order by concern_id for update", case.uuid());
    Ok(locked.fetch_all(tx).await?.into_iter().flatten().collect())
}
