//! Table of inbox items: one for each recipient and object; a concern's item rings again instead of piling up.

use base::Private;
use sqlx::PgConnection;
use time::{OffsetDateTime, macros::datetime};
use uuid::Uuid;
use vault::{Keys, Vault};

use super::sealed;
use crate::domain::{
    concern::{Audience, Grade},
    inbox::{Alarm, Position, StoredItem},
};

/// Page of the items of these recipients, unread alarms first, then newest first; and where the next page begins.
///
/// # Errors
/// The statement failed.
pub async fn list(
    db: &mut PgConnection,
    vault: &Vault,
    recipients: &[String],
    unread_only: bool,
    after: Option<Position>,
    limit: i64,
) -> sqlx::Result<(Vec<StoredItem>, Option<Position>)> {
    let alarms_are_behind = after.is_some_and(|after| !after.in_alarms);
    let mut rows = if alarms_are_behind { Vec::new() } else { alarms(db, recipients, after, limit + 1).await? };
    let after = after.filter(|_| alarms_are_behind);
    let left = limit + 1 - i64::try_from(rows.len()).unwrap_or(limit);
    if left > 0 && unread_only {
        rows.extend(unread_rest(db, recipients, after, left).await?);
    } else if left > 0 {
        rows.extend(rest(db, recipients, after, left).await?);
    }
    let page = usize::try_from(limit).unwrap_or(usize::MAX);
    let next = if rows.len() > page { page.checked_sub(1).and_then(|last| rows.get(last)).map(Row::position) } else { None };
    rows.truncate(page);
    let values = rows.iter().flat_map(|row| [&row.title_sealed, &row.body_sealed, &row.envelope_sealed]);
    let values: Vec<&[u8]> = values.filter_map(|value| value.as_deref()).collect();
    let keys = vault.keys_of(db, &values).await?;
    Ok((rows.into_iter().map(|row| row.read(&keys)).collect(), next))
}

/// Later than any item, for the first page.
const END_OF_TIME: OffsetDateTime = datetime!(9999-12-31 00:00 UTC);

fn place(after: Option<Position>) -> (OffsetDateTime, Uuid) {
    after.map_or((END_OF_TIME, Uuid::max()), |after| (after.last_rung_at, after.item_id))
}

struct Row {
    item_id: Uuid,
    recipient: String,
    template: String,
    about: Uuid,
    audience: Option<String>,
    grade: Option<String>,
    language: String,
    title: String,
    body: String,
    envelope: Option<Vec<u8>>,
    title_sealed: Option<Vec<u8>>,
    body_sealed: Option<Vec<u8>>,
    envelope_sealed: Option<Vec<u8>>,
    created_at: OffsetDateTime,
    last_rung_at: OffsetDateTime,
    ring_count: i32,
    read_at: Option<OffsetDateTime>,
}

/// Items of these recipients that meet a condition, newest first, after a position. A text, so that each list has an index of its own.
macro_rules! page {
    ($db:expr, $recipients:expr, $after:expr, $limit:expr, $condition:literal) => {{
        let (before, before_id) = place($after);
        sqlx::query_as!(
            Row,
            r#"select item_id as "item_id!", item.recipient as "recipient!", template as "template!", about as "about!", audience, grade,
                  language as "language!", title as "title!", body as "body!", envelope, title_sealed, body_sealed, envelope_sealed,
                  created_at as "created_at!", last_rung_at as "last_rung_at!", ring_count as "ring_count!", read_at
           from unnest($1::text[]) as name cross join lateral (
               select * from inbox_item
               where recipient = name and "#
                + $condition
                + r#" and (last_rung_at, item_id) < ($2, $3)
               order by last_rung_at desc, item_id desc limit $4) as item
           order by last_rung_at desc, item_id desc limit $4"#,
            $recipients,
            before,
            before_id,
            $limit
        )
        .fetch_all($db)
        .await
    }};
}

/// Unread alarms, newest first.
async fn alarms(db: &mut PgConnection, recipients: &[String], after: Option<Position>, limit: i64) -> sqlx::Result<Vec<Row>> {
    page!(db, recipients, after, limit, "audience is not null and read_at is null")
}

/// Other unread items.
async fn unread_rest(db: &mut PgConnection, recipients: &[String], after: Option<Position>, limit: i64) -> sqlx::Result<Vec<Row>> {
    page!(db, recipients, after, limit, "audience is null and read_at is null")
}

/// Everything else, read no further than one page.
async fn rest(db: &mut PgConnection, recipients: &[String], after: Option<Position>, limit: i64) -> sqlx::Result<Vec<Row>> {
    page!(db, recipients, after, limit, "(audience is null or read_at is not null)")
}

impl Row {
    fn position(&self) -> Position {
        let in_alarms = self.audience.is_some() && self.read_at.is_none();
        Position { in_alarms, last_rung_at: self.last_rung_at, item_id: self.item_id }
    }

    /// An item that cannot be opened, or is not known to this version, is shown without its content, and hides no other item.
    fn read(self, keys: &Keys) -> StoredItem {
        let place = |column| sealed::item(column, &self.recipient, &self.template, self.about, self.audience.as_deref());
        let title = sealed::or_marked(keys.text(place("title"), self.title_sealed.as_deref(), Some(self.title)));
        let body = sealed::or_marked(keys.text(place("body"), self.body_sealed.as_deref(), Some(self.body)));
        // An alarm whose envelope cannot be opened is shown as an alarm without one.
        let envelope = match self.envelope_sealed.as_deref() {
            Some(sealed) => Some(keys.open(place("envelope"), sealed).map(Private::into_inner).unwrap_or_default()),
            None => self.envelope,
        };
        let alarm = envelope.zip(self.audience.as_deref()).and_then(|(envelope, audience)| {
            let Some(audience) = Audience::of(audience) else {
                tracing::error!("an alarm is for an audience that this version does not know: it is shown as a text");
                return None;
            };
            let grade = self.grade.as_deref().and_then(Grade::of).unwrap_or(Grade::Concern);
            Some(Alarm { audience, grade, envelope: envelope.into() })
        });
        StoredItem {
            alarm,
            item_id: self.item_id,
            recipient: self.recipient,
            template: self.template,
            about: self.about,
            language: self.language,
            title,
            body,
            created_at: self.created_at,
            last_rung_at: self.last_rung_at,
            ring_count: self.ring_count,
            read_at: self.read_at,
        }
    }
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
