//! Updates safety with the site of the person of an open concern, as the case file has it: the head there is rung, and the former head
//! until the new one has accepted [R3e, TRAP-2]. The alarm never waits for this: it rings at the site it knows and is rerouted afterwards.
//!
//! Safety reports with each open concern which update it applied last. An update that it has not applied is sent, also after its database
//! was restored from a backup; an applied one is not sent again, so that later manual routing by NHQ stands.

use std::collections::BTreeMap;

use base::Result;
use proto::{id::ConcernId, safety::v1::FollowCaseRequest};
use to_safety::{Followed, Open};
use uuid::Uuid;

use crate::{
    app::App,
    domain::site::{self, SiteUpdate},
    store::site::named,
};

/// Most concerns updated in one pass; the next pass takes the rest.
const MAX_CONCERNS: usize = 200;

/// One pass over the open concerns. Where safety does not answer, the next pass sends the update.
///
/// # Errors
/// This database does not answer.
pub(crate) async fn update_safety(app: &App, open: &[Open]) -> Result<()> {
    let taken: BTreeMap<ConcernId, Option<Uuid>> = open.iter().map(|one| (one.concern, one.case_site)).collect();
    let concerns: Vec<ConcernId> = taken.keys().copied().collect();
    let mut tx = app.begin_itself().await?;
    let named = named(&mut tx, &concerns).await?;
    tx.commit().await?;
    let is_news = |update: &SiteUpdate| taken.get(&update.concern).copied().flatten() != Some(update.id);
    for update in site::updates(named).into_iter().filter(is_news).take(MAX_CONCERNS) {
        let request = FollowCaseRequest {
            concern_id: update.concern.to_string(),
            case_site: update.id.to_string(),
            site: update.site,
            former_sites: update.former,
        };
        match app.concerns.safety().follow(request).await {
            Some(Followed::Moved) => tracing::warn!(concern.id = %update.concern, "the person is at another site: its head is rung"),
            Some(Followed::Stays) => {}
            Some(Followed::Refused) => {
                tracing::error!(concern.id = %update.concern, "safety does not take where the person of a concern is: nhq must route it by hand");
            }
            None => return Ok(()),
        }
    }
    Ok(())
}
