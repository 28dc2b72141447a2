//! Opening of a review, in the transaction of the event that calls for it [RM1a].

use base::{Ids, Result};
use proto::id::CaseId;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    domain::{
        due::{Object, Of},
        review::Trigger,
    },
    store::{due, review},
};

/// Opens a review of a locked case, or adds the event to the one of this trigger that is open; the same event twice is one.
pub(crate) async fn call_for(
    tx: &mut PgConnection,
    ids: &Ids,
    case: CaseId,
    trigger: Trigger,
    event: Uuid,
    at: OffsetDateTime,
) -> Result<()> {
    if let Some(opened) = review::call(tx, case, trigger, (event, ids.uuid()), at).await? {
        due::set(tx, &Object::review(opened), &Of::Case(case), at, None).await?;
        tracing::info!(case.id = %case, "a review by the rj unit is open");
    }
    Ok(())
}
