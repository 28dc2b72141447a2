//! Use case: the extracts of OMS on a case [TS1b].

use base::{Caller, Result};

use crate::{
    app::{
        App,
        access::need_to_know::{find, note},
    },
    domain::{access::decision::Verb, extract::Extract},
    store::{extract, sealed::Unopened},
};

/// Every extract of a case, in the order of reading.
///
/// # Errors
/// Not found.
pub async fn list_extracts(app: &App, caller: &Caller, case_ref: &str) -> Result<Vec<Extract>> {
    let at = app.clock.now();
    let mut tx = app.begin(caller).await?;
    let file = find(&mut tx, at, caller, Verb::ListExtracts, case_ref).await?;
    note(&mut tx, caller, Verb::ListExtracts, &file, at).await?;
    let extracts = extract::of_case(&mut tx, &app.vault, file.id, Unopened::Refused).await?;
    tx.commit().await?;
    Ok(extracts)
}
