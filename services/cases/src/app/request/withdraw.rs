//! Use case: withdraw a request that waits for its answer; its addressee is told.

use base::{
    Caller, Private, Result,
    database::{Actor, act_as},
};
use proto::cases::v1::RequestNews;
use uuid::Uuid;

use crate::{
    app::{App, access::need_to_know::lock, request::tell::Telling},
    domain::{
        access::decision::Verb,
        due::Object,
        request::machine::{Decided, State, Step, decide},
    },
    error,
    store::{due, request, sealed::Unopened},
};

/// Withdraws, and returns the state afterwards; one that was withdrawn before stays so.
///
/// # Errors
/// Not found, or a refusal: an unknown request, or one that was answered or declined.
pub async fn withdraw_request(app: &App, caller: &Caller, case_ref: &str, id: &str) -> Result<State> {
    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, Verb::WithdrawRequest, case_ref).await?;
    let id = Uuid::try_parse(id.trim()).map_err(|_| error::request_unknown())?;
    let requests = request::of_case(&mut tx, &app.vault, file.id, Unopened::Marked).await?;
    let one = requests.iter().find(|one| one.id == id).ok_or_else(error::request_unknown)?;
    let Decided::To(state) = decide(one.state, Step::Withdraw, false)? else {
        tx.commit().await?;
        return Ok(one.state);
    };
    act_as(&mut tx, &Actor::service("cases").at(at)).await?;
    let (step, silent) = (app.ids.uuid(), Private::new(String::new()));
    request::step(&mut tx, &app.vault, (file.id, id, one.file), (step, Step::Withdraw, &silent), (&caller.subject, at)).await?;
    request::set_state(&mut tx, id, state).await?;
    due::settle(&mut tx, &Object::request(id), at).await?;
    let telling = Telling { app, case: file.id, notice: step, at };
    for name in one.person.iter().chain(&one.offices) {
        telling.addressee(&mut tx, name, RequestNews::Withdrawn).await?;
    }
    tx.commit().await?;
    app.outbox.wake();
    tracing::info!(case.id = %file.id, "a request for information was withdrawn");
    Ok(state)
}
