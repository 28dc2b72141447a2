//! Inbox items: one for each recipient and thing told; a concern's item rings again instead of piling up.

use chassis::{Private, Vault};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    sealed::{self, Sealed},
    unreadable,
};
use crate::domain::{
    inbox::{Alarm, Item, Standing},
    ring::{Audience, Urgency},
};

/// Puts an item into its inbox. A concern that stands there already rings once more and is unread again;
/// anything else that stands there already stays as it is, and `None` is answered.
///
/// # Errors
/// The statement failed, or what is no alarm cannot be sealed.
pub async fn put(db: &mut PgConnection, vault: &Vault, item_id: Uuid, item: &Item, at: OffsetDateTime) -> sqlx::Result<Option<Uuid>> {
    let alarm = item.alarm.as_ref();
    let audience = alarm.map(|a| a.audience.code());
    let place = |column| sealed::item(column, item.recipient.as_str(), item.template.code(), item.about, audience);
    let (title, body, envelope) = (item.title.expose(), item.body.expose(), alarm.map(|a| a.envelope.expose().as_slice()));
    let sealed = match vault.key(db, sealed::about(item.about), at).await {
        Ok(key) => Sealed::new(&key, place, title, body, envelope).map_err(sqlx::Error::from),
        Err(error) => Err(error),
    };
    let sealed = sealed::unless_an_alarm(sealed, alarm.is_some())?;
    let clear = sealed.is_none();
    let (title_sealed, body_sealed, envelope_sealed) = sealed.map_or((None, None, None), |s| (Some(s.title), Some(s.body), s.envelope));
    sqlx::query_scalar!(
        "insert into inbox_item
             (item_id, recipient, template, about, audience, reference, urgency, language, title, body, envelope,
              title_sealed, body_sealed, envelope_sealed, created_at, last_rung_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15)
         on conflict on constraint inbox_item_does_not_pile_up do update
         set reference = excluded.reference, urgency = excluded.urgency, language = excluded.language,
             title = excluded.title, body = excluded.body, envelope = excluded.envelope,
             title_sealed = excluded.title_sealed, body_sealed = excluded.body_sealed, envelope_sealed = excluded.envelope_sealed,
             last_rung_at = excluded.last_rung_at, ring_count = inbox_item.ring_count + 1, read_at = null, read_by = null
         where inbox_item.audience is not null
         returning item_id",
        item_id,
        item.recipient.as_str(),
        item.template.code(),
        item.about,
        audience,
        item.reference,
        alarm.map(|a| a.urgency.code()),
        item.language,
        if clear { title } else { "" },
        if clear { body } else { "" },
        envelope.filter(|_| clear),
        title_sealed,
        body_sealed,
        envelope_sealed,
        at,
    )
    .fetch_optional(db)
    .await
}

/// The items of these recipients, unread alarms first, then newest first.
///
/// # Errors
/// The statement failed, or a row cannot be read by this version.
pub async fn list(
    db: &mut PgConnection,
    vault: &Vault,
    recipients: &[String],
    unread_only: bool,
    limit: i64,
) -> sqlx::Result<Vec<Standing>> {
    let rows = sqlx::query!(
        "select item_id, recipient, template, about, audience, urgency, language, title, body, envelope,
                title_sealed, body_sealed, envelope_sealed, created_at, last_rung_at, ring_count, read_at
         from inbox_item
         where recipient = any($1) and (read_at is null or not $2)
         order by (audience is not null and read_at is null) desc, last_rung_at desc, item_id desc
         limit $3",
        recipients,
        unread_only,
        limit,
    )
    .fetch_all(&mut *db)
    .await?;
    let values = rows.iter().flat_map(|row| [&row.title_sealed, &row.body_sealed, &row.envelope_sealed]);
    let values: Vec<&[u8]> = values.filter_map(|value| value.as_deref()).collect();
    let keys = vault.keys_of(db, &values).await?;
    rows.into_iter()
        .map(|row| {
            let place = |column| sealed::item(column, &row.recipient, &row.template, row.about, row.audience.as_deref());
            let title = sealed::or_marked(keys.text(place("title"), row.title_sealed.as_deref(), Some(row.title)));
            let body = sealed::or_marked(keys.text(place("body"), row.body_sealed.as_deref(), Some(row.body)));
            // An alarm whose envelope cannot be opened is an alarm without one.
            let envelope = match row.envelope_sealed.as_deref() {
                Some(sealed) => Some(keys.open(place("envelope"), sealed).map(Private::into_inner).unwrap_or_default()),
                None => row.envelope,
            };
            Ok(Standing {
                alarm: alarm(row.audience, row.urgency, envelope)?,
                item_id: row.item_id,
                recipient: row.recipient,
                template: row.template,
                about: row.about,
                language: row.language,
                title,
                body,
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
