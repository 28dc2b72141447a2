//! Use case: list the national queue, oldest first, for the RJ Unit alone [GL1, R3a].

use audit_log::Act;
use base::{Caller, Error, Result, page};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    access,
    app::{App, REFERRAL, tied},
    store::queue::list::{self, Entry},
};

/// Which referrals to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Undecided ones, and deferrals whose review day has come.
    Waiting,
    /// Decided or not. An accepted referral is a case and in no queue, unless it was corrected since.
    All,
}

/// One page, and the token of the next; an empty token ends the list.
///
/// # Errors
/// Not the RJ Unit; or a page token that this service did not issue.
pub async fn list_queue(app: &App, caller: &Caller, scope: Scope, asked: i32, token: &str) -> Result<(Vec<Entry>, String)> {
    if !access::is_rj_unit(caller) {
        return Err(Error::NotFound);
    }
    let size = page::size(asked, 50, 200);
    let after = page::decode::<(OffsetDateTime, Uuid)>(token)?.unwrap_or((OffsetDateTime::UNIX_EPOCH, Uuid::nil()));
    let at = app.clock.now();
    let today = at.date();
    let mut tx = app.begin(caller, []).await?;
    let mut entries = match scope {
        Scope::Waiting => list::waiting(&mut tx, after, today, tied(caller), size + 1).await?,
        Scope::All => list::all(&mut tx, after, tied(caller), size + 1).await?,
    };
    let full = usize::try_from(size).unwrap_or(usize::MAX);
    let more = entries.len() > full;
    entries.truncate(full);
    let acts: Vec<Act<'_>> = entries.iter().map(|e| Act::new(caller, "referral.queue", REFERRAL, &e.id.to_string())).collect();
    audit_log::granted_all(&mut tx, &acts, at).await?;
    tx.commit().await?;
    let next = entries.last().filter(|_| more).map(|last| page::encode(&(last.received_at, last.id)));
    Ok((entries, next.unwrap_or_default()))
}
