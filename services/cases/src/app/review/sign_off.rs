//! Use case: a supervisor signs off a finished review [R3a].

use base::{Caller, Result};

use crate::{
    app::{App, access::need_to_know::lock, review::named},
    domain::{
        access::decision::Verb,
        due::Object,
        review::machine::{self, Command, State},
    },
    store::{due, review, sealed::Unopened},
};

/// Signs off a review and returns its state. One that is signed off stays as it is.
///
/// # Errors
/// Not found, or a refusal: an unknown review, one that is open, one that the caller finished.
pub async fn sign_off_review(app: &App, caller: &Caller, case_ref: &str, id: &str) -> Result<State> {
    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, Verb::SignOffReview, case_ref).await?;
    let reviews = review::of_case(&mut tx, &app.vault, file.id, Unopened::Marked).await?;
    let one = named(&reviews, id)?;
    let state = machine::next(one.state(), Command::SignOff)?;
    if one.state() != state {
        let by = one.found.as_ref().map(|found| found.by.as_str()).unwrap_or_default();
        machine::another_signs(by, &caller.subject)?;
        review::sign_off(&mut tx, file.id, one.id, &caller.subject, at).await?;
        due::settle(&mut tx, &Object::sign_off(one.id), at).await?;
    }
    tx.commit().await?;
    Ok(state)
}
