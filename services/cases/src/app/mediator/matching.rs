//! A case held against mediators: which of them fit, and why or why not [D-mediator, R3d].

use std::collections::BTreeMap;

use base::{
    Caller, Result,
    database::{Actor, act_as},
};
use proto::id::{CaseId, ParticipantId};
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::{
    app::{
        App,
        access::need_to_know::{actor, find, note},
        mediator::read::{LIMIT, Whole, whole},
    },
    domain::{
        access::decision::Verb,
        mediator::{
            conflict::{Conflict, With},
            fitness::{Conflicts, Match, Wanted, gaps, reasons, sort},
            gap::Gap,
        },
        participant::person::Participant,
        region,
    },
    store::{case::file::CaseFile, mediator::entry, participant, sealed::Unopened},
};

/// Every mediator whose engagement is not over, held against the case a caller names; those who fit best first.
///
/// # Errors
/// Not found, or refused.
pub async fn match_mediators(app: &App, caller: &Caller, case_ref: &str) -> Result<Vec<Match>> {
    let at = app.clock.now();
    let mut tx = app.begin(caller).await?;
    let file = find(&mut tx, at, caller, Verb::MatchMediators, case_ref).await?;
    note(&mut tx, caller, Verb::MatchMediators, &file, at).await?;
    let asked = Asked::read(&mut tx, app, &file).await?;
    let entries = entry::all(&mut tx, LIMIT).await?.into_iter().filter(|entry| entry.state(at.date()).is_live()).collect();
    let all = whole(&mut tx, &app.training, entries, at).await?;
    let mut others = Others::default();
    let mut matches = Vec::new();
    for found in all {
        let gaps = asked.gaps(&mut tx, app, caller, &found, &mut others).await?;
        let reasons = reasons(&found.entry, &found.record, &asked.wanted, &gaps);
        matches.push(Match { open_cases: found.record.open_cases, entry: found.entry, gaps, reasons });
    }
    tx.commit().await?;
    sort(&mut matches);
    Ok(matches)
}

/// The gaps between one mediator and a case that the caller has locked: the entry is held until the transaction ends. Whether they have the
/// case already: it then takes no more room.
pub(crate) async fn gaps_of(
    tx: &mut PgConnection,
    app: &App,
    caller: &Caller,
    file: &CaseFile,
    (mediator, has_it): (&str, bool),
    at: OffsetDateTime,
) -> Result<Vec<Gap>> {
    entry::queue(tx, mediator).await?;
    let Some(entry) = entry::find(tx, mediator).await? else { return Ok(vec![Gap::NotRegistered]) };
    let Some(mut found) = whole(tx, &app.training, vec![entry], at).await?.pop() else { return Ok(vec![Gap::NotRegistered]) };
    found.record.open_cases -= i32::from(has_it && found.record.open_cases > 0);
    let asked = Asked::read(tx, app, file).await?;
    asked.gaps(tx, app, caller, &found, &mut Others::default()).await
}

/// A case as mediators are held against it.
struct Asked {
    case: CaseId,
    site: Option<String>,
    people: Vec<Participant>,
    wanted: Wanted,
}

/// Persons of other cases with whom somebody has a conflict, as far as they were read.
type Others = BTreeMap<CaseId, Vec<Participant>>;

impl Asked {
    async fn read(tx: &mut PgConnection, app: &App, file: &CaseFile) -> Result<Self> {
        let people = participant::of_case(tx, &app.vault, file.id, Unopened::Marked).await?;
        let present = people.iter().filter(|someone| someone.left.is_none());
        let wanted = Wanted {
            region: file.site.as_deref().and_then(region::of),
            languages: present.filter_map(|someone| someone.person.language).collect(),
            mode: file.standing.mode,
        };
        Ok(Self { case: file.id, site: file.site.clone(), people, wanted })
    }

    async fn gaps(&self, tx: &mut PgConnection, app: &App, caller: &Caller, found: &Whole, others: &mut Others) -> Result<Vec<Gap>> {
        let met = Conflicts {
            site: found.conflicts.iter().any(|one| matches!(&one.with, With::Site(site) if Some(site) == self.site.as_ref())),
            person: self.meets_person(tx, app, caller, &found.conflicts, found.at, others).await?,
        };
        Ok(gaps(&app.training, Some(&found.entry), &found.record, &self.wanted, met, found.at.date()))
    }

    /// Whether one of the persons of this case is, or may be, somebody with whom there is a conflict: under another entry or in another
    /// case as well. In doubt they are the same person.
    async fn meets_person(
        &self,
        tx: &mut PgConnection,
        app: &App,
        caller: &Caller,
        conflicts: &[Conflict],
        at: OffsetDateTime,
        others: &mut Others,
    ) -> Result<bool> {
        for conflict in conflicts {
            let With::Person(case, person) = &conflict.with else { continue };
            if *case != self.case && !others.contains_key(case) {
                // The caller may not know of the other case, and learns nothing of it but yes or no.
                act_as(tx, &Actor::service("cases").at(at)).await?;
                let people = participant::of_case(tx, &app.vault, *case, Unopened::Marked).await?;
                act_as(tx, &actor(caller, at)).await?;
                others.insert(*case, people);
            }
            let theirs = others.get(case).unwrap_or(&self.people);
            if self.has(theirs, *person) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn has(&self, theirs: &[Participant], person: ParticipantId) -> bool {
        let Some(other) = theirs.iter().find(|someone| someone.id == person) else { return false };
        self.people.iter().any(|someone| someone.id == person || someone.person.is_like(&other.person, false))
    }
}
