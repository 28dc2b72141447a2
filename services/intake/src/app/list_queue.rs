//! The national queue, oldest first, for the RJ Unit alone [GL1, R3a].

use chassis::{Caller, Error, Result, page};
use time::OffsetDateTime;
use uuid::Uuid;

use super::Desk;
use crate::{
    access,
    store::referral::{self, Entry},
};

/// Which referrals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Undecided ones, and deferrals whose review day has come.
    Waiting,
    /// All of them.
    All,
}

/// One page, and the token of the next; an empty token ends the list.
///
/// # Errors
/// Not the RJ Unit; or a page token that we did not make.
pub async fn list_queue(desk: &Desk, caller: &Caller, scope: Scope, asked: i32, token: &str) -> Result<(Vec<Entry>, String)> {
    if !access::is_rj_unit(caller) {
        return Err(Error::NotFound);
    }
    let size = page::size(asked, 50, 200);
    let after = page::decode::<(OffsetDateTime, Uuid)>(token)?.unwrap_or((OffsetDateTime::UNIX_EPOCH, Uuid::nil()));
    let today = desk.clock.now().date();
    let mut db = desk.pool.acquire().await?;
    let mut entries = match scope {
        Scope::Waiting => referral::waiting(&mut db, after, today, size + 1).await?,
        Scope::All => referral::all(&mut db, after, size + 1).await?,
    };
    let full = usize::try_from(size).unwrap_or(usize::MAX);
    let more = entries.len() > full;
    entries.truncate(full);
    let next = entries.last().filter(|_| more).map(|last| page::encode(&(last.received_at, last.id)));
    Ok((entries, next.unwrap_or_default()))
}
