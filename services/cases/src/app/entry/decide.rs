//! Use case: whoever answers for a site decides on an entry to it. They learn of no case; the service writes the decision [R2a, X-559].

use audit_log::Act;
use base::{
    Caller, Error, Result,
    database::{Actor, act_as},
};
use proto::{cases::v1::EntryNews, id::CaseId};
use sqlx::{PgConnection, Postgres, Transaction};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    app::{
        App,
        entry::ENTRY,
        gate::{
            entry::{depends::Known, revalidate::revalidate, tell::Telling},
            recheck::recheck,
        },
    },
    domain::{
        access::decision::{self, Tie, Verb},
        entry::{
            Answer, Entry, Said, Taken,
            machine::{self, By, Decided, State, Step},
            office,
        },
    },
    store::{
        entry::{self, standing},
        gate,
        sealed::Unopened,
    },
};

/// The request.
#[derive(Debug, Clone, Copy)]
pub struct Command<'a> {
    pub entry: &'a str,
    pub step: Step,
    pub answer: Answer<'a>,
}

/// An entry to a site that the caller answers for, with its case locked, in a transaction of the service.
pub(super) struct Open {
    pub tx: Transaction<'static, Postgres>,
    pub case: CaseId,
    pub entry: Entry,
    pub at: OffsetDateTime,
}

/// Finds it as the caller may, and locks its case as the service: they learn nothing of it.
pub(super) async fn open(app: &App, caller: &Caller, verb: Verb, sites: Vec<String>, entry: &str) -> Result<Open> {
    // An id that is none takes the same path as one that names no entry [TRAP-6].
    let id = Uuid::try_parse(entry.trim()).unwrap_or(Uuid::nil());
    let mut tx = app.begin_at_sites(caller, sites).await?;
    let found = entry::case_of(&mut tx, id).await?;
    decision::allowed(if found.is_some() { Tie::Site } else { Tie::Stranger }, verb, None)?;
    let case = found.ok_or(Error::NotFound)?;
    audit_log::granted(&mut tx, &Act::new(caller, verb.permission(), ENTRY, &id.to_string()), app.clock.now()).await?;
    act_as(&mut tx, &Actor::service("cases").at(app.clock.now())).await?;
    gate::lock(&mut tx, case, app.clock.now()).await?.ok_or(Error::NotFound)?;
    let at = app.clock.now();
    // What changed a moment ago counts.
    revalidate(&mut tx, app, case, at).await?;
    let entry = entry::one(&mut tx, &app.vault, id, Unopened::Refused).await?.ok_or(Error::NotFound)?;
    Ok(Open { tx, case, entry, at })
}

/// Decides, and returns the state afterwards; a step that was taken before changes nothing.
///
/// # Errors
/// Not found, or a refusal: a step that its state does not have, a refusal without grounds or reasons, an approval after its time or while
/// something changed that only its undoing clears.
pub async fn decide_entry(app: &App, caller: &Caller, command: Command<'_>) -> Result<State> {
    let Open { mut tx, case, entry: one, at } = open(app, caller, Verb::DecideEntry, office::decides_for(caller), command.entry).await?;
    let Decided::To(state) = machine::decide(one.state, command.step, By::Site)? else {
        tx.commit().await?;
        return Ok(one.state);
    };
    one.in_time(command.step, at)?;
    let said = Said::parse(command.step, command.answer, one.is_to_an_institution())?;
    let step = app.ids.uuid();
    entry::step(&mut tx, &app.vault, case, (step, one.id), &Taken { said, by: caller.subject.clone(), at }).await?;
    if state == State::Approved {
        accept(&mut tx, case, one.id, at).await?;
    }
    // The hold of a confirmed entry clears, and what waited for it in the gate.
    recheck(&mut tx, app, case, at).await?;
    if matches!(command.step, Step::Approve | Step::Decline) {
        Telling { app, case, notice: step, at }.at_work(&mut tx, &one.asked_by, EntryNews::Decided).await?;
    }
    tx.commit().await?;
    app.outbox.wake();
    tracing::info!(case.id = %case, "it was decided on an entry to a site");
    Ok(state)
}

/// Whoever approves or confirms accepts the conditions and curfews that there are now.
async fn accept(tx: &mut PgConnection, case: CaseId, id: Uuid, at: OffsetDateTime) -> Result<()> {
    let known = Known::read(tx, case, at).await?;
    let open = standing::open(tx, case, at).await?;
    if let Some(one) = open.iter().find(|one| one.id == id) {
        entry::accept(tx, id, &known.accepted(one)).await?;
    }
    Ok(())
}
