//! Tells which officers are tied to a case, whenever that changes: intake shows the referral of a case to nobody else [R3c].

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

/// Tells it, as the last thing of the transaction: the service itself reads the whole list, whoever the caller is.
///
/// # Errors
/// A statement failed.
pub async fn tell(tx: &mut PgConnection, ids: &Ids, case: CaseId, at: OffsetDateTime) -> Result<()> {
    act_as(tx, &Actor::service("cases").at(at)).await?;
    let Some((referral, revision)) = access::revision(tx, case).await? else { return Ok(()) };
    let ties = access::ties(tx, case, at).await?;
    Ok(outbox::enqueue(tx, &events::case_ties(ids, (case, referral), revision, &ties, at), at).await?)
}
