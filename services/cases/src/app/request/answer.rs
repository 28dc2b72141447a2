//! Use cases: the addressee answers items, declines the whole, or victim services record what they disclosed to a victim. The service writes
//! it: the addressee learns of no case [R8b, X-701, X-784].

use audit_log::Act;
use base::{
    Caller, Error, Private, Result,
    database::{Actor, act_as},
};
use proto::{cases::v1::RequestNews, id::CaseId};
use sqlx::{Postgres, Transaction};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    app::{
        App,
        access::need_to_know::find,
        request::{REQUEST, tell::Telling},
    },
    domain::{
        access::decision::{self, Tie, Verb},
        disclosure::Kind,
        due::Object,
        request::{
            ItemKind, NewAnswer, Outcome, Request,
            machine::{Decided, State, Step, decide},
            news, office, until,
        },
        text,
    },
    error,
    store::{
        disclosure::{self, New},
        due, gate, request,
        sealed::Unopened,
    },
};

/// Why, in the register.
const WHY: &str = "an item of a request, given to the mediator of the case or to the RJ Unit";
const WHY_VICTIM: &str = "information under CCRA s. 26, disclosed to the victim by victim services";
/// Recipient of what is given, in the register: whoever works on the case reads it there.
const RECIPIENT: &str = "ro-file";

/// Answers to items, each with its outcome and words.
#[derive(Debug, Clone, Copy)]
pub struct Command<'a> {
    pub request: &'a str,
    pub answers: &'a [(&'a str, Outcome, &'a str)],
    pub last_day: &'a str,
}

/// A request that is addressed to the caller, with its case locked, in a transaction of the service.
struct Open {
    tx: Transaction<'static, Postgres>,
    case: CaseId,
    request: Request,
    at: OffsetDateTime,
}

/// Finds it as the caller may, and locks its case as the service: they learn nothing of it.
async fn open(app: &App, caller: &Caller, verb: Verb, id: &str) -> Result<Open> {
    // An id that is none takes the same path as one that names no request [TRAP-6].
    let id = Uuid::try_parse(id.trim()).unwrap_or(Uuid::nil());
    let mut tx = app.begin_as_addressee_of(caller, office::held(caller)).await?;
    let found = request::case_of(&mut tx, id).await?;
    decision::allowed(if found.is_some() { Tie::Addressee } else { Tie::Stranger }, verb, None)?;
    let case = found.ok_or(Error::NotFound)?;
    audit_log::granted(&mut tx, &Act::new(caller, verb.permission(), REQUEST, &id.to_string()), app.clock.now()).await?;
    act_as(&mut tx, &Actor::service("cases").at(app.clock.now())).await?;
    gate::lock(&mut tx, case, app.clock.now()).await?.ok_or(Error::NotFound)?;
    let at = app.clock.now();
    let request = request::one(&mut tx, &app.vault, id, Unopened::Refused).await?.ok_or(Error::NotFound)?;
    Ok(Open { tx, case, request, at })
}

/// Answers, and returns the state afterwards; what was answered the same way before changes nothing.
///
/// # Errors
/// Not found, or a refusal: no answer, an unknown item, another answer to one that has it, nothing said, a request that is over.
pub async fn answer_request(app: &App, caller: &Caller, command: Command<'_>) -> Result<State> {
    let open = open(app, caller, Verb::AnswerRequest, command.request).await?;
    let answers = command.answers.iter();
    let answers = answers
        .map(|(item, outcome, words)| NewAnswer::parse(&open.request, item, *outcome, words))
        .collect::<std::result::Result<_, _>>()?;
    write(app, caller, open, answers, command.last_day).await
}

