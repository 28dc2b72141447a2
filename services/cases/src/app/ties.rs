//! Event with the officers tied to a case, published on each change: intake shows the case's referral to no other officer [R3c].

use chassis::{
    Ids, Result,
    database::{Actor, act_as},
    outbox,
};
use proto::id::CaseId;
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::events;
use crate::store::access;

/// Publishes it at the end of the transaction, as the service itself, which may read the whole list.
///
/// # Errors
/// A statement failed.
pub async fn tell(tx: &mut PgConnection, ids: &Ids, case: CaseId, at: OffsetDateTime) -> Result<()> {
    act_as(tx, &Actor::service("cases").at(at)).await?;
    let Some((referral, revision)) = access::revision(tx, case).await? else { return Ok(()) };
    let ties = access::ties(tx, case, at).await?;
    Ok(outbox::enqueue(tx, &events::case_ties(ids, (case, referral), revision, &ties, at), at).await?)
}
