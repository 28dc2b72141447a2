//! Use cases: engage a mediator, renew the engagement, end it, and change what they can do [D-mediator].

use base::{Caller, Result};
use sqlx::PgConnection;
use time::{Date, OffsetDateTime};

use crate::{
    app::{
        App,
        mediator::{Change, training::set_expiries},
    },
    domain::{
        due::{Object, Of, after},
        mediator::{
            act::Act,
            engagement::{self as machine, Command, End, Kind, State},
            entry::{self, Details, Entry, Given},
        },
    },
    error,
    store::{due, mediator::entry as store},
};

/// Engagement as a caller gives it.
#[derive(Debug, Clone, Copy)]
pub struct Engagement<'a> {
    pub mediator: &'a str,
    pub kind: Kind,
    pub first_day: &'a str,
    pub last_day: &'a str,
    pub details: Given<'a>,
    pub contract: &'a str,
    /// They were engaged before, and are to be engaged again.
    pub again: bool,
}

/// Engages a mediator and answers the last day. Nothing of a former engagement comes back with the new one: assignments that were still
/// written down end.
///
/// # Errors
/// A refusal: the state of the entry, the days, or what they can do.
pub async fn engage(app: &App, caller: &Caller, asked: Engagement<'_>) -> Result<Date> {
    let mut change = Change::begin(app, caller, asked.mediator).await?;
    let (at, today) = (change.at, change.today());
    let state = change.entry.as_ref().map_or(State::Unknown, |entry| entry.state(today));
    let command = if asked.again { Command::EngageAgain } else { Command::Engage };
    machine::next(state, command)?;
    let details = Details::parse(&asked.details)?;
    machine::of_region(asked.kind, details.region)?;
    let first_day = entry::day(asked.first_day, "first_day")?.unwrap_or(today);
    let last_day = machine::term(asked.kind, first_day, entry::day(asked.last_day, "last_day")?, today)?;
    let contract = entry::reference(asked.contract, "contract")?;
    let entry =
        Entry { subject: change.subject.clone(), kind: asked.kind, first_day, last_day, contract, details, renewed: false, ended: None };
    store::engage(&mut change.tx, &entry).await?;
    store::end_assignments(&mut change.tx, &entry.subject, &caller.subject, at).await?;
    set_end(&mut change.tx, &entry.subject, last_day, at).await?;
    set_expiries(&mut change.tx, &entry.subject, at).await?;
    change.finish(caller, Act::Engage, Some((command, last_day))).await?;
    tracing::info!("a mediator was engaged");
    Ok(last_day)
}

/// Renews an engagement that is not over, and answers the new last day.
///
/// # Errors
/// A refusal: the state of the entry, or the day.
pub async fn renew(app: &App, caller: &Caller, mediator: &str, last_day: &str) -> Result<Date> {
    let mut change = Change::begin(app, caller, mediator).await?;
    let entry = change.allowed(Command::Renew)?;
    let last_day = machine::renewal(entry.kind, entry.last_day, entry::day(last_day, "last_day")?)?;
    store::renew(&mut change.tx, &entry.subject, last_day).await?;
    let at = change.at;
    set_end(&mut change.tx, &entry.subject, last_day, at).await?;
    change.finish(caller, Act::Renew, Some((Command::Renew, last_day))).await?;
    tracing::info!("an engagement of a mediator was renewed");
    Ok(last_day)
}

/// Ends an engagement at once, with every assignment, and answers how many there were. Mediation under way pauses as after any assignment
/// that ended. Ending an ended engagement changes nothing.
///
/// # Errors
/// A refusal: there is no such entry.
pub async fn end(app: &App, caller: &Caller, mediator: &str, why: End) -> Result<u64> {
    let mut change = Change::begin(app, caller, mediator).await?;
    let (at, entry) = (change.at, change.allowed(Command::End)?);
    store::end(&mut change.tx, &entry.subject, why, at).await?;
    let ended = store::end_assignments(&mut change.tx, &entry.subject, &caller.subject, at).await?;
    due::settle_of_mediator(&mut change.tx, &entry.subject, at).await?;
    let step = entry.ended.is_none().then_some((Command::End, entry.last_day));
    change.finish(caller, Act::End, step).await?;
    tracing::info!("an engagement of a mediator was ended");
    Ok(ended)
}

/// Changes what a mediator can do. The region stays within what the kind of engagement allows.
///
/// # Errors
/// A refusal: the state of the entry, or what they can do.
pub async fn amend(app: &App, caller: &Caller, mediator: &str, details: &Given<'_>) -> Result<()> {
    let mut change = Change::begin(app, caller, mediator).await?;
    let entry = change.allowed(Command::Amend)?;
    let details = Details::parse(details)?;
    if machine::of_region(entry.kind, details.region).is_err() {
        return Err(error::region_of_another_kind().into());
    }
    store::amend(&mut change.tx, &entry.subject, &details).await?;
    change.finish(caller, Act::Amend, Some((Command::Amend, entry.last_day))).await
}

/// Writes when an engagement is over: it is told before.
async fn set_end(tx: &mut PgConnection, mediator: &str, last_day: Date, at: OffsetDateTime) -> sqlx::Result<()> {
    due::set(tx, &Object::engagement(mediator), &Of::Mediator(mediator.to_owned()), at, Some(after(last_day))).await
}
