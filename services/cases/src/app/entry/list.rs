//! Use cases: the entries of a case with the curfews on its file, and the entries to the sites that somebody answers for [R2a].

use audit_log::Act;
use base::{Caller, Result};
use time::OffsetDateTime;

use crate::{
    app::{
        App,
        access::need_to_know::{find, note},
        entry::ENTRY,
    },
    domain::{
        access::decision::{self, Tie, Verb},
        entry::{Entry, curfew::Curfew, office},
    },
    store::{
        entry::{self, curfew},
        sealed::Unopened,
    },
};

/// The entries of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// In the order of asking.
    pub entries: Vec<Entry>,
    pub curfews: Vec<Curfew>,
    /// When they were read: what can be done depends on it.
    pub at: OffsetDateTime,
}

/// Every entry of a case.
///
/// # Errors
/// Not found.
pub async fn list_entries(app: &App, caller: &Caller, case_ref: &str) -> Result<Listed> {
    let at = app.clock.now();
    let mut tx = app.begin(caller).await?;
    let file = find(&mut tx, at, caller, Verb::ListEntries, case_ref).await?;
    note(&mut tx, caller, Verb::ListEntries, &file, at).await?;
    let entries = entry::of_case(&mut tx, &app.vault, file.id, Unopened::Refused).await?;
    let curfews = curfew::of_case(&mut tx, file.id).await?;
    tx.commit().await?;
    Ok(Listed { entries, curfews, at })
}

/// The entries to the sites that the caller answers for, what waits for a decision first; with the moment of reading.
///
/// # Errors
/// The database does not answer.
pub async fn list_site_entries(app: &App, caller: &Caller) -> Result<(Vec<Entry>, OffsetDateTime)> {
    decision::allowed(Tie::Site, Verb::ListSiteEntries, None)?;
    let (at, sites) = (app.clock.now(), office::reads_for(caller));
    let mut tx = app.begin_at_sites(caller, sites.clone()).await?;
    let entries = entry::of_sites(&mut tx, &app.vault, &sites, at).await?;
    let permission = Verb::ListSiteEntries.permission();
    let acts: Vec<Act<'_>> = entries.iter().map(|one| Act::new(caller, permission, ENTRY, &one.id.to_string())).collect();
    audit_log::granted_all(&mut tx, &acts, at).await?;
    tx.commit().await?;
    Ok((entries, at))
}
