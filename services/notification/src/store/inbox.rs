//! Inbox items: one for each recipient and thing told; a concern's item rings again instead of piling up.

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::unreadable;
use crate::domain::{
    inbox::{Alarm, Item, Standing},
    ring::{Audience, Urgency},
};

/// Puts an item into its inbox. A concern that stands there already rings once more and is unread again;
/// anything else that stands there already stays as it is, and `None` is answered.
///
/// # Errors
/// The statement failed.
pub async fn put(db: &mut PgConnection, item_id: Uuid, item: &Item, at: OffsetDateTime) -> sqlx::Result<Option<Uuid>> {
    let alarm = item.alarm.as_ref();
    sqlx::query_scalar!(
        "insert into inbox_item
             (item_id, recipient, template, about, audience, reference, urgency, language, title, body, envelope, created_at, last_rung_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)
         on conflict on constraint inbox_item_does_not_pile_up do update
         set reference = excluded.reference, urgency = excluded.urgency, language = excluded.language,
             title = excluded.title, body = excluded.body, envelope = excluded.envelope,
             last_rung_at = excluded.last_rung_at, ring_count = inbox_item.ring_count + 1, read_at = null, read_by = null
         where inbox_item.audience is not null
         returning item_id",
        item_id,
        item.recipient.as_str(),
        item.template.code(),
        item.about,
        alarm.map(|a| a.audience.code()),
        item.reference,
        alarm.map(|a| a.urgency.code()),
        item.language,
        item.title.expose(),
        item.body.expose(),
        alarm.map(|a| a.envelope.expose().as_slice()),
        at,
    )
    .fetch_optional(db)
    .await
}

/// The items of these recipients, unread alarms first, then newest first.
///
/// # Errors
/// The statement failed, or a row cannot be read by this version.
pub async fn list(db: &mut PgConnection, recipients: &[String], unread_only: bool, limit: i64) -> sqlx::Result<Vec<Standing>> {
    let rows = sqlx::query!(
        "select item_id, recipient, template, about, audience, urgency, language, title, body, envelope,
                created_at, last_rung_at, ring_count, read_at
         from inbox_item
         where recipient = any($1) and (read_at is null or not $2)
         order by (audience is not null and read_at is null) desc, last_rung_at desc, item_id desc
         limit $3",
        recipients,
        unread_only,
        limit,
    )
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Standing {
                alarm: alarm(row.audience, row.urgency, row.envelope)?,
                item_id: row.item_id,
                recipient: row.recipient,
                template: row.template,
                about: row.about,
                language: row.language,
                title: row.title.into(),
                body: row.body.into(),
                created_at: row.created_at,
                last_rung_at: row.last_rung_at,
                ring_count: row.ring_count,
                read_at: row.read_at,
            })
        })
        .collect()
}

fn alarm(audience: Option<String>, urgency: Option<String>, envelope: Option<Vec<u8>>) -> sqlx::Result<Option<Alarm>> {
    let (Some(audience), Some(urgency), Some(envelope)) = (audience, urgency, envelope) else {
        return Ok(None);
    };
    Ok(Some(Alarm {
        audience: Audience::of(&audience).ok_or_else(|| unreadable("inbox_item.audience"))?,
        urgency: Urgency::of(&urgency).ok_or_else(|| unreadable("inbox_item.urgency"))?,
        envelope: envelope.into(),
    }))
}

/// Marks an item of one of these recipients as read. `false` where there is none; an item read before stays as it was.
///
/// # Errors
/// The statement failed.
pub async fn mark_read(db: &mut PgConnection, item_id: Uuid, recipients: &[String], by: &str, at: OffsetDateTime) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update inbox_item set read_at = coalesce(read_at, $3), read_by = coalesce(read_by, $4)
         where item_id = $1 and recipient = any($2)",
        item_id,
        recipients,
        at,
        by,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}
