//! Use case: hand out the manifest of an entry for the gate of its site. Each time stands in the register of disclosures [R2a, X-701].

use base::{Caller, Private, Result};
use time::OffsetDateTime;

use crate::{
    app::{
        App,
        entry::{
            ask::AUTHORITY,
            decide::{Open, open},
        },
    },
    domain::{
        access::decision::Verb,
        disclosure::Kind,
        entry::{Entry, machine::State, office},
    },
    error,
    store::disclosure::{self, New},
};

/// Why, in the register.
const WHY: &str = "list for the gate of the site: who comes, when, and what they need";

/// The entry, where it is approved and valid now, and when it was handed out.
///
/// # Errors
/// Not found, or a refusal: it is not approved, on hold, or over.
pub async fn hand_out(app: &App, caller: &Caller, id: &str) -> Result<(Entry, OffsetDateTime)> {
    let Open { mut tx, case, entry, at } = open(app, caller, Verb::HandOutManifest, office::reads_for(caller), id).await?;
    if entry.state != State::Approved || entry.hold.is_some() {
        return Err(error::entry_not_valid().into());
    }
    if at >= entry.asked.ends_at {
        return Err(error::entry_over().into());
    }
    let reason = Private::new(WHY.to_owned());
    // Each hand-out is an object of its own: the same person may print it twice.
    let (kind, object) = (Kind::EntryManifest, app.ids.uuid());
    let new = New { id: app.ids.uuid(), kind, object, recipient: &caller.subject, reason: &reason, authority: AUTHORITY };
    disclosure::enter(&mut tx, &app.vault, case, new, &caller.subject, at).await?;
    tx.commit().await?;
    tracing::info!(case.id = %case, "the manifest of an entry was handed out");
    Ok((entry, at))
}
