//! Use cases: record and lift a conflict of interest of a mediator [D-mediator].

use base::{Caller, Result};
use uuid::Uuid;

use crate::{
    app::{App, access::need_to_know, mediator::Change},
    domain::{
        access::decision::Verb,
        mediator::{
            act::Act,
            conflict::{With, at_site},
            engagement::Command,
        },
    },
    error,
    store::{mediator::conflict as store, participant, sealed::Unopened},
};

/// A conflict as a caller names it: a site, or a person by case and participant.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    pub site: &'a str,
    pub case_ref: &'a str,
    pub participant: &'a str,
}

/// Records a conflict and answers its id; one that stands already is answered again.
///
/// # Errors
/// Not found, or a refusal: no such entry, site or participant.
pub async fn record_conflict(app: &App, caller: &Caller, mediator: &str, named: Named<'_>) -> Result<Uuid> {
    let mut change = Change::begin(app, caller, mediator).await?;
    let (at, entry) = (change.at, change.allowed(Command::RecordConflict)?);
    let with = match (named.site.trim(), named.case_ref.trim(), named.participant.trim()) {
        (site, "", "") if !site.is_empty() => With::Site(at_site(site)?.to_string()),
        ("", case_ref, person) if !case_ref.is_empty() && !person.is_empty() => {
            let file = need_to_know::find(&mut change.tx, at, caller, Verb::Read, case_ref).await?;
            need_to_know::note(&mut change.tx, caller, Verb::Read, &file, at).await?;
            let people = participant::of_case(&mut change.tx, &app.vault, file.id, Unopened::Marked).await?;
            let person = people.iter().find(|someone| someone.id.to_string() == person).ok_or_else(error::participant_unknown)?;
            With::Person(file.id, person.id)
        }
        _ => return Err(error::conflict_unclear().into()),
    };
    let id = store::record(&mut change.tx, &entry.subject, app.ids.uuid(), &with, &caller.subject, at).await?;
    change.finish(caller, Act::RecordConflict, None).await?;
    Ok(id)
}

/// Lifts a conflict. Lifting a lifted one changes nothing.
///
/// # Errors
/// A refusal: no such entry, or no such conflict of it.
pub async fn lift_conflict(app: &App, caller: &Caller, mediator: &str, id: &str) -> Result<()> {
    let mut change = Change::begin(app, caller, mediator).await?;
    let (at, entry) = (change.at, change.allowed(Command::LiftConflict)?);
    let id = Uuid::try_parse(id.trim()).map_err(|_| error::conflict_unknown())?;
    if !store::lift(&mut change.tx, &entry.subject, id, &caller.subject, at).await? {
        return Err(error::conflict_unknown().into());
    }
    change.finish(caller, Act::LiftConflict, None).await
}
