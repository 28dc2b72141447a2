//! Use case: list the receipts of what the caller submitted, newest first: that each was received, and when. Never an outcome [TRAP-4, R6b].

use base::{Caller, Result, page};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    app::App,
    store::referral::{OwnReceipt, receipts},
};

/// One page, and the token of the next; an empty token ends the list.
///
/// # Errors
/// A page token that this service did not issue.
pub async fn list_receipts(app: &App, caller: &Caller, size: i32, token: &str) -> Result<(Vec<OwnReceipt>, String)> {
    let size = page::size(size, 50, 200);
    let last = (OffsetDateTime::new_utc(time::Date::MAX, time::Time::MIDNIGHT), Uuid::max());
    let before = page::decode::<(OffsetDateTime, Uuid)>(token)?.unwrap_or(last);
    let mut tx = app.begin(caller, []).await?;
    let mut listed = receipts(&mut tx, &caller.subject, before, size + 1).await?;
    tx.commit().await?;
    let full = usize::try_from(size).unwrap_or(usize::MAX);
    let more = listed.len() > full;
    listed.truncate(full);
    let next = listed.last().filter(|_| more).map(|last| page::encode(&(last.sent_at, last.id)));
    Ok((listed, next.unwrap_or_default()))
}
