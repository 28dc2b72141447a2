//! Use case: the sessions of a case, each with its steps and with what stands in its way [R4b].

use base::{Caller, Result};
use time::OffsetDateTime;

use crate::{
    app::{
        App,
        access::need_to_know::{find, note},
        gate::passage::{Passage, Session as Meets, admission},
    },
    domain::{
        access::decision::Verb,
        gate::missing::Missing,
        session::{
            Session,
            machine::{self, Step},
        },
    },
    store::{gate::Ground, gate_block, sealed::Unopened, session},
};

/// A session as it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub session: Session,
    /// What stands in the way of its confirmation or its beginning; empty where neither is next.
    pub missing: Vec<Missing>,
    /// Since when it is blocked, though it was confirmed.
    pub blocked_since: Option<OffsetDateTime>,
}

/// Every session of a case, in the order of planning.
///
/// # Errors
/// Not found.
pub async fn list_sessions(app: &App, caller: &Caller, case_ref: &str) -> Result<Vec<Standing>> {
    let at = app.clock.now();
    let mut tx = app.begin(caller).await?;
    let file = find(&mut tx, at, caller, Verb::ListSessions, case_ref).await?;
    note(&mut tx, caller, Verb::ListSessions, &file, at).await?;
    let sessions = session::of_case(&mut tx, &app.vault, file.id, Unopened::Refused).await?;
    let blocks = gate_block::standing(&mut tx, file.id).await?;
    let passage = Passage::read(&mut tx, app, &Ground::of(&file), Unopened::Marked, at).await?;
    let admission = admission(&mut tx, file.id).await?;
    tx.commit().await?;
    let stands = |session: Session| {
        let asks_the_gate = machine::steps(session.state()).iter().copied().any(Step::asks_the_gate);
        // Safety is asked when it is done, and not when it is looked at.
        let missing = if asks_the_gate { passage.blocks_session(&admission, Meets::of(&session.planned)) } else { Vec::new() };
        let blocked_since = blocks.iter().find(|block| block.object == session.id).map(|block| block.since);
        Standing { session, missing, blocked_since }
    };
    Ok(sessions.into_iter().map(stands).collect())
}
