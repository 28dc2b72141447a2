//! Use case: ask an office or a person for items of one file. What they learn by it stands in the register of disclosures [R5c, R6c, R7c, X-701].

use auth::grants;
use base::{
    Caller, Private, Result,
    database::{Actor, act_as},
};
use proto::cases::v1::RequestNews;
use time::Duration;
use uuid::Uuid;

use crate::{
    app::{App, access::need_to_know::lock, request::tell::Telling},
    domain::{
        access::decision::Verb,
        disclosure::Kind,
        due::{Object, Of},
        request::{Addressee, File, NewRequest, Written, machine::Step, office},
        text,
    },
    error,
    store::{
        disclosure::{self, New},
        due, participant as people,
        request::{self, Asked},
        sealed::Unopened,
    },
};

/// Why, in the register.
const WHY: &str = "whose file is asked about, and for what";

/// The request.
#[derive(Debug, Clone, Copy)]
pub struct Command<'a> {
    pub case_ref: &'a str,
    pub file: File,
    pub written: Written<'a>,
    /// Idempotency key of the caller; empty where each call is its own.
    pub key: &'a str,
}

/// Asks, or finds what was asked under the same key.
///
/// # Errors
/// Not found, or a refusal: nobody who answers for this file, no items, no reason, words that tell too much.
pub async fn ask_request(app: &App, caller: &Caller, command: Command<'_>) -> Result<Uuid> {
    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, Verb::AskRequest, command.case_ref).await?;
    let everyone = people::of_case(&mut tx, &app.vault, file.id, Unopened::Refused).await?;
    let asked = NewRequest::parse(command.file, command.written, &everyone, &file.number)?;
    let key = text::bounded(command.key, text::LINE, "idempotency_key")?;
    if let Some(id) = request::under_key(&mut tx, file.id, &caller.subject, &key).await? {
        let known = request::one(&mut tx, &app.vault, id, Unopened::Refused).await?.filter(|known| is_same(known, &asked));
        tx.commit().await?;
        return known.map(|known| known.id).ok_or_else(|| error::request_key_used().into());
    }
    if let Addressee::Person(person) = &asked.addressee
        && !grants::is_held(&mut tx, person, office::positions(asked.file), at).await?
    {
        return Err(error::request_person_unknown().into());
    }
    let due_at = at + Duration::days(i64::from(app.due.request));
    let (id, step) = (app.ids.uuid(), app.ids.uuid());
    let items: Vec<Uuid> = asked.items.iter().map(|_| app.ids.uuid()).collect();
    request::add(&mut tx, &app.vault, (file.id, id), &asked, &items, Asked { by: &caller.subject, key: &key, due_at, at }).await?;
    // From here the service acts: a mediator enters nothing in the register of disclosures by themselves.
    act_as(&mut tx, &Actor::service("cases").at(at)).await?;
    let silent = Private::new(String::new());
    request::step(&mut tx, &app.vault, (file.id, id, asked.file), (step, Step::Ask, &silent), (&caller.subject, at)).await?;
    due::set(&mut tx, &Object::request(id), &Of::Case(file.id), at, Some(due_at)).await?;
    let (recipient, reason) = (asked.addressee.name(), Private::new(WHY.to_owned()));
    let authority = office::authority(asked.file, &asked.addressee);
    let new = New { id: app.ids.uuid(), kind: Kind::Request, object: id, recipient, reason: &reason, authority };
    disclosure::enter(&mut tx, &app.vault, file.id, new, &caller.subject, at).await?;
    Telling { app, case: file.id, notice: step, at }.addressee(&mut tx, recipient, RequestNews::Asked).await?;
    tx.commit().await?;
    app.outbox.wake();
    tracing::info!(case.id = %file.id, "information was asked for");
    Ok(id)
}

fn is_same(known: &crate::domain::request::Request, asked: &NewRequest) -> bool {
    let items = known.items.iter().map(|item| (item.kind, &item.words)).eq(asked.items.iter().map(|item| (item.kind, &item.words)));
    items
        && (known.file, known.participant, known.addressee()) == (asked.file, asked.participant, asked.addressee.clone())
        && known.about == asked.about
        && known.reason == asked.reason
}
