//! Use cases: the requests of a case, and those that are addressed to somebody or to an office of theirs [R5c, R8b].

use audit_log::Act;
use base::{Caller, Result};
use time::OffsetDateTime;

use crate::{
    app::{
        App,
        access::need_to_know::{find, note},
        request::REQUEST,
    },
    domain::{
        access::decision::{self, Tie, Verb},
        request::{Request, office},
    },
    store::{request, sealed::Unopened},
};

/// The requests of a case, with the words of those answers that the caller may read now, and the moment of reading.
///
/// # Errors
/// Not found.
pub async fn list_requests(app: &App, caller: &Caller, case_ref: &str) -> Result<(Vec<Request>, OffsetDateTime)> {
    let at = app.clock.now();
    let mut tx = app.begin(caller).await?;
    let file = find(&mut tx, at, caller, Verb::ListRequests, case_ref).await?;
    note(&mut tx, caller, Verb::ListRequests, &file, at).await?;
    let requests = request::of_case(&mut tx, &app.vault, file.id, Unopened::Refused).await?;
    tx.commit().await?;
    Ok((requests, at))
}

/// Those that are addressed to the caller, with their own answers and nobody else's.
///
/// # Errors
/// The database does not answer.
pub async fn list_addressed_requests(app: &App, caller: &Caller) -> Result<(Vec<Request>, OffsetDateTime)> {
    decision::allowed(Tie::Addressee, Verb::ListAddressedRequests, None)?;
    let at = app.clock.now();
    let mut tx = app.begin_as_addressee_of(caller, office::held(caller)).await?;
    let requests = request::addressed(&mut tx, &app.vault, &caller.subject, at).await?;
    let permission = Verb::ListAddressedRequests.permission();
    let acts: Vec<Act<'_>> = requests.iter().map(|one| Act::new(caller, permission, REQUEST, &one.id.to_string())).collect();
    audit_log::granted_all(&mut tx, &acts, at).await?;
    tx.commit().await?;
    Ok((requests, at))
}
