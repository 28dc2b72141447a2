//! Use case: the items of a case, each with its steps and with what stands in the way of its release or delivery [R4b].

use base::{Caller, Result};
use time::OffsetDateTime;

use crate::{
    app::{
        App,
        access::need_to_know::{find, note},
        gate::passage::Passage,
    },
    domain::{
        access::decision::Verb,
        exchange::{
            Item,
            machine::{self, Step},
        },
        gate::missing::Missing,
    },
    store::{exchange, gate::Ground, gate_block, sealed::Unopened},
};

/// An item as it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub item: Item,
    /// What stands in the way of its release, or of its delivery; empty where neither is next.
    pub missing: Vec<Missing>,
    /// Since when it is blocked, though it was released.
    pub blocked_since: Option<OffsetDateTime>,
}

/// Every item of a case, in the order of registering.
///
/// # Errors
/// Not found.
pub async fn list_items(app: &App, caller: &Caller, case_ref: &str) -> Result<Vec<Standing>> {
    let at = app.clock.now();
    let mut tx = app.begin(caller).await?;
    let file = find(&mut tx, at, caller, Verb::ListItems, case_ref).await?;
    note(&mut tx, caller, Verb::ListItems, &file, at).await?;
    let items = exchange::of_case(&mut tx, &app.vault, file.id, Unopened::Refused).await?;
    let blocks = gate_block::standing(&mut tx, file.id).await?;
    let passage = Passage::read(&mut tx, app, &Ground::of(&file), Unopened::Marked, at).await?;
    tx.commit().await?;
    let stands = |item: Item| {
        let asks_the_gate = machine::steps(item.state()).iter().copied().any(Step::passes_on);
        // Safety is asked when it is done, and not when it is looked at.
        let missing =
            if asks_the_gate { passage.blocks(item.registered.mode, &[item.registered.from, item.registered.to]) } else { Vec::new() };
        let blocked_since = blocks.iter().find(|block| block.object == item.id).map(|block| block.since);
        Standing { item, missing, blocked_since }
    };
    Ok(items.into_iter().map(stands).collect())
}
