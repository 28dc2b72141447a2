//! What happened to one referral, oldest first: what was received under its key, and every decision with its reason.

use base::Private;
use sqlx::PgConnection;
use time::{Date, OffsetDateTime};
use uuid::Uuid;
use vault::Vault;

use crate::{domain::Disposition, error::unknown_code, store::sealed};

/// Most of each kind that are read: the latest.
const MOST: i64 = 100;

/// One thing that happened.
pub struct Event {
    pub at: OffsetDateTime,
    /// Opaque subject of whoever did it.
    pub by: String,
    pub what: What,
}

/// What happened.
pub enum What {
    Received,
    /// Another body came under its key.
    Completed,
    Decided(Decided),
}

/// A decision.
pub struct Decided {
    pub disposition: Disposition,
    /// `None`: it cannot be opened.
    pub reason: Option<Private<String>>,
    pub review_on: Option<Date>,
    /// Role in which it was made; empty where it was not kept.
    pub role: String,
}

/// Everything that happened to a referral, as far as row security shows it.
///
/// # Errors
/// A statement failed, or a row holds an unknown code.
pub async fn read(db: &mut PgConnection, vault: &Vault, id: Uuid) -> base::Result<Vec<Event>> {
    let bodies = sqlx::query!(
        r#"select received_at as "at!", submitter as "by!", is_first as "is_first!"
           from (select received_at, submitter, true as is_first from referral where referral_id = $1 and purged_at is null
                 union all
                 (select received_at, submitter, false from referral_variant where referral_id = $1
                  order by received_at desc, body_hash limit $2)) as bodies"#,
        id,
        MOST
    )
    .fetch_all(&mut *db)
    .await?;
    let decisions = sqlx::query!(
        "select number, disposition, reason, reason_sealed, review_on, decided_by, decided_at, decided_as
         from screening_decision where referral_id = $1 order by number desc limit $2",
        id,
        MOST
    )
    .fetch_all(&mut *db)
    .await?;
    let sealed: Vec<&[u8]> = decisions.iter().filter_map(|row| row.reason_sealed.as_deref()).collect();
    let keys = vault.keys_of(db, &sealed).await?;
    let mut events: Vec<Event> = bodies
        .into_iter()
        .map(|row| Event { at: row.at, by: row.by, what: if row.is_first { What::Received } else { What::Completed } })
        .collect();
    for row in decisions {
        let reason = keys.text(sealed::reason(id, row.number), row.reason_sealed.as_deref(), Some(row.reason)).ok();
        let disposition = Disposition::from_code(&row.disposition).ok_or_else(|| unknown_code("screening_decision.disposition"))?;
        let decided = Decided { disposition, reason, review_on: row.review_on, role: row.decided_as.unwrap_or_default() };
        events.push(Event { at: row.decided_at, by: row.decided_by, what: What::Decided(decided) });
    }
    events.sort_by_key(|event| event.at);
    Ok(events)
}
