//! Use cases: list the national queue, find one referral in it by its number, and count it; for the RJ Unit alone [GL1, R3a].

use audit_log::Act;
use base::{Caller, Error, Result, page};
use proto::reference;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    access,
    app::{App, REFERRAL, tied},
    domain::queue::list::{Asked, List},
    error,
    store::queue::list::{self, Count, Entry, Range},
};

/// One page, and the token of the next; an empty token ends the list.
///
/// # Errors
/// Not the RJ Unit; or a page token that this service did not issue.
pub async fn list_queue(app: &App, caller: &Caller, asked: &Asked, size: i32, token: &str) -> Result<(Vec<Entry>, String)> {
    if !access::is_rj_unit(caller) {
        return Err(Error::NotFound);
    }
    let size = page::size(size, 50, 200);
    let range = Range::of(asked).after(page::decode::<(OffsetDateTime, Uuid)>(token)?, asked.newest_first);
    let at = app.clock.now();
    let mut tx = app.begin(caller, []).await?;
    let mut entries = list::page(&mut tx, (asked, range), at.date(), tied(caller), size + 1).await?;
    let full = usize::try_from(size).unwrap_or(usize::MAX);
    let more = entries.len() > full;
    entries.truncate(full);
    let acts: Vec<Act<'_>> = entries.iter().map(|e| Act::new(caller, "referral.queue", REFERRAL, &e.id.to_string())).collect();
    audit_log::granted_all(&mut tx, &acts, at).await?;
    tx.commit().await?;
    let next = entries.last().filter(|_| more).map(|last| page::encode(&(last.received_at, last.id)));
    Ok((entries, next.unwrap_or_default()))
}

/// The referral with this number, whatever became of it, or nothing: of what is a case, only what the caller is tied to.
///
/// # Errors
/// Not the RJ Unit; or what is no number.
pub async fn find_in_queue(app: &App, caller: &Caller, typed: &str) -> Result<Option<Entry>> {
    if !access::is_rj_unit(caller) {
        return Err(Error::NotFound);
    }
    let number = reference::parse("RO", typed).ok_or_else(error::receipt_number_malformed)?;
    let mut tx = app.begin(caller, []).await?;
    let found = list::find(&mut tx, &number, tied(caller)).await?;
    if let Some(entry) = &found {
        let act = Act::new(caller, "referral.queue", REFERRAL, &entry.id.to_string());
        audit_log::granted(&mut tx, &act, app.clock.now()).await?;
    }
    tx.commit().await?;
    Ok(found)
}

/// How many stand in each list that has a number, narrowed alike.
///
/// # Errors
/// Not the RJ Unit.
pub async fn count_queue(app: &App, caller: &Caller, asked: &Asked) -> Result<Vec<(List, Count)>> {
    if !access::is_rj_unit(caller) {
        return Err(Error::NotFound);
    }
    let mut tx = app.begin(caller, []).await?;
    let counts = list::counts(&mut tx, asked, app.clock.now().date(), tied(caller)).await?;
    tx.commit().await?;
    Ok(counts)
}
