//! Use cases: read an entry of the registry, and list all of them [D-mediator].

use std::collections::BTreeMap;

use base::{Caller, Error, Result};
use proto::role;
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::{
    app::{
        App,
        mediator::{named, note},
    },
    domain::mediator::{
        act::Act,
        conflict::Conflict,
        entry::Entry,
        fitness::{Conflicts, Record, Wanted, gaps},
        gap::Gap,
        training::Catalogue,
    },
    store::mediator::{conflict, entry, training},
};

/// Most entries in one answer.
pub const LIMIT: i64 = 500;

/// An entry with all that stands beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    pub entry: Entry,
    pub record: Record,
    pub conflicts: Vec<Conflict>,
    /// What keeps a case from being assigned to them on this day, whatever the case.
    pub gaps: Vec<Gap>,
    /// The moment for which this is true.
    pub at: OffsetDateTime,
}

/// One entry: for the RJ Unit any, for a mediator their own; an empty identity is the caller's.
///
/// # Errors
/// Not found: absent, or of somebody else.
pub async fn get_mediator(app: &App, caller: &Caller, mediator: &str) -> Result<Whole> {
    let mediator = if mediator.trim().is_empty() { &caller.subject } else { mediator };
    let subject = named(mediator)?;
    if subject != caller.subject && !caller.has_any(&role::RJ_UNIT) {
        return Err(Error::NotFound);
    }
    let mut tx = app.begin(caller).await?;
    let at = app.clock.now();
    let entry = entry::find(&mut tx, &subject).await?.ok_or(Error::NotFound)?;
    note(&mut tx, caller, Act::Read, &subject, at).await?;
    let whole = whole(&mut tx, &app.training, vec![entry], at).await?.pop().ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(whole)
}

/// Every entry, in the order of the last day of the engagement.
///
/// # Errors
/// The database does not answer.
pub async fn list_mediators(app: &App, caller: &Caller) -> Result<Vec<Whole>> {
    let mut tx = app.begin(caller).await?;
    let at = app.clock.now();
    note(&mut tx, caller, Act::List, "", at).await?;
    let entries = entry::all(&mut tx, LIMIT).await?;
    let all = whole(&mut tx, &app.training, entries, at).await?;
    tx.commit().await?;
    Ok(all)
}

/// Entries with all that stands beside them, in the same order; three statements, however many they are.
pub(crate) async fn whole(tx: &mut PgConnection, catalogue: &Catalogue, entries: Vec<Entry>, at: OffsetDateTime) -> Result<Vec<Whole>> {
    let subjects: Vec<String> = entries.iter().map(|entry| entry.subject.clone()).collect();
    let mut records: BTreeMap<String, (Record, Vec<Conflict>)> = BTreeMap::new();
    for (subject, line) in training::standing(tx, &subjects).await? {
        records.entry(subject).or_default().0.trainings.push(line);
    }
    for (subject, cases) in entry::open_cases(tx, &subjects, at).await? {
        records.entry(subject).or_default().0.open_cases = i32::try_from(cases).unwrap_or(i32::MAX);
    }
    for (subject, line) in conflict::standing(tx, &subjects).await? {
        records.entry(subject).or_default().1.push(line);
    }
    let whole = entries.into_iter().map(|entry| {
        let (record, conflicts) = records.remove(&entry.subject).unwrap_or_default();
        let gaps = gaps(catalogue, Some(&entry), &record, &Wanted::default(), Conflicts::default(), at.date());
        Whole { entry, record, conflicts, gaps, at }
    });
    Ok(whole.collect())
}
