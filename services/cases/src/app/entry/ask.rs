//! Use case: ask whoever answers for a site to let people enter it. What they learn by it stands in the register of disclosures [R2a, R6d, X-701].

use auth::grants;
use base::{
    Caller, Private, Result,
    database::{Actor, act_as},
};
use proto::{cases::v1::EntryNews, id::CaseId};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    app::{
        App,
        access::need_to_know::lock,
        gate::{
            entry::{depends::Known, tell::Telling},
            facts::MEDIATORS,
            recheck::recheck,
        },
        transition::BY_ITSELF,
    },
    domain::{
        access::decision::Verb,
        disclosure::Kind,
        entry::{
            Need, NewEntry, OnFile, Purpose, Said, Taken, Written,
            machine::{State, Step},
            office,
        },
        text,
    },
    error,
    store::{
        disclosure::{self, New},
        entry::{self, Asked, standing},
        participant as people,
        sealed::Unopened,
    },
};

/// Authority of what the site learns, in the register of disclosures.
pub(super) const AUTHORITY: &str = "R2a";
/// Why, in the register.
const WHY: &str = "names, times and needs of who enters, for whoever answers for the site";

/// The request.
#[derive(Debug, Clone, Copy)]
pub struct Command<'a> {
    pub case_ref: &'a str,
    pub purpose: Purpose,
    pub written: Written<'a>,
    pub needs: &'a [Need],
    /// Idempotency key of the caller; empty where each call is its own.
    pub key: &'a str,
}

/// Asks for the entry, or finds the one asked for under the same key. A mediator alone, who enters to prepare and has a standing clearance,
/// is let in by it.
///
/// # Errors
/// Not found, or a refusal: a site where the person is not, a time that has passed, nobody who enters, words that say what it is for.
pub async fn ask_entry(app: &App, caller: &Caller, command: Command<'_>) -> Result<(Uuid, State)> {
    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, Verb::AskEntry, command.case_ref).await?;
    let everyone = people::of_case(&mut tx, &app.vault, file.id, Unopened::Refused).await?;
    let on_file = OnFile { everyone: &everyone, number: &file.number, person_at: file.site.as_deref() };
    let asked = NewEntry::parse(command.purpose, command.written, command.needs, on_file, at)?;
    let key = text::bounded(command.key, text::LINE, "idempotency_key")?;
    if let Some(id) = entry::under_key(&mut tx, file.id, &caller.subject, &key).await? {
        let known = entry::one(&mut tx, &app.vault, id, Unopened::Refused).await?.filter(|known| known.asked == asked);
        tx.commit().await?;
        return known.map(|known| (id, known.state)).ok_or_else(|| error::entry_key_used().into());
    }
    if let Some(mediator) = &asked.mediator
        && !grants::is_held(&mut tx, &mediator.identity, MEDIATORS, at).await?
    {
        return Err(error::mediator_unknown().into());
    }
    let known = Known::read(&mut tx, file.id, at).await?;
    let (id, ids) = (app.ids.uuid(), asked.visitors.iter().map(|_| app.ids.uuid()).collect::<Vec<_>>());
    let by = Asked { by: &caller.subject, key: &key, accepted: &known.conditions, at };
    entry::add(&mut tx, &app.vault, (file.id, id), &asked, &ids, by).await?;
    let cleared = is_cleared(&mut tx, &asked).await?;
    // From here the service acts: a mediator enters nothing in the register of disclosures by themselves.
    act_as(&mut tx, &Actor::service("cases").at(at)).await?;
    disclose(&mut tx, app, (file.id, id), &asked, &caller.subject, at).await?;
    let telling = Telling { app, case: file.id, notice: id, at };
    if cleared {
        let taken = Taken { said: Said::plain(Step::Approve), by: BY_ITSELF.to_owned(), at };
        entry::step(&mut tx, &app.vault, file.id, (app.ids.uuid(), id), &taken).await?;
    }
    telling.site(&mut tx, &asked.site, if cleared { EntryNews::Changed } else { EntryNews::Asked }).await?;
    recheck(&mut tx, app, file.id, at).await?;
    tx.commit().await?;
    app.outbox.wake();
    tracing::info!(case.id = %file.id, "entry to a site was asked for");
    Ok((id, if cleared { State::Approved } else { State::Asked }))
}

/// A meeting with the mediator alone is preparation, which no condition forbids [GL2b]: who was cleared for the site needs no second yes.
async fn is_cleared(tx: &mut PgConnection, asked: &NewEntry) -> sqlx::Result<bool> {
    let Some(mediator) = asked.mediator.as_ref().filter(|_| asked.purpose == Purpose::Preparation && asked.visitors.is_empty()) else {
        return Ok(false);
    };
    let clearances = standing::clearances(tx, asked.site.as_str()).await?;
    let covers = |from: OffsetDateTime, until: OffsetDateTime| from <= asked.starts_at && asked.ends_at <= until;
    Ok(clearances.iter().any(|one| one.mediator == mediator.identity && covers(one.from, one.until)))
}

async fn disclose(
    tx: &mut PgConnection,
    app: &App,
    (case, id): (CaseId, Uuid),
    asked: &NewEntry,
    by: &str,
    at: OffsetDateTime,
) -> sqlx::Result<()> {
    let (recipient, reason) = (office::office(&asked.site), Private::new(WHY.to_owned()));
    let new =
        New { id: app.ids.uuid(), kind: Kind::EntryRequest, object: id, recipient: &recipient, reason: &reason, authority: AUTHORITY };
    disclosure::enter(tx, &app.vault, case, new, by, at).await
}
