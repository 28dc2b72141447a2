//! Event with the officers tied to a case, published on each change: intake shows the case's referral to no other officer [R3c].

use base::{
    Ids, Result,
    database::{Actor, act_as},
    wire,
};
use messaging::outbox::{self, Outgoing};
use proto::{
    cases::v1::{CaseTie, CaseTies},
    id::{CaseId, ReferralId},
    subject,
};
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::store::access::{self, Tied};

/// Event: every officer who is tied to the case now.
#[must_use]
pub fn case_ties(ids: &Ids, (case, referral): (CaseId, ReferralId), revision: i64, ties: &[Tied], at: OffsetDateTime) -> Outgoing {
    let tie = |tied: &Tied| CaseTie { person: tied.subject.clone(), reads_only: tied.reads_only, until: tied.until.map(wire::timestamp) };
    let message = CaseTies {
        case_id: case.to_string(),
        referral_id: referral.to_string(),
        told_at: Some(wire::timestamp(at)),
        ties: ties.iter().map(tie).collect(),
        revision,
    };
    Outgoing::event(ids, case.uuid(), subject::CASE_TIES, &message)
}

/// Publishes it at the end of the transaction, as the service itself, which may read the whole list.
///
/// # Errors
/// A statement failed.
pub async fn publish(tx: &mut PgConnection, ids: &Ids, case: CaseId, at: OffsetDateTime) -> Result<()> {
    act_as(tx, &Actor::service("cases").at(at)).await?;
    let Some((referral, revision)) = access::revision(tx, case).await? else { return Ok(()) };
    let ties = access::ties(tx, case, at).await?;
    Ok(outbox::enqueue(tx, &case_ties(ids, (case, referral), revision, &ties, at), at).await?)
}