async fn write(app: &App, caller: &Caller, open: Open, answers: Vec<NewAnswer>, last_day: &str) -> Result<State> {
    let Open { mut tx, case, request: one, at } = open;
    let fresh = news(&one, answers)?;
    let waits = |item: &&crate::domain::request::Item| item.answer.is_none() && fresh.iter().all(|answer| answer.item != item.id);
    let rest = one.items.iter().any(|item| waits(&item));
    let decided = decide(one.state, Step::Answer, rest)?;
    let Decided::To(state) = decided else {
        tx.commit().await?;
        return Ok(one.state);
    };
    if fresh.is_empty() {
        tx.commit().await?;
        return Ok(one.state);
    }
    // Victim services alone disclose to a victim, also where a request climbed or a person was asked.
    let to_victim = |answer: &&NewAnswer| answer.outcome == Outcome::Given && kind_of(&one, answer.item) == Some(ItemKind::TellVictim);
    if fresh.iter().any(|answer| to_victim(&answer)) && !caller.has_any(&office::VICTIM_FILE) {
        return Err(error::victim_is_told_by_victim_services().into());
    }
    let (until, by) = (until(last_day, app.due.answer, at)?, caller.subject.as_str());
    request::answer(&mut tx, &app.vault, (case, one.id, one.file), &fresh, until, (by, at)).await?;
    let (step, silent) = (app.ids.uuid(), Private::new(String::new()));
    request::step(&mut tx, &app.vault, (case, one.id, one.file), (step, Step::Answer, &silent), (by, at)).await?;
    request::set_state(&mut tx, one.id, state).await?;
    let (own, victim) = (one.participant.to_string(), Private::new(WHY_VICTIM.to_owned()));
    let why = Private::new(WHY.to_owned());
    for answer in fresh.iter().filter(|answer| answer.outcome == Outcome::Given) {
        let (kind, recipient, reason, authority) = if to_victim(&answer) {
            (Kind::ToVictim, own.as_str(), &victim, "X-784")
        } else {
            (Kind::Answer, RECIPIENT, &why, office::authority(one.file, &one.addressee()))
        };
        let new = New { id: app.ids.uuid(), kind, object: answer.item, recipient, reason, authority };
        disclosure::enter(&mut tx, &app.vault, case, new, by, at).await?;
    }
    finish(app, tx, (case, &one, step), state, at).await
}

fn kind_of(request: &Request, item: Uuid) -> Option<ItemKind> {
    request.items.iter().find(|one| one.id == item).map(|one| one.kind)
}

/// Whoever works on the case is told, and where nothing waits any more the request climbs no further.
async fn finish(
    app: &App,
    mut tx: Transaction<'static, Postgres>,
    (case, one, step): (CaseId, &Request, Uuid),
    state: State,
    at: OffsetDateTime,
) -> Result<State> {
    if state != State::Asked {
        due::settle(&mut tx, &Object::request(one.id), at).await?;
    }
    Telling { app, case, notice: step, at }.at_work(&mut tx, RequestNews::Answered).await?;
    tx.commit().await?;
    app.outbox.wake();
    tracing::info!(case.id = %case, "a request for information was answered");
    Ok(state)
}

/// Declines the whole request with a reason, and returns the state afterwards.
///
/// # Errors
/// Not found, or a refusal: no reason, or a request that is over.
pub async fn decline_request(app: &App, caller: &Caller, request: &str, reason: &str) -> Result<State> {
    let Open { mut tx, case, request: one, at } = open(app, caller, Verb::DeclineRequest, request).await?;
    let Decided::To(state) = decide(one.state, Step::Decline, false)? else {
        tx.commit().await?;
        return Ok(one.state);
    };
    let reason: Private<String> = text::given(reason, text::NARRATIVE, "reason", error::request_decline_reason_missing())?.into();
    let step = app.ids.uuid();
    request::step(&mut tx, &app.vault, (case, one.id, one.file), (step, Step::Decline, &reason), (&caller.subject, at)).await?;
    request::set_state(&mut tx, one.id, state).await?;
    finish(app, tx, (case, &one, step), state, at).await
}

/// What was disclosed to a victim, and by which item it was asked for.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// Of a caller who knows of a case.
    pub case_ref: &'a str,
    pub request: &'a str,
    pub item: &'a str,
    pub words: &'a str,
}

/// Victim services record that they disclosed to the victim what they were asked to. Whoever works on the case is refused, and told to ask
/// them.
///
/// # Errors
/// Not found, or a refusal: a caller who is not of victim services, an item that asks for no disclosure, nothing said.
pub async fn record_disclosure_to_victim(app: &App, caller: &Caller, told: Told<'_>) -> Result<State> {
    if !caller.has_any(&office::VICTIM_FILE) {
        let at = app.clock.now();
        let mut tx = app.begin(caller).await?;
        find(&mut tx, at, caller, Verb::RecordDisclosureToVictim, told.case_ref).await?;
        // Every tie to a case is refused by the decision; this stands for what a later rule may forget.
        return Err(error::victim_is_told_by_victim_services().into());
    }
    let open = open(app, caller, Verb::RecordDisclosureToVictim, told.request).await?;
    let answer = NewAnswer::parse(&open.request, told.item, Outcome::Given, told.words)?;
    if kind_of(&open.request, answer.item) != Some(ItemKind::TellVictim) {
        return Err(error::no_disclosure_to_victim_asked().into());
    }
    write(app, caller, open, vec![answer], "").await
}
