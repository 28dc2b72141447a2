//! Tells safety where the person of an open concern is, as the case file has it: the head there is rung, and the head before until that head
//! has accepted [R3e, TRAP-2]. The alarm never waits for this: it rings at the site it knows, and goes along afterwards.
//!
//! Safety says with every open concern which word it took last. What it has not taken is told, and told again where its database was set
//! back; what it has taken is not, so that what NHQ routes by hand since then stands.

use std::collections::BTreeMap;

use chassis::Result;
use proto::{id::ConcernId, safety::v1::FollowCaseRequest};
use to_safety::{Followed, Open};
use uuid::Uuid;

use super::App;
use crate::{
    domain::site::{self, Word},
    store,
};

/// Concerns told of in one look; what is left is told at the next.
const MAX_CONCERNS: usize = 200;

/// One look at the open concerns. Where safety does not answer, the next look tells it.
///
/// # Errors
/// This database does not answer.
pub(super) async fn tell(app: &App, open: &[Open]) -> Result<()> {
    let taken: BTreeMap<ConcernId, Option<Uuid>> = open.iter().map(|one| (one.concern, one.case_site)).collect();
    let concerns: Vec<ConcernId> = taken.keys().copied().collect();
    let mut tx = app.begin_itself().await?;
    let named = store::site::named(&mut tx, &concerns).await?;
    tx.commit().await?;
    let is_news = |word: &Word| taken.get(&word.concern).copied().flatten() != Some(word.id);
    for word in site::words(named).into_iter().filter(is_news).take(MAX_CONCERNS) {
        let told = FollowCaseRequest {
            concern_id: word.concern.to_string(),
            case_site: word.id.to_string(),
            site: word.site,
            former_sites: word.former,
        };
        match app.concerns.safety().follow(told).await {
            Some(Followed::Moved) => tracing::warn!(concern.id = %word.concern, "the person is at another site: its head is rung"),
            Some(Followed::Stays) => {}
            Some(Followed::Refused) => {
                tracing::error!(concern.id = %word.concern, "safety does not take where the person of a concern is: nhq must route it by hand");
            }
            None => return Ok(()),
        }
    }
    Ok(())
}
