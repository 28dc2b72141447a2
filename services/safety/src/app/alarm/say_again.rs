//! Use case: more is said under a known id. Nothing said is dropped; what is graver rings all audiences anew, and no acceptance covers what
//! it did not know [RM1b, R3e].

use sqlx::PgConnection;
use vault::DataKey;

use super::{
    app::App,
    change::{Change, record},
    report::{Receipt, audiences, locate},
    ring,
};
use crate::{
    domain::alarm::{
        concern::{Audience, Said},
        core, duty, route,
    },
    store::{
        self,
        alarm::concern::{Concern, Content},
    },
};

/// Applies another statement under the same id by the same raiser. The same words change nothing; other words ring NHQ, which reads all of
/// them; graver ones ring every audience that the grade now has. `known` is locked.
///
/// # Errors
/// A statement failed.
pub(in crate::app) async fn say_again(
    tx: &mut PgConnection,
    app: &App,
    key: Option<&DataKey>,
    known: Concern,
    again: &Concern,
) -> base::Result<Receipt> {
    let mut concern = store::alarm::concern::opened(tx, &app.vault, known).await?;
    let receipt = Receipt { id: concern.id, reference: concern.reference.clone(), recorded_at: concern.raised_at, already_known: true };
    let Content::Clear(body) = &again.content else { return Ok(receipt) };
    // What cannot be compared is stored: it may be new.
    if concern.content == again.content {
        return Ok(receipt);
    }
    let now = app.clock.now();
    let count = concern.said.count.saturating_add(1);
    if !store::alarm::concern::keep_variant(tx, key, app.ids.uuid(), concern.id, (body, count), &again.raised_by, now).await? {
        return Ok(receipt);
    }
    let graver = again.grade.is_graver_than(concern.grade);
    concern.said = Said { count, gravest: if graver { count } else { concern.said.gravest } };
    if graver {
        concern.grade = again.grade;
    }
    concern.site = concern.site.or_else(|| again.site.clone());
    store::alarm::concern::restated(tx, &concern).await?;
    let site = locate(tx, concern.site.as_deref().unwrap_or_default(), None).await?;
    let head = route::office(Audience::ResponsibleHead, site.as_ref().map(|(code, kind)| (code.as_str(), kind.as_str())));
    let mut statuses = store::alarm::audience::of(tx, concern.id).await?;
    duty::said_again(&mut statuses, &duty::Word { needed: audiences(&concern), graver, head: &head }, now);
    ring::attend(tx, app, &concern, &mut statuses).await?;
    let state = core::state_after(concern.state, &statuses, concern.said);
    let revision = store::alarm::concern::advance(tx, concern.id, state).await?;
    let what = if graver { "said-graver" } else { "restated" };
    let (audience, level, actor, device) = (None, None, again.raised_by.as_str(), None);
    let graver = graver.then_some(concern.grade);
    record(tx, app, &Change { concern: concern.id, revision, state, what, audience, level, graver, actor, device }).await?;
    Ok(receipt)
}

/// Whether exactly this was said before under the id of the concern.
///
/// # Errors
/// A statement failed.
pub(in crate::app) async fn is_known(tx: &mut PgConnection, app: &App, known: &Concern, again: &Concern) -> base::Result<bool> {
    let Content::Clear(body) = &again.content else { return Ok(false) };
    let known = store::alarm::concern::opened(tx, &app.vault, known.clone()).await?;
    Ok(known.content == again.content || store::alarm::concern::has_variant(tx, known.id, body).await?)
}
