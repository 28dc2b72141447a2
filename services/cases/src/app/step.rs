//! Use case: list the steps of a case, each with the version of the protocols that governed it [R1].

use base::{Caller, Result};

use crate::{
    app::{
        App,
        access::need_to_know::{find, note},
    },
    domain::access::decision::Verb,
    store::protocol::step::{self, Taken},
};

/// Most steps in one answer.
const LIMIT: i64 = 500;

/// The steps of a case, newest first, each with the version that governed it.
///
/// # Errors
/// Not found.
pub async fn list_steps(app: &App, caller: &Caller, case_ref: &str) -> Result<Vec<Taken>> {
    let at = app.clock.now();
    let mut tx = app.begin(caller).await?;
    let file = find(&mut tx, at, caller, Verb::ListSteps, case_ref).await?;
    note(&mut tx, caller, Verb::ListSteps, &file, at).await?;
    let steps = step::of_case(&mut tx, file.id, LIMIT).await?;
    tx.commit().await?;
    Ok(steps)
}
