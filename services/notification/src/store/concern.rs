//! Settled concerns: what is guarded of them, and their mails that are not sent yet.

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::{
    concern::{Audience, Settlement},
    delivery::Reason,
};

/// Records acceptances and closings, and withholds the unsent mails of these audiences; returns how many of each concern. What is closed is
/// no longer guarded.
///
/// # Errors
/// The statement failed.
pub async fn settle(
    db: &mut PgConnection,
    settlements: &[Settlement],
    reason: Reason,
    at: OffsetDateTime,
) -> sqlx::Result<Vec<(Uuid, i64)>> {
    let concerns: Vec<Uuid> = settlements.iter().map(|settlement| settlement.concern.uuid()).collect();
    let audiences: Vec<Option<String>> =
        settlements.iter().map(|settlement| settlement.audience.map(Audience::code).map(str::to_owned)).collect();
    // Steps: the guarded rows, locked in one order, so that two sets never deadlock; each of them settled or closed; the mails of each
    // by the index (`offset 0`).
    let rows = sqlx::query!(
        r#"with settlement as (
               select concern_id, audience from unnest($1::uuid[], $2::text[]) as settlement (concern_id, audience)
           ), open as materialized (
               select concern_id, audience from guarded
               where concern_id = any($1) and closed_at is null order by concern_id, audience for update
           ), change as (
               select open.concern_id, open.audience, bool_or(settlement.audience is null) as closes
               from open join settlement on settlement.concern_id = open.concern_id
                   and (settlement.audience is null or settlement.audience = open.audience)
               group by open.concern_id, open.audience
           ), settled as (
               update guarded set settled_at = coalesce(guarded.settled_at, $3),
                   closed_at = case when change.closes then $3::timestamptz end
               from change
               where guarded.concern_id = change.concern_id and guarded.audience = change.audience
                   and (change.closes or guarded.settled_at is null)
           ), mail as materialized (
               select settlement.concern_id, waiting.delivery_id
               from settlement cross join lateral (
                   select item_id from inbox_item
                   where about = settlement.concern_id and audience is not null
                       and (settlement.audience is null or audience = settlement.audience) offset 0) as item
               cross join lateral (
                   select delivery_id from delivery
                   where delivery.item_id = item.item_id and channel <> 'inbox' and state in ('pending', 'retrying') offset 0) as waiting
           ), withheld as (
               update delivery set state = 'withheld', reason = $4, finished_at = $3
               where delivery_id = any(array(select delivery_id from mail)) and state in ('pending', 'retrying')
               returning delivery_id
           )
           select mail.concern_id as "concern_id!", count(distinct delivery_id) as "withheld!"
           from mail join withheld using (delivery_id) group by mail.concern_id"#,
        &concerns,
        &audiences as &[Option<String>],
        at,
        reason.code(),
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.concern_id, row.withheld)).collect())
}
