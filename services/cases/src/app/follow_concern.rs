//! Follows the concerns that cases raised: contact stays frozen until safety says that every one is closed [RM1].

use chassis::{Result, outbox};
use proto::id::ConcernId;
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::{
    domain::decision::{self, Tie, Verb},
    store::concern,
};

/// What safety tells of a concern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct News {
    pub concern: ConcernId,
    pub revision: i64,
    pub closed: bool,
}

/// Notes the news of a concern of ours: safety has it, so it need not be sent again; closed, it freezes nothing more.
/// Other concerns are none of our business.
///
/// # Errors
/// The database failed.
pub async fn follow_concern(tx: &mut PgConnection, news: News, at: OffsetDateTime) -> Result<()> {
    let Some(event) = concern::raise_event(tx, news.concern).await? else { return Ok(()) };
    decision::allowed(Tie::Service, Verb::FollowConcern, None)?;
    outbox::confirm(tx, event, at).await?;
    concern::hear(tx, news.concern, news.revision, news.closed.then_some(at)).await?;
    if news.closed {
        tracing::info!(concern.id = %news.concern, "concern closed");
    }
    Ok(())
}
