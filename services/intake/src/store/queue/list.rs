//! Pages of the national queue.

use sqlx::PgConnection;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use crate::{
    domain::{Flags, Origin, State},
    error::unknown_code,
};

/// A referral of the queue, without its content.
pub struct Entry {
    pub id: Uuid,
    pub receipt_number: String,
    pub origin: Origin,
    pub site: String,
    pub state: State,
    pub received_at: OffsetDateTime,
    pub flags: Flags,
    pub variants: i64,
}

/// A row of either list.
struct Row {
    referral_id: Uuid,
    receipt_number: String,
    origin: String,
    site: String,
    state: String,
    received_at: OffsetDateTime,
    flags: Vec<String>,
    variants: i64,
}

impl Row {
    fn entry(self) -> base::Result<Entry> {
        Ok(Entry {
            id: self.referral_id,
            receipt_number: self.receipt_number,
            origin: Origin::from_code(&self.origin).ok_or_else(|| unknown_code("referral.origin"))?,
            site: self.site,
            state: State::from_code(&self.state).ok_or_else(|| unknown_code("referral.state"))?,
            received_at: self.received_at,
            flags: Flags::from_codes(&self.flags),
            variants: self.variants,
        })
    }
}

/// Referrals that wait for a decision, deferrals whose day has come, and those corrected after their decision; oldest first, after
/// `(received, id)`. Of the accepted ones, those to which the `officer` is tied, or all where no tie is needed.
///
/// # Errors
/// The statement failed, or a row holds an unknown code.
pub async fn waiting(
    db: &mut PgConnection,
    after: (OffsetDateTime, Uuid),
    today: Date,
    officer: Option<&str>,
    limit: i64,
) -> base::Result<Vec<Entry>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select referral_id as "referral_id!", receipt_number as "receipt_number!", origin as "origin!", site as "site!", state as "state!",
                  received_at as "received_at!", flags as "flags!", variants as "variants!"
           from referrals_waiting($1, $2, $3, $4, $5)"#,
        after.0,
        after.1,
        today,
        officer,
        limit
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(Row::entry).collect()
}

/// Every referral that is no case, decided or not, and those that were corrected since; oldest first, after `(received, id)`.
///
/// # Errors
/// The statement failed, or a row holds an unknown code.
pub async fn all(db: &mut PgConnection, after: (OffsetDateTime, Uuid), officer: Option<&str>, limit: i64) -> base::Result<Vec<Entry>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select referral_id as "referral_id!", receipt_number as "receipt_number!", origin as "origin!", site as "site!", state as "state!",
                  received_at as "received_at!", flags as "flags!", variants as "variants!"
           from referrals_listed($1, $2, $3, $4)"#,
        after.0,
        after.1,
        officer,
        limit
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(Row::entry).collect()
}
