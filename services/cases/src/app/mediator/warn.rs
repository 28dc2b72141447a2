//! Warnings that an engagement ends, 60 and 30 days before: to the mediator, and to the RJ Unit, which hands the open cases over [D-mediator].

use std::collections::BTreeMap;

use base::{Ids, wire};
use messaging::outbox::{self, Outgoing};
use proto::{cases::v1::EngagementEnding, subject};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    app::App,
    domain::mediator::engagement::{WARNINGS, over_at},
    store::mediator::entry::{self, Ending},
};

/// Tells of every engagement that ends soon, once for each warning across all instances; returns how many it told of.
///
/// # Errors
/// The database failed.
pub async fn warn(app: &App) -> sqlx::Result<usize> {
    let at = app.clock.now();
    let mut tx = app.begin_itself().await?;
    let ending = entry::ending(&mut tx, &WARNINGS, at).await?;
    if ending.is_empty() {
        return Ok(0);
    }
    let subjects: Vec<String> = ending.iter().map(|one| one.subject.clone()).collect();
    let open: BTreeMap<String, i64> = entry::open_cases(&mut tx, &subjects, at).await?.into_iter().collect();
    for one in &ending {
        let cases = open.get(&one.subject).copied().unwrap_or_default();
        outbox::enqueue(&mut tx, &engagement_ending(&app.ids, one, cases, at), at).await?;
    }
    tx.commit().await?;
    app.outbox.wake();
    tracing::info!("it was told that engagements of mediators end soon");
    Ok(ending.len())
}

/// Event: an engagement ends soon.
#[must_use]
pub fn engagement_ending(ids: &Ids, ending: &Ending, open_cases: i64, at: OffsetDateTime) -> Outgoing {
    let notice: Uuid = ids.uuid();
    let message = EngagementEnding {
        notice_id: notice.to_string(),
        mediator: ending.subject.clone(),
        ends_at: Some(wire::timestamp(over_at(ending.last_day))),
        open_cases: i32::try_from(open_cases).unwrap_or(i32::MAX),
        noticed_at: Some(wire::timestamp(at)),
    };
    Outgoing::event(ids, notice, subject::ENGAGEMENT_ENDING, &message)
}
