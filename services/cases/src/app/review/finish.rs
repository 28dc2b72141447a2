//! Use case: record the finding of a review, which no longer stands in the gate; the RJ Unit's schedule begins anew [RM1a].

use base::{Caller, Result};

use crate::{
    app::{App, access::need_to_know::lock, gate::recheck::recheck, review::named},
    domain::{
        access::decision::Verb,
        due::{Object, Of},
        review::{
            Finding, Found,
            machine::{self, Command, State},
            note,
        },
    },
    store::{due, review, sealed::Unopened},
};

/// Finishes a review and returns its state. The same finding of the same person again changes nothing.
///
/// # Errors
/// Not found, or a refusal: an unknown review, one that is finished, measures that nobody names.
pub async fn finish_review(app: &App, caller: &Caller, case_ref: &str, id: &str, finding: Finding, written: &str) -> Result<State> {
    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, Verb::FinishReview, case_ref).await?;
    let reviews = review::of_case(&mut tx, &app.vault, file.id, Unopened::Marked).await?;
    let one = named(&reviews, id)?;
    if one.found.as_ref().is_some_and(|found| found.finding == finding && found.by == caller.subject) {
        tx.commit().await?;
        return Ok(one.state());
    }
    let state = machine::next(one.state(), Command::Finish)?;
    let found = Found { finding, note: note(finding, written)?, by: caller.subject.clone(), at };
    review::finish(&mut tx, &app.vault, file.id, one.id, &found).await?;
    let of = Of::Case(file.id);
    due::settle(&mut tx, &Object::review(one.id), at).await?;
    due::set(&mut tx, &Object::sign_off(one.id), &of, at, None).await?;
    due::set(&mut tx, &Object::schedule(file.id), &of, at, None).await?;
    recheck(&mut tx, app, file.id, at).await?;
    tx.commit().await?;
    app.outbox.wake();
    tracing::info!(case.id = %file.id, "a review by the rj unit was finished");
    Ok(state)
}
