//! Where a case stood at a moment: its stage, who had it, and whether contact was frozen [L18].

use proto::id::CaseId;
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::{domain::case::stage::Standing, store::case::step::standing};

/// Where a case stood at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownThen {
    pub standing: Standing,
    pub mediator: Option<String>,
    pub officers: Vec<String>,
    pub contact_frozen: bool,
}

/// Reads it from the record of moves, the access list and the record of concerns.
///
/// # Errors
/// The statement failed, or the case has no move until then.
pub async fn known_then(tx: &mut PgConnection, case: CaseId, then: OffsetDateTime) -> sqlx::Result<KnownThen> {
    let row = sqlx::query!(
        r#"with had as (
               select subject, role, position from case_access
               where case_id = $1 and since <= $2 and (ended_at is null or ended_at > $2) and (until is null or until > $2))
           select to_stage, case when to_stage = 'paused' then from_stage end as left_stage, mode, described_mode,
                  is_direct(described_mode) as direct,
                  (select subject from had where role = 'mediator' order by position desc limit 1) as mediator,
                  (select coalesce(array_agg(subject order by position), '{}') from had where role = 'officer') as "officers!",
                  exists (select from case_concern
                          where case_id = $1 and raised_at <= $2 and (closed_at is null or closed_at > $2)) as "contact_frozen!"
           from case_move where case_id = $1 and moved_at <= $2 order by position desc limit 1"#,
        case.uuid(),
        then
    )
    .fetch_one(tx)
    .await?;
    Ok(KnownThen {
        standing: standing(&row.to_stage, row.left_stage.as_deref(), row.mode.as_deref(), (row.described_mode, row.direct))?,
        mediator: row.mediator,
        officers: row.officers,
        contact_frozen: row.contact_frozen,
    })
}
